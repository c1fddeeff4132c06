/* norpc-dbus-outflow-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Counts the bytes of signals that the other side of a connection has not read, as far as is known: GDBus keeps them
 * without a limit. The other side, which is the bus if there is one, answers a message that was sent after them when it
 * has read them. It is asked as long as the connection has users.
 *
 * The functions are thread-safe.
 */
void     norpc_dbus_outflow_use      (GDBusConnection *connection);
void     norpc_dbus_outflow_unuse    (GDBusConnection *connection);
gboolean norpc_dbus_outflow_has_room (GDBusConnection *connection);
void     norpc_dbus_outflow_add      (GDBusConnection *connection,
                                      gsize            n_bytes);

G_END_DECLS
