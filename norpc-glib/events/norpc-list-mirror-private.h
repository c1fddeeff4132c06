/* norpc-list-mirror-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-list-source-private.h"

G_BEGIN_DECLS

/*
 * A list model that shows a list of a service. In the context of a client it follows the list.
 * Without a context it shows what the list was when the mirror was made: the results of a call and
 * the values of properties have such mirrors until they arrive.
 *
 * Any thread may read it. It emits in the client's context.
 */
#define NORPC_TYPE_LIST_MIRROR (norpc_list_mirror_get_type ())
G_DECLARE_FINAL_TYPE (NorpcListMirror, norpc_list_mirror, NORPC, LIST_MIRROR, GObject)

NorpcListMirror *norpc_list_mirror_new     (NorpcListSource *source);
NorpcListMirror *norpc_list_mirror_get_for (NorpcListMirror *self,
                                            NorpcReplyQueue *reply_queue);

G_END_DECLS
