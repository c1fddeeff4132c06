/* norpc-background.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-timer-private.h"

/* How long to wait for a thread where none could be had, in microseconds. */
#define RETRY_TIME (100 * 1000)

typedef struct
{
  NorpcBackgroundFunc func; /* (nullable): only here to have a thread started */
  gpointer            data;
} Job;

/* Jobs wait, and there was no thread for them. */
int norpc_background_is_starved; /* atomic */

/* The calling thread is running a job. */
static _Thread_local gboolean is_running_job;

static gpointer take_retry (gpointer owner);
static void     fire_retry (gpointer taken);

static const NorpcTimerFuncs retry_funcs = { take_retry, fire_retry };
static NorpcTimer retry_timer = { .funcs = &retry_funcs };

/* A thread of the pool. */
static void
run_job (gpointer data,
         gpointer unused G_GNUC_UNUSED)
{
  Job *job = data;

  is_running_job = TRUE;
  if (job->func != NULL)
    job->func (job->data);
  is_running_job = FALSE;

  g_free (job);
}

static GThreadPool *
get_pool (void)
{
  static gsize pool = 0; /* written once */

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (run_job, NULL, -1, FALSE, NULL));

  return (GThreadPool *) pool;
}

/* The timers' thread. */
static gpointer
take_retry (gpointer owner G_GNUC_UNUSED)
{
  return &retry_timer;
}

/* The timers' thread. */
static void
fire_retry (gpointer taken G_GNUC_UNUSED)
{
  norpc_background_push (NULL, NULL);
}

/* Any thread: has @func run with @data, by another thread. */
void
norpc_background_push (NorpcBackgroundFunc func,
                       gpointer            data)
{
  Job *job = g_new (Job, 1);

  *job = (Job) { func, data };

  /* Where no thread can be started the job stays in the queue of the pool, for the next
   * thread that can.
   */
  if (g_thread_pool_push (get_pool (), job, NULL))
    return;

  g_atomic_int_set (&norpc_background_is_starved, TRUE);
  norpc_timer_start (&retry_timer, g_get_monotonic_time () + RETRY_TIME);
}

/* Thread-safe. Tries to start a thread for the jobs that wait: the timer cannot, if there was no
 * thread for it either.
 */
void
norpc_background_retry (void)
{
  if (g_atomic_int_compare_and_exchange (&norpc_background_is_starved, TRUE, FALSE))
    norpc_background_push (NULL, NULL);
}

/* Any thread: whether it is one of the pool's, which runs a job. */
gboolean
norpc_background_is_current (void)
{
  return is_running_job;
}

/* Any thread: drops a reference with which functions of others may come to run. */
void
norpc_background_unref_object (gpointer object)
{
  norpc_background_push (g_object_unref, object);
}
