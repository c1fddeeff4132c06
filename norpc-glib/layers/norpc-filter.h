/* norpc-filter.h
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
 * NorpcFilterFunc:
 * @call: a call that has come to the filter
 * @user_data: what was given with the function
 *
 * Looks at a call, in any thread. It may change its arguments, or answer it: then
 * it does not go on.
 *
 * Since: 0.1
 */
typedef void (*NorpcFilterFunc) (NorpcCall *call,
                                 gpointer   user_data);

/**
 * NorpcFilterReplyFunc:
 * @reply: how a call ended, to be looked at within the function only
 * @user_data: what was given with the function
 *
 * Looks at how a call ended, in any thread and before its client does. It must not
 * block.
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
