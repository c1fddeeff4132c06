/* norpc-list-link-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-reply-queue-private.h"
#include "norpc-list-changes-private.h"
#include "norpc-list-items-private.h"

G_BEGIN_DECLS

/*
 * The way of a list's changes from the service's context to the mirror in a client's context.
 *
 * The mirror owns its link, and so does each event that is on its way. The source of the list
 * reaches it until the mirror is finalized.
 */
typedef struct _NorpcListLink NorpcListLink;

/* Runs in the client's context. Takes ownership of @items, and steals the contents of @changes. */
typedef void (*NorpcListApplyFunc) (GObject          *mirror,
                                    NorpcListItems   *items,
                                    NorpcListChanges *changes);

NorpcListLink *norpc_list_link_new   (GObject            *mirror,
                                      NorpcReplyQueue    *reply_queue,
                                      NorpcListApplyFunc  apply);
NorpcListLink *norpc_list_link_ref   (NorpcListLink      *self);
void           norpc_list_link_unref (NorpcListLink      *self);
void           norpc_list_link_close (NorpcListLink      *self);

NorpcReplyQueue *norpc_list_link_get_reply_queue (NorpcListLink *self);
GObject         *norpc_list_link_dup_mirror      (NorpcListLink *self);

NorpcEvent *norpc_list_link_push (NorpcListLink          *self,
                                  NorpcListItems         *items,
                                  const NorpcListChanges *changes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcListLink, norpc_list_link_unref)

G_END_DECLS
