/* sleepers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "sleepers.h"

static GMutex lock;
static GCond changed;
static guint n_asleep; /* [lock]: how many have gone to sleep */
static GThread *last;  /* (unowned) (nullable) [lock]: does so after another */

gboolean
__wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait)
{
  gboolean begun;

  /* That a server has started. */
  if (wait->call == NULL)
    return __real_norpc_deadlock_begin_wait (wait);

  g_mutex_lock (&lock);
  while (last == g_thread_self () && n_asleep == 0)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);

  begun = __real_norpc_deadlock_begin_wait (wait);

  g_mutex_lock (&lock);
  n_asleep++;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);

  return begun;
}

/* The test's thread, when nobody sleeps: counts anew. */
void
sleepers_reset (void)
{
  g_mutex_lock (&lock);
  n_asleep = 0;
  last = NULL;
  g_mutex_unlock (&lock);
}

/* A thread that is going to sleep: it does when another has. */
void
sleepers_be_last (void)
{
  g_mutex_lock (&lock);
  last = g_thread_self ();
  g_mutex_unlock (&lock);
}

/* Any thread: waits until so many have gone to sleep. */
void
sleepers_wait (guint n)
{
  g_mutex_lock (&lock);
  while (n_asleep < n)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
}
