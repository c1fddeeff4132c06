/* norpc-dbus-export.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#define NORPC_TYPE_DBUS_EXPORT (norpc_dbus_export_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcDBusExport, norpc_dbus_export, NORPC, DBUS_EXPORT, GObject)

/**
 * NORPC_DBUS_EXPORT_DEFAULT_CAPACITY:
 *
 * The maximum number of calls of an exported object that are not answered, if its creator sets no other.
 *
 * Since: 0.1
 */
#define NORPC_DBUS_EXPORT_DEFAULT_CAPACITY 1024

NORPC_AVAILABLE_IN_ALL
NorpcDBusExport *norpc_dbus_export_new           (GDBusConnection           *connection,
                                                  const char                *object_path,
                                                  NorpcEndpoint             *endpoint,
                                                  const NorpcInterfaceInfo  *info,
                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcDBusExport *norpc_dbus_export_new_full      (GDBusConnection           *connection,
                                                  const char                *object_path,
                                                  NorpcEndpoint             *endpoint,
                                                  const NorpcInterfaceInfo  *info,
                                                  guint                      capacity,
                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
gboolean         norpc_dbus_export_add_interface (NorpcDBusExport           *self,
                                                  const NorpcInterfaceInfo  *info,
                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
void             norpc_dbus_export_unexport      (NorpcDBusExport           *self);

G_END_DECLS
