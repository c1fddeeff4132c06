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

/* Runs in the context of the wait. */
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
  self->result = norpc_wait_result_new (object, cancellable, user_data, source_tag);
  self->context = g_main_context_ref_thread_default ();
  self->callback = callback;
  self->user_data = user_data;
  self->gone = gone != NULL ? g_object_ref (gone) : NULL;

  self->source = g_source_new (&wait_source_funcs, sizeof (WaitSource));
  ((WaitSource *) self->source)->func = func;
  g_source_set_static_name (self->source, "norpc wait");
  /* The result keeps the object. */
  g_source_set_callback (self->source, NULL, object, NULL);
  add_cancellable (self->source, cancellable);
  add_cancellable (self->source, gone);
  g_source_attach (self->source, self->context);
}

/* Makes the function run, if there is a wait. */
void
norpc_wait_wake (NorpcWait *self)
{
  if (self->source != NULL)
    g_source_set_ready_time (self->source, 0);
}

/* Returns the wait (owned), which is over: the caller sets its result and calls norpc_wait_end (). */
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
  g_autoptr (NorpcWaitResult) result = g_steal_pointer (&self->result);
  g_autoptr (GMainContext) context = g_steal_pointer (&self->context);
  g_autoptr (GCancellable) gone = g_steal_pointer (&self->gone);
  g_autoptr (GObject) object = g_async_result_get_source_object (G_ASYNC_RESULT (result));

  if (self->callback == NULL || g_cancellable_is_cancelled (gone))
    return;

  g_main_context_push_thread_default (context);
  self->callback (object, G_ASYNC_RESULT (result), self->user_data);
  g_main_context_pop_thread_default (context);
}

/* A wait that could not begin. */
typedef struct
{
  NorpcWaitResult    *result; /* (owned) */
  GAsyncReadyCallback callback;
  gpointer            user_data;
  GCancellable       *gone; /* (owned) (nullable) */
} Rejected;

static void
rejected_free (gpointer data)
{
  Rejected *self = data;

  g_object_unref (self->result);
  g_clear_object (&self->gone);
  g_free (self);
}

/* Runs in the context of the wait. */
static gboolean
rejected_cb (gpointer data)
{
  Rejected *self = data;
  g_autoptr (GObject) object = g_async_result_get_source_object (G_ASYNC_RESULT (self->result));

  if (!g_cancellable_is_cancelled (self->gone))
    self->callback (object, G_ASYNC_RESULT (self->result), self->user_data);

  return G_SOURCE_REMOVE;
}

/* Called in the context of the wait, instead of norpc_wait_begin (). Takes ownership of @error, which
 * @callback (nullable) gets later.
 */
void
norpc_wait_refuse (gpointer             object,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data,
                   gpointer             source_tag,
                   GCancellable        *gone,
                   GError              *error)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (NorpcWaitResult) result = norpc_wait_result_new (object, NULL, user_data, source_tag);
  g_autoptr (GSource) source = g_idle_source_new ();
  Rejected *rejected;

  norpc_wait_result_return_error (result, error);
  if (callback == NULL)
    return;

  rejected = g_new (Rejected, 1);
  *rejected = (Rejected) {
    g_steal_pointer (&result), callback, user_data, gone != NULL ? g_object_ref (gone) : NULL
  };
  g_source_set_static_name (source, "norpc wait: rejected");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, rejected_cb, rejected, rejected_free);
  g_source_attach (source, context);
}
