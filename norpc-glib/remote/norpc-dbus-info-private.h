/* norpc-dbus-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

#define NORPC_DBUS_PROPERTIES "org.freedesktop.DBus.Properties"
#define NORPC_DBUS_INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

/* The members that only peers with norpc-glib call. No description of an object has them; an annotation of
 * its interfaces says that they are there.
 */
#define NORPC_DBUS_CALLS "org.norpc.Calls1"
#define NORPC_DBUS_LOST "Lost" /* the signal that says that emissions of another one were lost */
#define NORPC_DBUS_CALLS_ANNOTATION "org.norpc.Calls"

/* The objects that processes with norpc-glib pass to services have paths that begin so. */
#define NORPC_DBUS_OBJECTS_OF_CLIENTS "/org/norpc/clients/"

/* Thread-safe. The members of an interface that can leave the process over D-Bus. */
gboolean norpc_dbus_is_standard       (const char            *interface_name);
gboolean norpc_dbus_arg_is_portable   (const NorpcArgInfo    *info);
char    *norpc_dbus_find_not_portable (const NorpcInterfaceInfo *info,
                                       guint                     method);
gboolean norpc_dbus_signal_is_portable (const NorpcSignalInfo *info);
gboolean norpc_dbus_property_is_portable (const NorpcPropertyInfo *info);
int      norpc_dbus_find_signal          (const NorpcInterfaceInfo *info,
                                          const char               *name);
int      norpc_dbus_find_property        (const NorpcInterfaceInfo *info,
                                          const char               *name);
GDBusInterfaceInfo *norpc_dbus_get_exported_info (const NorpcInterfaceInfo *info);

G_END_DECLS
