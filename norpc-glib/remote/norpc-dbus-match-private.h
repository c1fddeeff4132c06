/* norpc-dbus-match-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A subscription to signals of D-Bus. GDBus would log an error if the connection is closed at the same time, and
 * compares no senders; here, the bus selects them, and the function that gets the signals compares them again.
 */
typedef struct _NorpcDBusMatch NorpcDBusMatch;

NorpcDBusMatch *norpc_dbus_match_new  (GDBusConnection     *connection,
                                       const char          *sender,
                                       const char          *path,
                                       const char          *interface_name,
                                       const char          *member,
                                       const char          *arg0,
                                       GDBusSignalCallback  func,
                                       gpointer             user_data,
                                       GDestroyNotify       destroy);
void            norpc_dbus_match_free (NorpcDBusMatch      *self);

G_END_DECLS
