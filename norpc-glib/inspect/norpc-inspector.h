/* norpc-inspector.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <gio/gio.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_INSPECTOR (norpc_inspector_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcInspector, norpc_inspector, NORPC, INSPECTOR, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcInspector *norpc_inspector_new             (void) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcInspector *norpc_inspector_new_for_address (const char           *address,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant       *norpc_inspector_list_services   (NorpcInspector       *self,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant       *norpc_inspector_list_calls      (NorpcInspector       *self,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant       *norpc_inspector_list_methods    (NorpcInspector       *self,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant       *norpc_inspector_list_events     (NorpcInspector       *self,
                                                 guint64               after,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant       *norpc_inspector_list_lints      (NorpcInspector       *self,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

NORPC_AVAILABLE_IN_ALL
void            norpc_inspector_invoke          (NorpcInspector       *self,
                                                 guint                 service,
                                                 const char           *interface_name,
                                                 const char           *method_name,
                                                 const char           *args,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
char           *norpc_inspector_invoke_finish   (NorpcInspector       *self,
                                                 GAsyncResult         *result,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
char           *norpc_inspector_invoke_sync     (NorpcInspector       *self,
                                                 guint                 service,
                                                 const char           *interface_name,
                                                 const char           *method_name,
                                                 const char           *args,
                                                 GCancellable         *cancellable,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
