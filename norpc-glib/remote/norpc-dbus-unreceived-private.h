/* norpc-dbus-unreceived-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Thread-safe. Releases the objects that a client passes in a message which is rejected before they are received. */
void norpc_dbus_release_unreceived (GDBusConnection *connection,
                                    GDBusMessage    *message);

/* Thread-safe. Tells a process that this one has not received the object at @path, which its message had. */
void norpc_dbus_release_path       (GDBusConnection *connection,
                                    const char      *sender,
                                    const char      *path);

G_END_DECLS
