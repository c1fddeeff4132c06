/* bench-pool.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A GThreadPool with one thread, and a GTask for the answer. */

#include "bench.h"

/* A synchronous caller waits with this, on its stack. */
typedef struct
{
  GMutex   lock;
  GCond    cond;
  gboolean answered; /* [lock] */
} Wait;

/* The pool's thread. Answers an owned GTask, whose data is the wait of a synchronous caller. */
static void
answer (gpointer data,
        gpointer user_data)
{
  g_autoptr (GTask) task = data;
  Wait *wait = g_task_get_task_data (task);

  if (wait == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_mutex_lock (&wait->lock);
  wait->answered = TRUE;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->lock);
}

static gpointer
pool_start (const BenchSetup *setup,
            const char       *work)
{
  return g_thread_pool_new (answer, NULL, 1, TRUE, NULL);
}

static void
pool_stop (gpointer service)
{
  g_thread_pool_free (service, FALSE, TRUE);
}

static void
task_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  bench_window_answered (user_data, g_task_propagate_boolean (G_TASK (result), NULL));
}

static void
pool_async (gpointer     client,
            BenchWindow *window)
{
  g_thread_pool_push (client, g_task_new (NULL, NULL, task_cb, window), NULL);
}

static gboolean
pool_sync (gpointer client)
{
  GTask *task = g_task_new (NULL, NULL, NULL, NULL);
  Wait wait = { .answered = FALSE };

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.cond);
  g_task_set_task_data (task, &wait, NULL);

  g_thread_pool_push (client, task, NULL);

  g_mutex_lock (&wait.lock);
  while (!wait.answered)
    g_cond_wait (&wait.cond, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_cond_clear (&wait.cond);
  g_mutex_clear (&wait.lock);

  return TRUE;
}

const BenchContender bench_pool = {
  .name = "pool",
  .start = pool_start,
  .stop = pool_stop,
  .async = pool_async,
  .sync = pool_sync,
};
