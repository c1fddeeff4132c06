/* norpc-pool.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/layers/norpc-balance.h>
#include <norpc-glib/server/norpc-server.h>

G_BEGIN_DECLS

/**
 * NorpcServiceFunc:
 * @index: the index of the service in the pool, from 0
 * @user_data: the data that was passed with the function
 *
 * Creates a service.
 *
 * Returns: (transfer full): a new service with a single reference
 * Since: 0.1
 */
typedef GObject *(*NorpcServiceFunc) (guint    index,
                                      gpointer user_data);

#define NORPC_TYPE_POOL (norpc_pool_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcPool, norpc_pool, NORPC, POOL, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcPool    *norpc_pool_new           (guint                 n_servers,
                                        NorpcBalancePolicy    policy,
                                        NorpcServiceFunc      make_service,
                                        gpointer              user_data) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint         norpc_pool_get_n_servers (NorpcPool            *self);
NORPC_AVAILABLE_IN_ALL
NorpcServer  *norpc_pool_get_server    (NorpcPool            *self,
                                        guint                 index);
NORPC_AVAILABLE_IN_ALL
NorpcBalance *norpc_pool_get_balance   (NorpcPool            *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_pool_start         (NorpcPool            *self,
                                        GCancellable         *cancellable,
                                        GError              **error);
NORPC_AVAILABLE_IN_ALL
void          norpc_pool_start_async   (NorpcPool            *self,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_pool_start_finish  (NorpcPool            *self,
                                        GAsyncResult         *result,
                                        GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_pool_stop          (NorpcPool            *self,
                                        NorpcStopMode         mode,
                                        GCancellable         *cancellable,
                                        GError              **error);
NORPC_AVAILABLE_IN_ALL
void          norpc_pool_stop_async    (NorpcPool            *self,
                                        NorpcStopMode         mode,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_pool_stop_finish   (NorpcPool            *self,
                                        GAsyncResult         *result,
                                        GError              **error);

G_END_DECLS
