/* norpc-filter.h
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
 * NorpcFilterFunc:
 * @call: a call that has arrived at the filter
 * @user_data: the data that was passed with the function
 * @error: return location for an error
 *
 * Decides whether a call passes a filter.
 *
 * The function may change arguments with [method@Norpc.Call.set_arg]. It may answer the
 * call itself, which is then not passed on.
 *
 * The function runs in the thread that sends the call or, if a layer in front of the
 * filter has delayed the call, in a thread of GLib's pool, where it may block.
 *
 * Returns: %TRUE to let the call pass; %FALSE if the call fails with @error or, if @error
 *   is not set, with %NORPC_ERROR_FAILED
 * Since: 0.1
 */
typedef gboolean (*NorpcFilterFunc) (NorpcCall  *call,
                                     gpointer    user_data,
                                     GError    **error);

/**
 * NorpcFilterReplyFunc:
 * @reply: (transfer none): the result of a call, which is valid only within the function
 * @user_data: the data that was passed with the function
 *
 * Observes the result of a call.
 *
 * In front of a channel, the function runs in the client's context, just before the
 * client gets the reply. For an attempt of a [class@Norpc.Retry] that is followed by
 * another one, it runs in a thread of GLib's pool.
 *
 * In a server, the function runs in the thread that answers the call, which is usually
 * the service's, before the reply is sent. If a call completes without an answer from the
 * service, or if all attempts of a [class@Norpc.Retry] behind the filter have failed, it
 * runs in the service's context, possibly after the client has got the reply.
 *
 * The function is not called for one-way calls.
 *
 * Since: 0.1
 */
typedef void (*NorpcFilterReplyFunc) (NorpcReply *reply,
                                      gpointer    user_data);

#define NORPC_TYPE_FILTER (norpc_filter_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcFilter, norpc_filter, NORPC, FILTER, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_filter_new            (void) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void        norpc_filter_set_call_func  (NorpcFilter          *self,
                                         NorpcFilterFunc       func,
                                         gpointer              user_data,
                                         GDestroyNotify        destroy);
NORPC_AVAILABLE_IN_ALL
void        norpc_filter_set_reply_func (NorpcFilter          *self,
                                         NorpcFilterReplyFunc  func,
                                         gpointer              user_data,
                                         GDestroyNotify        destroy);

G_END_DECLS
