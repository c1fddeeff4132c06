/* stress-worker.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A thread that does things for others, one after the other. */

#include "stress.h"

typedef struct
{
  StressWorkFunc func;
  gpointer       data;
  gpointer       more_data;
} Work;

static GAsyncQueue *works; /* (owned): of owned Work */
static GThread *worker;    /* (owned) */
static _Thread_local gboolean is_worker;

static gpointer
worker_thread (gpointer user_data)
{
  is_worker = TRUE;
  for (;;)
    {
      g_autofree Work *work = g_async_queue_pop (works);

      if (work->func == NULL)
        return NULL;
      work->func (work->data, work->more_data);
    }
}

void
stress_worker_start (void)
{
  works = g_async_queue_new ();
  worker = g_thread_new ("worker", worker_thread, NULL);
}

void
stress_worker_stop (void)
{
  stress_worker_push (NULL, NULL, NULL);
  g_thread_join (g_steal_pointer (&worker));
  g_clear_pointer (&works, g_async_queue_unref);
}

/* Any thread: whether it is the worker's. */
gboolean
stress_worker_is_current (void)
{
  return is_worker;
}

/* Any thread: has @func called in the worker's. */
void
stress_worker_push (StressWorkFunc func,
                    gpointer       data,
                    gpointer       more_data)
{
  Work *work = g_new (Work, 1);

  work->func = func;
  work->data = data;
  work->more_data = more_data;
  g_async_queue_push (works, work);
}
