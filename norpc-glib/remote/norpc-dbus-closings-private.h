/* norpc-dbus-closings-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The process that has sent an object tells only those that have it that it closes it, so that a bus need not know of the
 * signal. GDBus drops a signal that nothing has subscribed to: so one subscription for all objects of a connection is there
 * before the first of them can arrive.
 *
 * The name of the process is NULL for the peer of a connection without a bus. The function is called in the thread of D-Bus
 * endpoints, with a lock held, and may only leave work to that thread.
 */
void norpc_dbus_closings_subscribe (GDBusConnection *connection);
void norpc_dbus_closings_add       (GDBusConnection *connection,
                                    const char      *name,
                                    const char      *path,
                                    void           (*closed) (gpointer data),
                                    gpointer         data,
                                    GDestroyNotify   destroy);
void norpc_dbus_closings_remove    (GDBusConnection *connection,
                                    const char      *name,
                                    const char      *path,
                                    gpointer         data);

G_END_DECLS
