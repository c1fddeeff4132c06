/* norpc-proxy-properties.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-proxy.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
void        norpc_proxy_load_async   (NorpcProxy           *self,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_proxy_load_finish  (NorpcProxy           *self,
                                      GAsyncResult         *result,
                                      GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_proxy_load_sync    (NorpcProxy           *self,
                                      GCancellable         *cancellable,
                                      GError              **error);
NORPC_AVAILABLE_IN_ALL
void        norpc_proxy_new_async    (GType                 type,
                                      NorpcEndpoint        *endpoint,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
NorpcProxy *norpc_proxy_new_finish   (GAsyncResult         *result,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcProxy *norpc_proxy_new_sync     (GType                 type,
                                      NorpcEndpoint        *endpoint,
                                      GCancellable         *cancellable,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void        norpc_proxy_write_async  (NorpcProxy           *self,
                                      const char           *property_name,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data,
                                      ...);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_proxy_write_finish (NorpcProxy           *self,
                                      GAsyncResult         *result,
                                      GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_proxy_write_sync   (NorpcProxy           *self,
                                      const char           *property_name,
                                      GCancellable         *cancellable,
                                      GError              **error,
                                      ...);
NORPC_AVAILABLE_IN_ALL
void        norpc_proxy_write_value_async  (NorpcProxy           *self,
                                            const char           *property_name,
                                            const GValue         *value,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_proxy_write_value_finish (NorpcProxy           *self,
                                            GAsyncResult         *result,
                                            GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_proxy_write_value_sync   (NorpcProxy           *self,
                                            const char           *property_name,
                                            const GValue         *value,
                                            GCancellable         *cancellable,
                                            GError              **error);

G_END_DECLS
