/* norpc-background.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-clock-private.h"
#include "norpc-timer-private.h"

/* The time before the next attempt to start a thread, in microseconds. */
#define RETRY_TIME (100 * 1000)

/* The threads that release what others have left, at most: many calls may end at once. */
#define MAX_RELEASERS 8

typedef struct
{
  NorpcBackgroundFunc func;
  gpointer            data;
} Job;

static GMutex releases_lock;
static GQueue releases = G_QUEUE_INIT; /* [releases_lock]: of owned Job */
static guint  n_releasers;             /* [releases_lock]: jobs of the pool that take them */

/* Whether jobs wait because no thread could be started for them. */
int norpc_background_is_starved; /* atomic */

static guint n_jobs; /* atomic: jobs that have been pushed and have not ended */

/* Whether the calling thread is running a job. */
static _Thread_local gboolean is_running_job;

static gpointer take_retry (gpointer owner);
static void     fire_retry (gpointer taken);

static const NorpcTimerFuncs retry_funcs = { take_retry, fire_retry };
static NorpcTimer retry_timer = { .funcs = &retry_funcs };

/* Runs in a thread of the pool. */
static void
run_job (gpointer data,
         gpointer unused G_GNUC_UNUSED)
{
  Job *job = data;

  is_running_job = TRUE;
  job->func (job->data);
  is_running_job = FALSE;

  g_free (job);

  if (g_atomic_int_dec_and_test (&n_jobs) && norpc_clock_is_manual ())
    norpc_timer_note_job ();
}

static GThreadPool *
get_pool (void)
{
  static gsize pool = 0; /* written once */

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (run_job, NULL, -1, FALSE, NULL));

  return (GThreadPool *) pool;
}

/* Runs in the timers' thread. */
static gpointer
take_retry (gpointer owner G_GNUC_UNUSED)
{
  return &retry_timer;
}

/* Thread-safe: jobs wait in the queue of the pool. */
static void
note_starved (void)
{
  g_atomic_int_set (&norpc_background_is_starved, TRUE);
  norpc_timer_start (&retry_timer, norpc_clock_now () + RETRY_TIME);
}

/* Thread-safe. Tries to start a thread for the waiting jobs. The timer does not do so if its own
 * thread could not be started either.
 */
void
norpc_background_retry (void)
{
  if (!g_atomic_int_compare_and_exchange (&norpc_background_is_starved, TRUE, FALSE))
    return;

  /* The pool starts threads for what is in its queue; the number stays unlimited. */
  if (!g_thread_pool_set_max_threads (get_pool (), -1, NULL))
    note_starved ();
}

/* Runs in the timers' thread. */
static void
fire_retry (gpointer taken G_GNUC_UNUSED)
{
  norpc_background_retry ();
}

/* Thread-safe. Runs @func with @data in a thread of the pool. */
void
norpc_background_push (NorpcBackgroundFunc func,
                       gpointer            data)
{
  Job *job = g_new (Job, 1);

  *job = (Job) { func, data };
  g_atomic_int_inc (&n_jobs);

  /* If no thread can be started, the job stays in the queue of the pool until a thread takes
   * it.
   */
  if (!g_thread_pool_push (get_pool (), job, NULL))
    note_starved ();
}

/* Takes the next job (owned), or returns NULL: then the calling job has to end. */
static Job *
pop_release (void)
{
  Job *job;

  g_mutex_lock (&releases_lock);
  job = g_queue_pop_head (&releases);
  if (job == NULL)
    n_releasers--;
  g_mutex_unlock (&releases_lock);

  return job;
}

/* Runs in a thread of the pool. */
static void
run_releases (gpointer unused G_GNUC_UNUSED)
{
  Job *job;

  while ((job = pop_release ()) != NULL)
    {
      job->func (job->data);
      g_free (job);
    }
}

/* Thread-safe. Runs @func, which releases @data, in one of a few threads of the pool. */
void
norpc_background_push_release (NorpcBackgroundFunc func,
                               gpointer            data)
{
  Job *job = g_new (Job, 1);
  gboolean starts;

  *job = (Job) { func, data };
  g_mutex_lock (&releases_lock);
  g_queue_push_tail (&releases, job);
  starts = n_releasers < MAX_RELEASERS;
  if (starts)
    n_releasers++;
  g_mutex_unlock (&releases_lock);

  if (starts)
    norpc_background_push (run_releases, NULL);
}

/* Thread-safe. Returns TRUE if the calling thread is running a job of the pool. */
gboolean
norpc_background_is_current (void)
{
  return is_running_job;
}

/* Thread-safe. Returns TRUE if there is a job that has not ended. */
gboolean
norpc_background_has_jobs (void)
{
  return g_atomic_int_get (&n_jobs) > 0;
}
