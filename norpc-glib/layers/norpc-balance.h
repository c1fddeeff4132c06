/* norpc-balance.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

/**
 * NorpcBalancePolicy:
 * @NORPC_BALANCE_LEAST_PENDING: the one of two randomly picked endpoints that has fewer
 *   pending calls
 * @NORPC_BALANCE_ROUND_ROBIN: each endpoint in turn
 * @NORPC_BALANCE_BY_KEY: calls with the same key go to the same endpoint
 *
 * Policies that select one of several endpoints for a call.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_BALANCE_LEAST_PENDING,
  NORPC_BALANCE_ROUND_ROBIN,
  NORPC_BALANCE_BY_KEY
} NorpcBalancePolicy;

/**
 * NorpcKeyFunc:
 * @call: a call
 * @key: (out): return location for a hash of the key
 * @user_data: the data that was passed with the function
 * @error: return location for an error
 *
 * Computes the key of a call.
 *
 * The function runs in the thread that sends the call or, if a layer in front of the
 * balance has delayed the call, in a thread of GLib's pool, where it may block.
 *
 * Returns: %TRUE if @key is set; %FALSE if the call fails with @error or, if @error is
 *   not set, with %NORPC_ERROR_FAILED
 * Since: 0.1
 */
typedef gboolean (*NorpcKeyFunc) (NorpcCall  *call,
                                  guint      *key,
                                  gpointer    user_data,
                                  GError    **error);

#define NORPC_TYPE_BALANCE (norpc_balance_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcBalance, norpc_balance, NORPC, BALANCE, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer        *norpc_balance_new             (NorpcBalancePolicy  policy) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcBalancePolicy norpc_balance_get_policy      (NorpcBalance       *self);
NORPC_AVAILABLE_IN_ALL
void               norpc_balance_add_endpoint    (NorpcBalance       *self,
                                                  NorpcEndpoint      *endpoint);
NORPC_AVAILABLE_IN_ALL
gboolean           norpc_balance_remove_endpoint (NorpcBalance       *self,
                                                  NorpcEndpoint      *endpoint);
NORPC_AVAILABLE_IN_ALL
guint              norpc_balance_get_n_endpoints (NorpcBalance       *self);
NORPC_AVAILABLE_IN_ALL
void               norpc_balance_set_key_func    (NorpcBalance       *self,
                                                  NorpcKeyFunc        func,
                                                  gpointer            user_data,
                                                  GDestroyNotify      destroy);

G_END_DECLS
