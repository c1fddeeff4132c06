/* norpc-item-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-event-queue-private.h"
#include "norpc-item.h"

G_BEGIN_DECLS

/* The items of a stream on their way; see norpc-pipe-private.h. */
typedef struct _NorpcPipe NorpcPipe;

struct _NorpcItem
{
  NorpcEvent      event; /* must be first: tells the reader's context that the item is there */
  gatomicrefcount ref_count;

  NorpcPipe *pipe;   /* (owned) (nullable): while the event is in the reply queue of the reader */
  gboolean   queued; /* [lock of the events]: the event can be removed */
  NorpcItem *newer;  /* (unowned) (nullable) [lock of the pipe] */
  guint64    number; /* written before it is in the pipe: from 1 */
  gboolean   is_end; /* since construction: the writer has ended, and nothing follows */

  const NorpcInterfaceInfo *interface_info; /* since construction */
  guint  method;   /* since construction: the stream that it belongs to */
  guint  n_values; /* since construction */
  GValue values[]; /* (owned) */
};

NorpcItem *norpc_item_new_end      (const NorpcInterfaceInfo *interface_info,
                                    guint                     method);
GError    *norpc_item_find_problem (NorpcItem                *self);
NorpcItem *norpc_item_convert      (NorpcItem                *self,
                                    const NorpcInterfaceInfo *interface_info,
                                    guint                     method,
                                    GError                  **error);
void       norpc_item_export       (NorpcItem                *self);
void       norpc_item_import       (NorpcItem                *self);

G_END_DECLS
