/* norpc-wait.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-wait-private.h"

typedef struct
{
  GSource       source;
  NorpcWaitFunc func;
} WaitSource;

/* Runs in the context of the task. */
static gboolean
wait_source_dispatch (GSource     *source,
                      GSourceFunc  callback G_GNUC_UNUSED,
                      gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  ((WaitSource *) source)->func (user_data);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs wait_source_funcs = { NULL, NULL, wait_source_dispatch, NULL, NULL, NULL };

/* Wakes up the source when @cancellable (nullable) is cancelled. */
static void
add_cancellable (GSource      *source,
                 GCancellable *cancellable)
{
  g_autoptr (GSource) cancelled = NULL;

  if (cancellable == NULL)
    return;

  cancelled = g_cancellable_source_new (cancellable);
  g_source_set_dummy_callback (cancelled);
  g_source_add_child_source (source, cancelled);
}

/* Called in the context of the wait, which is the thread-default one. @func runs there when the wait
 * is woken up, or when @cancellable (nullable) or @gone (nullable) is cancelled.
 */
void
norpc_wait_begin (NorpcWait           *self,
                  gpointer             object,
                  GCancellable        *cancellable,
                  GAsyncReadyCallback  callback,
                  gpointer             user_data,
                  gpointer             source_tag,
                  NorpcWaitFunc        func,
                  GCancellable        *gone)
{
  self->task = g_task_new (object, cancellable, NULL, NULL);
  g_task_set_source_tag (self->task, source_tag);
  /* The result of a task that is cancelled after it has returned would be lost. */
  g_task_set_check_cancellable (self->task, FALSE);
  self->callback = callback;
  self->user_data = user_data;
  self->gone = gone != NULL ? g_object_ref (gone) : NULL;

  self->source = g_source_new (&wait_source_funcs, sizeof (WaitSource));
  ((WaitSource *) self->source)->func = func;
  g_source_set_static_name (self->source, "norpc wait");
  /* The task keeps the object. */
  g_source_set_callback (self->source, NULL, object, NULL);
  add_cancellable (self->source, cancellable);
  add_cancellable (self->source, gone);
  g_source_attach (self->source, g_task_get_context (self->task));
}

/* Makes the function run, if there is a wait. */
void
norpc_wait_wake (NorpcWait *self)
{
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

/* Returns the wait (owned), which is over: the caller returns its task and calls norpc_wait_end (). */
NorpcWait
norpc_wait_steal (NorpcWait *self)
{
  NorpcWait wait = *self;

  *self = (NorpcWait) { 0 };
  g_source_destroy (wait.source);
  g_clear_pointer (&wait.source, g_source_unref);

  return wait;
}

/* Called in the context of the wait, with no lock held, from one of its sources. Runs the callback. */
void
norpc_wait_end (NorpcWait *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  g_autoptr (GCancellable) gone = g_steal_pointer (&self->gone);
  GMainContext *context = g_task_get_context (task);

  if (self->callback == NULL || g_cancellable_is_cancelled (gone))
    return;

  g_main_context_push_thread_default (context);
  self->callback (g_task_get_source_object (task), G_ASYNC_RESULT (task), self->user_data);
  g_main_context_pop_thread_default (context);
}
