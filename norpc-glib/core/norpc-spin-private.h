/* norpc-spin-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-spin.h"
#include "norpc-types.h"

G_BEGIN_DECLS

/*
 * Spinning before sleeping.
 *
 * Waking a sleeping thread costs about ten times as much as a call. A consumer therefore polls
 * its queue for a short while before it sleeps, as long as that has paid off recently, or if it
 * has slept so shortly that it might have. Each NorpcSpin belongs to one consumer and to the thread
 * of that consumer.
 */
typedef struct
{
  guint8 credit;   /* how many more times it may spin in vain */
  guint8 skipped;  /* how many times it has slept without spinning since it last spun */
  gint64 slept_at; /* monotonic time: since when it sleeps, or 0 */
} NorpcSpin;

#define NORPC_SPIN_CREDIT 8
#define NORPC_SPIN_INIT { 0, 0, 0 }

/* Where two threads sleep in turn, each sleep takes as long as it takes to wake up both of them. A main
 * context that has something else to do does not sleep at all. All in microseconds.
 */
#define NORPC_SPIN_REAL_SLEEP 3
#define NORPC_SPIN_SHORT_SLEEP 100
#define NORPC_SPIN_LONG_SLEEP 1000

typedef gboolean (*NorpcSpinCondition) (gpointer data);

/* The number of times that the condition is polled between two readings of the clock. */
#define NORPC_SPIN_POLLS 24

gboolean norpc_spin_begin (NorpcSpin *self,
                           gint64    *until);
void     norpc_spin_end   (NorpcSpin *self,
                           gboolean   paid);
void     norpc_spin_sleep (NorpcSpin *self);
void     norpc_spin_wake  (NorpcSpin *self,
                           gboolean   ready);

static inline void
norpc_spin_pause (void)
{
#if defined (__x86_64__) || defined (__i386__)
  __builtin_ia32_pause ();
#elif defined (__aarch64__) || defined (__arm__)
  __asm__ __volatile__ ("yield" ::: "memory");
#endif
}

/* Called in the thread that owns @self. Returns TRUE if @condition became true. */
static inline gboolean
norpc_spin_until (NorpcSpin          *self,
                  NorpcSpinCondition  condition,
                  gpointer            data)
{
  gint64 until, now = 0;
  gboolean met = FALSE;

  if (!norpc_spin_begin (self, &until))
    return FALSE;

  do
    for (guint i = 0; i < NORPC_SPIN_POLLS && !met; i++)
      {
        norpc_spin_pause ();
        met = condition (data);
      }
  while (!met && (now = g_get_monotonic_time ()) < until);

  /* A wake-up would have taken no longer than the second half of the time. */
  norpc_spin_end (self, met && now < until - norpc_get_spin_time () / 2);

  return met;
}

G_END_DECLS
