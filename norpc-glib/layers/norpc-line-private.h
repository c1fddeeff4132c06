/* norpc-line-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-layer.h"

G_BEGIN_DECLS

/*
 * The calls that a layer holds back, in the order in which they came, and
 * how many have passed it and not ended.
 *
 * Every call that comes to the layer goes through its line, also one that need
 * not wait: so none overtakes another. One thread at a time drains the line:
 * the one that brings a call, ends one, or has an alarm. Who comes meanwhile
 * leaves it to that thread. So a call that ends while it is passed on causes no
 * recursion, however many are held.
 *
 * A call that ends while it is held leaves the line at once.
 */
typedef struct _NorpcLine NorpcLine;

typedef enum
{
  NORPC_LINE_HOLD,
  NORPC_LINE_PASS,
  NORPC_LINE_REFUSE /* with NORPC_ERROR_BUSY */
} NorpcLineVerdict;

/* What a line asks its layer: the thread that drains it, with no lock held. */
typedef struct
{
  NorpcLineVerdict (*judge)     (NorpcLayer *layer); /* of the first call that is held */
  void             (*passing)   (NorpcLayer *layer); /* (nullable): it is going to pass */
  gboolean         (*has_room)  (NorpcLayer *layer); /* for one more call; also any thread */
  void             (*promising) (NorpcLayer *layer); /* (nullable): a probe is going to be answered */
  void             (*holding)   (NorpcLayer *layer); /* (nullable): something is left to wait */
  gboolean         answers_probes;                   /* itself, and not the next endpoint */
} NorpcLineFuncs;

NorpcLine *norpc_line_new         (NorpcLayer           *layer,
                                   const NorpcLineFuncs *funcs);
void       norpc_line_unref       (NorpcLine            *self);
void       norpc_line_set_max     (NorpcLine            *self,
                                   guint                 max_held);
void       norpc_line_send        (NorpcLine            *self,
                                   NorpcLayer           *layer,
                                   NorpcCall            *call);
gboolean   norpc_line_is_ready    (NorpcLine            *self,
                                   NorpcLayer           *layer);
void       norpc_line_await_ready (NorpcLine            *self,
                                   NorpcLayer           *layer,
                                   NorpcCall            *probe);
void       norpc_line_drain       (NorpcLine            *self,
                                   NorpcLayer           *layer);
void       norpc_line_close       (NorpcLine            *self);
gboolean   norpc_line_is_waiting  (NorpcLine            *self);
guint      norpc_line_get_n_held  (NorpcLine            *self);
guint      norpc_line_get_n_passed (NorpcLine           *self);
guint      norpc_line_get_n_open  (NorpcLine            *self);

G_END_DECLS
