/* norpc-line-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-line-private.h"

G_BEGIN_DECLS

struct _NorpcLine
{
  gatomicrefcount ref_count; /* one for the layer, one for each call that has not ended */

  const NorpcLineFuncs *funcs;
  GWeakRef              layer;

  GMutex   lock;
  GQueue   held;     /* of Place [lock] */
  GQueue   probes;   /* of Place [lock] */
  guint    n_passed; /* [lock]: and not ended */
  guint    max_held; /* [lock] */
  gboolean draining; /* [lock]: a thread does, and does not need the lock to know */
  gboolean again;    /* [lock]: it has to look again */
  gboolean closed;   /* [lock] */
};

gboolean   norpc_line_push        (NorpcLine *self,
                                   GQueue    *queue,
                                   NorpcCall *call);
NorpcCall *norpc_line_pop         (NorpcLine *self,
                                   GQueue    *queue,
                                   gboolean   to_pass);
NorpcCall *norpc_line_pop_excess  (NorpcLine *self);
gboolean   norpc_line_has_waiting (NorpcLine *self,
                                   GQueue    *queue);

G_END_DECLS
