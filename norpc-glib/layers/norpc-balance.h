/* norpc-balance.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/layers/norpc-layer.h>

G_BEGIN_DECLS

/**
 * NorpcBalancePolicy:
 * @NORPC_BALANCE_LEAST_PENDING: the one of two, picked by chance, that has fewer
 *   calls to answer
 * @NORPC_BALANCE_ROUND_ROBIN: one after the other
 * @NORPC_BALANCE_BY_KEY: calls with the same key go to the same endpoint
 *
 * Which of several endpoints gets a call.
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
 * @user_data: what was given with the function
 *
 * Tells the key of a call. It runs in any thread.
 *
 * Returns: a hash of the key
 * Since: 0.1
 */
typedef guint (*NorpcKeyFunc) (NorpcCall *call,
                               gpointer   user_data);

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
