/* norpc-dbus-disconnection-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The owner of a connection learns that this is closed before the calls fail that are open: GDBus lets these fail first, and
 * emits its signal then. All functions are for the thread of D-Bus endpoints.
 */
typedef void (*NorpcDBusDisconnectionFunc) (GDBusConnection *connection,
                                            gpointer         data);

void norpc_dbus_disconnection_set_func (GDBusConnection            *connection,
                                        NorpcDBusDisconnectionFunc  func,
                                        gpointer                    data,
                                        GDestroyNotify              destroy);
void norpc_dbus_disconnection_unset    (GDBusConnection            *connection);
void norpc_dbus_disconnection_check    (GDBusConnection            *connection);

G_END_DECLS
