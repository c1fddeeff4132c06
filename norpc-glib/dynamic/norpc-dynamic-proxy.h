/* norpc-dynamic-proxy.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-proxy.h>
#include <norpc-glib/core/norpc-version-macros.h>
#include <norpc-glib/dynamic/norpc-dynamic-stream.h>

G_BEGIN_DECLS

#define NORPC_TYPE_DYNAMIC_PROXY (norpc_dynamic_proxy_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (NorpcDynamicProxy, norpc_dynamic_proxy, NORPC, DYNAMIC_PROXY, NorpcProxy)

/**
 * NorpcDynamicProxyClass:
 * @parent_class: the parent class
 *
 * The class structure of [class@Norpc.DynamicProxy].
 *
 * Since: 0.1
 */
struct _NorpcDynamicProxyClass
{
  NorpcProxyClass parent_class;

  /*< private >*/
  gpointer _reserved[8];
};

NORPC_AVAILABLE_IN_ALL
GType                     norpc_dynamic_proxy_type_for           (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
NorpcDynamicProxy        *norpc_dynamic_proxy_new                (NorpcEndpoint             *endpoint,
                                                                  const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_dynamic_proxy_get_interface_info (NorpcDynamicProxy         *self);

NORPC_AVAILABLE_IN_ALL
NorpcCall                *norpc_dynamic_proxy_new_call           (NorpcDynamicProxy         *self,
                                                                  const char                *method_name,
                                                                  GVariant                  *args,
                                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcCall                *norpc_dynamic_proxy_new_call_for_values (NorpcDynamicProxy        *self,
                                                                   const char               *method_name,
                                                                   guint                     n_values,
                                                                   const GValue             *values,
                                                                   GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcReply               *norpc_dynamic_proxy_call_values_sync   (NorpcDynamicProxy         *self,
                                                                  const char                *method_name,
                                                                  guint                      n_values,
                                                                  const GValue              *values,
                                                                  GCancellable              *cancellable,
                                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void                      norpc_dynamic_proxy_call_method        (NorpcDynamicProxy         *self,
                                                                  const char                *method_name,
                                                                  GVariant                  *args,
                                                                  GCancellable              *cancellable,
                                                                  GAsyncReadyCallback        callback,
                                                                  gpointer                   user_data);
NORPC_AVAILABLE_IN_ALL
GVariant                 *norpc_dynamic_proxy_call_method_finish (NorpcDynamicProxy         *self,
                                                                  GAsyncResult              *result,
                                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant                 *norpc_dynamic_proxy_call_method_sync   (NorpcDynamicProxy         *self,
                                                                  const char                *method_name,
                                                                  GVariant                  *args,
                                                                  GCancellable              *cancellable,
                                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_dynamic_proxy_send_method        (NorpcDynamicProxy         *self,
                                                                  const char                *method_name,
                                                                  GVariant                  *args,
                                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
NorpcDynamicStream       *norpc_dynamic_proxy_open_stream        (NorpcDynamicProxy         *self,
                                                                  const char                *stream_name,
                                                                  GVariant                  *args,
                                                                  GCancellable              *cancellable,
                                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcDynamicStream       *norpc_dynamic_proxy_open_stream_for_values (NorpcDynamicProxy     *self,
                                                                      const char            *stream_name,
                                                                      guint                  n_values,
                                                                      const GValue          *values,
                                                                      GCancellable          *cancellable,
                                                                      GError               **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant                 *norpc_dynamic_proxy_dup_value          (NorpcDynamicProxy         *self,
                                                                  const char                *property_name,
                                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
void                      norpc_dynamic_proxy_set_value          (NorpcDynamicProxy         *self,
                                                                  const char                *property_name,
                                                                  GVariant                  *value,
                                                                  GCancellable              *cancellable,
                                                                  GAsyncReadyCallback        callback,
                                                                  gpointer                   user_data);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_dynamic_proxy_set_value_finish   (NorpcDynamicProxy         *self,
                                                                  GAsyncResult              *result,
                                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_dynamic_proxy_set_value_sync     (NorpcDynamicProxy         *self,
                                                                  const char                *property_name,
                                                                  GVariant                  *value,
                                                                  GCancellable              *cancellable,
                                                                  GError                   **error);

G_END_DECLS
