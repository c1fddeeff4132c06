/* dbus-events-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "dbus-fixture.h"
#include "log.h"

G_BEGIN_DECLS

/* Handlers, which write to the log of the client. */
void log_happened_cb (WireWire        *proxy,
                      guint            number,
                      const WirePlace *place,
                      Log             *log);
void log_finished_cb (WireWire        *proxy,
                      Log             *log);
void log_volume_cb   (WireWire        *proxy,
                      GParamSpec      *pspec,
                      Log             *log);

/* In the service's context. */
void emit_happened   (WireWire        *service,
                      guint            number);
void emit_all        (WireWire        *service,
                      gpointer         unused);
void set_initial     (WireWire        *service,
                      gpointer         unused);
void change_volume   (WireWire        *service,
                      gpointer         unused);

G_END_DECLS
