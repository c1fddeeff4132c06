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
 * @call: a call that has come to the filter
 * @user_data: what was given with the function
 * @error: return location for an error
 *
 * Decides whether a call goes on.
 *
 * It may change the arguments with [method@Norpc.Call.set_arg], and it may answer the
 * call itself, which then goes no further.
 *
 * It runs in the thread that sends the call or, where a layer before the filter held
 * that, in a thread of GLib's pool; there it may block.
 *
 * Returns: %TRUE to let the call pass; %FALSE if it is to be answered with @error, or,
 *   where no error is set, with %NORPC_ERROR_FAILED
 * Since: 0.1
 */
typedef gboolean (*NorpcFilterFunc) (NorpcCall  *call,
                                     gpointer    user_data,
                                     GError    **error);

/**
 * NorpcFilterReplyFunc:
 * @reply: how a call ended, to be looked at within the function only
 * @user_data: what was given with the function
 *
 * Looks at how a call ended.
 *
 * Before a channel it runs in the context of the client, just before the client has the
 * reply; for an attempt of a [class@Norpc.Retry] that is followed by another one, in
 * a thread of GLib's pool.
 *
 * In a server it runs in the thread that answers, which is that of the service as a
 * rule, before the reply is sent. Where a call ends without an answer of the service, or all
 * attempts of a [class@Norpc.Retry] behind the filter have failed, it runs in the context of
 * the service, which may be after the client has been told.
 *
 * It is not called for calls that are one-way.
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
