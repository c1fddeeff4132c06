/* signal-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"
#include "log.h"

G_BEGIN_DECLS

/* Handlers. */
void ticked_cb      (ProbeProbe      *probe,
                     guint            number,
                     Log             *log);
void connected_cb   (NorpcProxy      *proxy,
                     GParamSpec      *pspec,
                     Log             *log);

void run_in_service (ProbeProbeProxy *proxy,
                     ProbeState      *state,
                     void           (*run) (ProbeService *service, NorpcCall *call, gpointer data),
                     gpointer         data);
void emit_many      (ProbeService    *service,
                     NorpcCall       *call,
                     gpointer         n);

G_END_DECLS
