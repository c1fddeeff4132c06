/* norpc-reply.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_REPLY (norpc_reply_get_type ())

/**
 * NorpcReplyFunc:
 * @reply: (transfer full): the result of the call
 * @user_data: the data that was passed with the function
 *
 * Receives the reply to a call. It is called exactly once for each call, in the
 * thread-default main context of the caller.
 *
 * Since: 0.1
 */
typedef void (*NorpcReplyFunc) (NorpcReply *reply,
                                gpointer    user_data);

NORPC_AVAILABLE_IN_ALL
GType         norpc_reply_get_type        (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcReply   *norpc_reply_ref             (NorpcReply    *self);
NORPC_AVAILABLE_IN_ALL
void          norpc_reply_unref           (NorpcReply    *self);
NORPC_AVAILABLE_IN_ALL
const char   *norpc_reply_get_method_name (NorpcReply    *self);
NORPC_AVAILABLE_IN_ALL
const GError *norpc_reply_get_error       (NorpcReply    *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_reply_is_rejection    (NorpcReply    *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_reply_propagate_error (NorpcReply    *self,
                                           GError       **error);
NORPC_AVAILABLE_IN_ALL
const GValue *norpc_reply_get_values      (NorpcReply    *self,
                                           guint         *n_values);
NORPC_AVAILABLE_IN_ALL
gpointer      norpc_reply_steal_pointer   (NorpcReply    *self,
                                           guint          index);
NORPC_AVAILABLE_IN_ALL
int           norpc_reply_steal_fd        (NorpcReply    *self,
                                           guint          index);
NORPC_AVAILABLE_IN_ALL
void          norpc_reply_disown_fds      (NorpcReply    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcReply, norpc_reply_unref)

G_END_DECLS
