/* norpc-timeouts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * A binary heap of calls with a deadline, the earliest first. Each call stores its index in
 * the heap. The owner of the heap locks it.
 */
typedef struct
{
  GArray *entries; /* (owned) (nullable) */
} NorpcTimerHeap;

void       norpc_timer_heap_clear  (NorpcTimerHeap *self);
gboolean   norpc_timer_heap_add    (NorpcTimerHeap *self,
                                    NorpcCall      *call);
void       norpc_timer_heap_remove (NorpcTimerHeap *self,
                                    NorpcCall      *call);
NorpcCall *norpc_timer_heap_peek   (NorpcTimerHeap *self,
                                    gint64         *deadline);

/* The deadlines of the calls of one context. */
typedef struct
{
  GMutex         lock;
  NorpcTimerHeap timers;   /* [lock] */
  int            n_timers; /* atomic, written with the lock */
} NorpcTimeouts;

void     norpc_timeouts_init        (NorpcTimeouts *self);
void     norpc_timeouts_clear       (NorpcTimeouts *self);
gboolean norpc_timeouts_add         (NorpcTimeouts *self,
                                     NorpcCall     *call);
void     norpc_timeouts_remove      (NorpcTimeouts *self,
                                     NorpcCall     *call);
int      norpc_timeouts_get_timeout (NorpcTimeouts *self,
                                     gint64         now);
void     norpc_timeouts_expire      (NorpcTimeouts *self,
                                     gint64         now);

G_END_DECLS
