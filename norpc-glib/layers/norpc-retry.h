/* norpc-retry.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

#define NORPC_TYPE_RETRY (norpc_retry_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcRetry, norpc_retry, NORPC, RETRY, NorpcLayer)

/**
 * NorpcRetryFunc:
 * @call: the call
 * @error: the error of the last attempt
 * @n_attempts: the number of attempts so far
 * @user_data: the data that was passed with the function
 *
 * Decides whether a failed call is retried. It runs in a thread of GLib's pool.
 *
 * Returns: %TRUE to retry the call
 * Since: 0.1
 */
typedef gboolean (*NorpcRetryFunc) (NorpcCall    *call,
                                    const GError *error,
                                    guint         n_attempts,
                                    gpointer      user_data);

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_retry_new              (guint           max_attempts) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint       norpc_retry_get_max_attempts (NorpcRetry     *self);
NORPC_AVAILABLE_IN_ALL
void        norpc_retry_set_func         (NorpcRetry     *self,
                                          NorpcRetryFunc  func,
                                          gpointer        user_data,
                                          GDestroyNotify  destroy);

G_END_DECLS
