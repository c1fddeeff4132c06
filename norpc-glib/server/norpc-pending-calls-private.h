/* norpc-pending-calls-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "channel/norpc-channel-private.h"
#include "core/norpc-types-private.h"

G_BEGIN_DECLS

#define NORPC_BACKLOG_BATCH 64

/*
 * The calls that a host has taken off its channel and that are not answered.
 *
 * Calls wait in a batch, one is being dispatched, and those that are to be
 * answered later, and whose clients wait for that, are open. The lock may be held while that of a channel's
 * queue is taken, so that a call is always in one or in the other.
 */
typedef struct
{
  GMutex lock;

  NorpcCall *batch[NORPC_BACKLOG_BATCH]; /* (owned) [lock]: from n_begun on */
  guint      n_batch;                    /* [lock] */
  guint      n_begun;                    /* [lock] */
  NorpcCall *current;                    /* (owned) (nullable) [lock] */
  NorpcCall *open;                       /* (unowned) (nullable) [lock] */
} NorpcBacklog;

void       norpc_backlog_init       (NorpcBacklog *self);
void       norpc_backlog_clear      (NorpcBacklog *self);
NorpcCall *norpc_backlog_next       (NorpcBacklog *self,
                                     NorpcHost    *host,
                                     gboolean      more);
gboolean   norpc_backlog_is_current (NorpcBacklog *self,
                                     NorpcCall    *call);
gboolean   norpc_backlog_note_kept  (NorpcCall    *call);
gboolean   norpc_backlog_forget     (NorpcBacklog *self,
                                     NorpcCall    *call);
gboolean   norpc_backlog_is_empty   (NorpcBacklog *self,
                                     NorpcChannel *channel,
                                     gboolean      with_open);
GPtrArray *norpc_backlog_hold_calls (NorpcBacklog *self,
                                     NorpcChannel *channel);

G_END_DECLS
