/* norpc-timer-heap-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Calls with a deadline, the earliest first: a binary heap, in which each call
 * knows its place. Who owns it locks it.
 */
typedef struct
{
  GArray *entries; /* (owned) (nullable) */
} NorpcTimerHeap;

void       norpc_timer_heap_clear   (NorpcTimerHeap *self);
gboolean   norpc_timer_heap_add     (NorpcTimerHeap *self,
                                     NorpcCall      *call);
void       norpc_timer_heap_remove  (NorpcTimerHeap *self,
                                     NorpcCall      *call);
NorpcCall *norpc_timer_heap_peek    (NorpcTimerHeap *self,
                                     gint64         *deadline);

G_END_DECLS
