/* norpc-signal-watch.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "norpc-emission-private.h"
#include "norpc-signal-private.h"
#include "norpc-signal-watch.h"

/**
 * NorpcSignalWatch:
 *
 * Waits for emissions of one signal of a proxy, one at a time.
 *
 * From its creation on, a watch collects all emissions, so that none is missed before the
 * first wait or between two waits. It keeps as many as the backlog of the signal; beyond that,
 * it drops the oldest.
 *
 * A watch must be used in the context in which its proxy emits signals.
 *
 * Since: 0.1
 */

struct _NorpcSignalWatch
{
  GObject parent_instance;

  NorpcProxy *proxy;     /* (owned), since construction */
  char       *name;      /* (owned), since construction: of the signal */
  guint       backlog;   /* since construction */
  GQueue      emissions; /* of owned NorpcEmission: that were not waited for yet */
  gboolean    closed;    /* the proxy gets no more emissions */
  GTask      *task;      /* (owned) (nullable): that waits */
  GSource    *cancelled; /* (owned) (nullable): of the task */
};

G_DEFINE_FINAL_TYPE (NorpcSignalWatch, norpc_signal_watch, G_TYPE_OBJECT)

/* Returns the task that waits (owned). */
static GTask *
steal_task (NorpcSignalWatch *self)
{
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);

  return g_steal_pointer (&self->task);
}

/* Runs in the proxy's context, for each emission. */
static void
collect (GClosure     *closure,
         GValue       *return_value G_GNUC_UNUSED,
         guint         n_values,
         const GValue *values,
         gpointer      hint G_GNUC_UNUSED,
         gpointer      data G_GNUC_UNUSED)
{
  NorpcSignalWatch *self = closure->data;
  NorpcEmission *emission = norpc_emission_new_unchecked (values + 1, n_values - 1);
  g_autoptr (GTask) task = steal_task (self);

  if (task != NULL)
    {
      g_task_return_pointer (task, emission, (GDestroyNotify) norpc_emission_unref);
      return;
    }

  g_queue_push_tail (&self->emissions, emission);
  if (self->emissions.length > self->backlog)
    norpc_emission_unref (g_queue_pop_head (&self->emissions));
}

static void
return_closed (GTask            *task,
               NorpcSignalWatch *self)
{
  g_task_return_new_error (task, NORPC_ERROR, NORPC_ERROR_CLOSED,
                           "The proxy gets no more emissions of the signal '%s'", self->name);
}

static void
close_watch (NorpcSignalWatch *self)
{
  g_autoptr (GTask) task = steal_task (self);

  self->closed = TRUE;
  if (task != NULL)
    return_closed (task, self);
}

/* Runs in the proxy's context, when a server has started or stopped. */
static void
connected_cb (NorpcSignalWatch *self)
{
  self->closed = FALSE;
  if (!norpc_proxy_is_connected (self->proxy))
    close_watch (self);
}

/* Runs in the proxy's context. */
static void
signal_closed_cb (NorpcSignalWatch *self,
                  const char       *signal_name)
{
  if (g_str_equal (signal_name, self->name))
    close_watch (self);
}

/* Runs in the context of the task. */
static gboolean
wait_cancelled (GCancellable *cancellable G_GNUC_UNUSED,
                gpointer      user_data)
{
  NorpcSignalWatch *self = user_data;
  g_autoptr (GTask) task = steal_task (self);

  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
norpc_signal_watch_finalize (GObject *object)
{
  NorpcSignalWatch *self = NORPC_SIGNAL_WATCH (object);

  g_queue_clear_full (&self->emissions, (GDestroyNotify) norpc_emission_unref);
  g_clear_object (&self->proxy);
  g_free (self->name);

  G_OBJECT_CLASS (norpc_signal_watch_parent_class)->finalize (object);
}

static void
norpc_signal_watch_class_init (NorpcSignalWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_signal_watch_finalize;
}

static void
norpc_signal_watch_init (NorpcSignalWatch *self G_GNUC_UNUSED)
{
}

/* Returns the description of a signal, or NULL. */
static const NorpcSignalInfo *
find_signal_info (guint signal_id)
{
  GSignalQuery query;
  const NorpcInterfaceInfo *info;

  g_signal_query (signal_id, &query);
  info = query.signal_id != 0 ? norpc_signals_get_interface_info (query.itype) : NULL;

  for (guint i = 0; info != NULL && info->signals[i] != NULL; i++)
    if (g_str_equal (info->signals[i]->name, query.signal_name))
      return info->signals[i];

  return NULL;
}

/**
 * norpc_signal_watch_new:
 * @proxy: a proxy
 * @signal_name: the name of a signal of the interface of @proxy
 *
 * Creates a watch, which collects the emissions of the signal from now on.
 *
 * Must be called in the context in which @proxy emits signals.
 *
 * Returns: (transfer full): a new watch
 * Since: 0.1
 */
NorpcSignalWatch *
norpc_signal_watch_new (NorpcProxy *proxy,
                        const char *signal_name)
{
  NorpcSignalWatch *self;
  const NorpcSignalInfo *info;
  GClosure *closure;
  guint id;

  g_return_val_if_fail (NORPC_IS_PROXY (proxy), NULL);
  g_return_val_if_fail (signal_name != NULL, NULL);

  id = g_signal_lookup (signal_name, G_OBJECT_TYPE (proxy));
  info = find_signal_info (id);
  g_return_val_if_fail (info != NULL, NULL);

  self = g_object_new (NORPC_TYPE_SIGNAL_WATCH, NULL);
  self->proxy = g_object_ref (proxy);
  self->name = g_strdup (info->name);
  self->backlog = info->backlog != 0 ? info->backlog : NORPC_DEFAULT_BACKLOG;

  closure = g_closure_new_object (sizeof (GClosure), G_OBJECT (self));
  closure->data = self;
  g_closure_set_marshal (closure, collect);
  g_signal_connect_closure_by_id (proxy, id, 0, closure, FALSE);
  g_signal_connect_object (proxy, "notify::connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (proxy, "signal-closed", G_CALLBACK (signal_closed_cb), self,
                           G_CONNECT_SWAPPED);
  self->closed = !norpc_proxy_is_connected (proxy);

  return self;
}

/* Makes @task wait for the next emission. */
static void
set_task (NorpcSignalWatch *self,
          GTask            *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = task;
  if (cancellable == NULL)
    return;

  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_static_name (self->cancelled, "norpc signal watch: cancelled");
  g_source_set_callback (self->cancelled, (GSourceFunc) (GCallback) wait_cancelled, self, NULL);
  g_source_attach (self->cancelled, g_task_get_context (task));
}

/**
 * norpc_signal_watch_next_async:
 * @self: a watch
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when there is an emission
 * @user_data: data for @callback
 *
 * Waits for the next emission that the watch has not returned yet.
 *
 * The error is %G_IO_ERROR_PENDING if the watch is waiting already, and %NORPC_ERROR_CLOSED if
 * there will be no emission, because the server has stopped or because the proxy was too slow
 * for a signal that is then closed.
 *
 * Since: 0.1
 */
void
norpc_signal_watch_next_async (NorpcSignalWatch    *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  NorpcEmission *emission;

  g_return_if_fail (NORPC_IS_SIGNAL_WATCH (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_signal_watch_next_async);

  if (self->task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                             "The watch is already waiting for the signal '%s'", self->name);
  else if (g_task_return_error_if_cancelled (task))
    return;
  else if ((emission = g_queue_pop_head (&self->emissions)) != NULL)
    g_task_return_pointer (task, emission, (GDestroyNotify) norpc_emission_unref);
  else if (self->closed)
    return_closed (task, self);
  else
    set_task (self, g_steal_pointer (&task));
}

/**
 * norpc_signal_watch_next_finish:
 * @self: a watch
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.SignalWatch.next_async].
 *
 * Errors are those of [method@Norpc.SignalWatch.next_async], and %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the emission, or %NULL if @error is set
 * Since: 0.1
 */
NorpcEmission *
norpc_signal_watch_next_finish (NorpcSignalWatch  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_signal_watch_next_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
