/* norpc-dbus-given-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The objects of this process that others have, by connection, peer and path: so an object that comes back is recognized
 * wherever it arrives.
 *
 * The functions are thread-safe.
 */
void     norpc_dbus_given_add    (GDBusConnection *connection,
                                  const char      *peer,
                                  const char      *path,
                                  GPtrArray       *handles);
void     norpc_dbus_given_remove (GDBusConnection *connection,
                                  const char      *peer,
                                  const char      *path);
gboolean norpc_dbus_given_find   (GDBusConnection *connection,
                                  const char      *peer,
                                  const char      *path,
                                  GType            type,
                                  gpointer        *handle);

G_END_DECLS
