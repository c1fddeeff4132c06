/* norpc-dbus-endpoint.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#define NORPC_TYPE_DBUS_ENDPOINT (norpc_dbus_endpoint_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcDBusEndpoint, norpc_dbus_endpoint, NORPC, DBUS_ENDPOINT, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcDBusEndpoint *norpc_dbus_endpoint_new             (GDBusConnection   *connection,
                                                        const char        *name,
                                                        const char        *object_path) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GDBusConnection   *norpc_dbus_endpoint_get_connection  (NorpcDBusEndpoint *self);
NORPC_AVAILABLE_IN_ALL
const char        *norpc_dbus_endpoint_get_name        (NorpcDBusEndpoint *self);
NORPC_AVAILABLE_IN_ALL
const char        *norpc_dbus_endpoint_get_object_path (NorpcDBusEndpoint *self);
NORPC_AVAILABLE_IN_ALL
guint              norpc_dbus_endpoint_get_capacity    (NorpcDBusEndpoint *self);
NORPC_AVAILABLE_IN_ALL
void               norpc_dbus_endpoint_flush           (NorpcDBusEndpoint    *self,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean           norpc_dbus_endpoint_flush_finish    (NorpcDBusEndpoint    *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean           norpc_dbus_endpoint_flush_sync      (NorpcDBusEndpoint    *self,
                                                        GCancellable         *cancellable,
                                                        GError              **error);

G_END_DECLS
