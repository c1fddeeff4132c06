/* bench-task.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* g_task_run_in_thread (): no service, but any thread of GLib's pool. */

#include "bench.h"

static void
noop_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_task_return_boolean (task, TRUE);
}

static void
task_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  bench_window_answered (user_data, g_task_propagate_boolean (G_TASK (result), NULL));
}

static void
task_async (gpointer     client,
            BenchWindow *window)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, task_cb, window);

  g_task_run_in_thread (task, noop_thread);
}

static gboolean
task_sync (gpointer client)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_run_in_thread_sync (task, noop_thread);

  return g_task_propagate_boolean (task, NULL);
}

const BenchContender bench_task = {
  .name = "task",
  .async = task_async,
  .sync = task_sync,
};
