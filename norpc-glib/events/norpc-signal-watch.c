/* norpc-signal-watch.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-owner-private.h"
#include "client/norpc-proxy-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-log-private.h"
#include "norpc-signal-watch.h"
#include "norpc-subscription-private.h"
#include "norpc-wait-private.h"

/**
 * NorpcSignalWatch:
 *
 * Waits for emissions of one signal of a proxy, one at a time.
 *
 * A watch collects all emissions that services make after its creation, so that none is missed
 * before the first wait or between two waits. It keeps as many as the backlog of the signal. If
 * emissions are lost, a wait fails and says how many; the next wait continues with the oldest
 * emission that is left. A signal that is described as `when-full="close"` ends instead.
 *
 * A watch must be used in the context in which its proxy emits signals.
 *
 * Since: 0.1
 */

struct _NorpcSignalWatch
{
  GObject parent_instance;

  NorpcProxy *proxy;   /* (owned) (nullable), since construction */
  guint       signal;  /* since construction: the index of the signal */
  const char *name;    /* since construction: of the signal */
  guint       backlog; /* since construction */
  gboolean    closes;  /* since construction: instead of dropping the oldest */

  GQueue      items;    /* of owned Item: that no wait has returned yet */
  guint64     seen;     /* the number of the newest emission that is not for later, or that was lost */
  guint64     returned; /* the number of the emission up to which waits have returned all, or
                           have reported the loss */
  gboolean    ended;    /* the client was too slow for a signal that is then closed */
  gboolean    disconnected;

  NorpcWait   wait;
};

/* An emission, with its number: a gap in the numbers is a loss. */
typedef struct
{
  NorpcEmission *emission; /* (owned) */
  guint64        number;
} Item;

G_DEFINE_FINAL_TYPE (NorpcSignalWatch, norpc_signal_watch, G_TYPE_OBJECT)

static void
item_free (Item *self)
{
  norpc_emission_unref (self->emission);
  g_free (self);
}

static gboolean
is_muted (NorpcSignalWatch *self)
{
  return self->proxy != NULL && norpc_proxy_is_muted (self->proxy);
}

static void
return_closed (NorpcSignalWatch *self,
               NorpcWaitResult  *result)
{
  if (self->proxy == NULL)
    norpc_wait_result_return_new_error (result, NORPC_ERROR, NORPC_ERROR_CLOSED, "The watch has no proxy");
  else if (self->ended)
    norpc_wait_result_return_new_error (result, NORPC_ERROR, NORPC_ERROR_CLOSED,
                                        "The signal '%s' is closed, because the client was too slow", self->name);
  else
    norpc_wait_result_return_new_error (result, NORPC_ERROR, NORPC_ERROR_CLOSED,
                                        "The endpoint is closed, so that no service emits the signal '%s'",
                                        self->name);
}

/* Returns TRUE if the newest emissions were lost, and all before them are returned. */
static gboolean
has_only_lost (NorpcSignalWatch *self)
{
  return self->items.length == 0 && self->seen > self->returned && !self->ended;
}

/* Runs in the client's context, when there is something to return. A wait that is cancelled
 * leaves the emission to the next wait.
 */
static void
return_next (NorpcSignalWatch *self,
             NorpcWaitResult  *result)
{
  Item *item = g_queue_peek_head (&self->items);

  if (norpc_wait_result_return_error_if_cancelled (result))
    return;

  if (is_muted (self))
    {
      norpc_wait_result_return_new_error (result, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                          "The owner of the proxy has been disposed");
    }
  else if (item == NULL && !has_only_lost (self))
    {
      return_closed (self, result);
    }
  else if (item == NULL || item->number > self->returned + 1)
    {
      guint64 n_lost = (item != NULL ? item->number - 1 : self->seen) - self->returned;

      self->returned += n_lost;
      norpc_wait_result_return_new_error (result, NORPC_ERROR, NORPC_ERROR_BUSY,
                                          "%" G_GUINT64_FORMAT " emissions of the signal '%s' were lost", n_lost,
                                          self->name);
    }
  else
    {
      NorpcEmission *emission = norpc_emission_ref (item->emission);

      self->returned = item->number;
      item_free (g_queue_pop_head (&self->items));
      norpc_wait_result_return_pointer (result, emission, (GDestroyNotify) norpc_emission_unref);
    }
}

/* Runs in the client's context. */
static void
end_wait (NorpcSignalWatch *self)
{
  NorpcWait wait = norpc_wait_steal (&self->wait);

  return_next (self, wait.result);
  norpc_wait_end (&wait);
}

static gboolean
has_result (NorpcSignalWatch *self)
{
  return self->items.length > 0 || has_only_lost (self) || self->ended || self->disconnected;
}

/* Runs in the proxy's context, for each emission. */
static void
collect (GClosure     *closure,
         GValue       *return_value G_GNUC_UNUSED,
         guint         n_values G_GNUC_UNUSED,
         const GValue *values G_GNUC_UNUSED,
         gpointer      hint G_GNUC_UNUSED,
         gpointer      data G_GNUC_UNUSED)
{
  NorpcSignalWatch *self = closure->data;
  NorpcSubscription *subscription = (NorpcSubscription *) norpc_proxy_get_subscriber (self->proxy);
  NorpcEmission *emission;
  Item item;

  /* The client itself may emit, too. */
  emission = norpc_subscription_peek_emitted (subscription, self->signal, &item.number);
  if (emission == NULL || item.number <= self->seen || self->ended)
    return;

  self->seen = item.number;
  if (self->items.length == self->backlog && self->closes)
    {
      self->ended = TRUE;
      return;
    }

  item.emission = norpc_emission_ref (emission);
  g_queue_push_tail (&self->items, g_memdup2 (&item, sizeof (Item)));
  if (self->items.length > self->backlog)
    item_free (g_queue_pop_head (&self->items));
  if (self->wait.result != NULL)
    end_wait (self);
}

/* Runs in the proxy's context. The client itself may emit this signal, too. */
static void
signals_lost_cb (NorpcSignalWatch *self,
                 const char       *signal_name)
{
  NorpcSubscription *subscription = (NorpcSubscription *) norpc_proxy_get_subscriber (self->proxy);
  guint64 number;

  if (subscription == NULL || !g_str_equal (signal_name, self->name))
    return;

  number = norpc_subscription_peek_lost (subscription, self->signal);
  if (number <= self->seen || self->ended)
    return;

  self->seen = number;
  if (self->wait.result != NULL)
    end_wait (self);
}

/* Runs in the proxy's context, after the last emission. */
static void
connected_cb (NorpcSignalWatch *self)
{
  self->disconnected = !norpc_proxy_is_connected (self->proxy);
  if (self->disconnected && self->wait.result != NULL)
    end_wait (self);
}

/* Runs in the proxy's context, after the last emission. */
static void
signal_closed_cb (NorpcSignalWatch *self,
                  const char       *signal_name)
{
  if (!g_str_equal (signal_name, self->name))
    return;

  self->ended = TRUE;
  if (self->wait.result != NULL)
    end_wait (self);
}

static void
norpc_signal_watch_finalize (GObject *object)
{
  NorpcSignalWatch *self = NORPC_SIGNAL_WATCH (object);

  g_queue_clear_full (&self->items, (GDestroyNotify) item_free);
  g_clear_object (&self->proxy);

  G_OBJECT_CLASS (norpc_signal_watch_parent_class)->finalize (object);
}

static void
norpc_signal_watch_class_init (NorpcSignalWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_signal_watch_finalize;
}

static void
norpc_signal_watch_init (NorpcSignalWatch *self)
{
  self->name = "";
  self->disconnected = TRUE;
}

/* Finds a signal of the interface of a proxy, by the name of the GSignal or by that in the description.
 * Returns the id of the GSignal, or 0.
 */
static guint
find_signal (const NorpcInterfaceInfo *interface_info,
             const char               *name,
             guint                    *index)
{
  GType type = norpc_interface_info_get_gtype (interface_info);
  guint named = g_signal_lookup (name, type);

  for (*index = 0; interface_info->signals != NULL && interface_info->signals[*index] != NULL; ++*index)
    {
      const NorpcSignalInfo *info = interface_info->signals[*index];
      guint id = g_signal_lookup (info->name, type);

      if (id == named || g_str_equal (info->dbus.name, name))
        return id;
    }

  return 0;
}

/* Connects the watch, which collects emissions from now on. */
static void
start_watch (NorpcSignalWatch      *self,
             NorpcProxy            *proxy,
             const NorpcSignalInfo *info,
             guint                  id)
{
  NorpcSubscriber *subscriber = norpc_proxy_get_subscriber (proxy);
  GClosure *closure = g_closure_new_object (sizeof (GClosure), G_OBJECT (self));

  self->proxy = g_object_ref (proxy);
  self->name = info->name;
  self->backlog = info->backlog != 0 ? info->backlog : NORPC_DEFAULT_BACKLOG;
  self->closes = (info->flags & NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL) != 0;

  closure->data = self;
  g_closure_set_marshal (closure, collect);
  g_signal_connect_closure_by_id (proxy, id, 0, closure, FALSE);
  g_signal_connect_object (proxy, "notify::connected", G_CALLBACK (connected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (proxy, "signals-lost", G_CALLBACK (signals_lost_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (proxy, "signal-closed", G_CALLBACK (signal_closed_cb), self,
                           G_CONNECT_SWAPPED);

  self->disconnected = subscriber == NULL || !norpc_proxy_is_connected (proxy);
  if (subscriber != NULL)
    self->ended = norpc_subscription_is_closed ((NorpcSubscription *) subscriber, self->signal, &self->seen);
  self->returned = self->seen;
}

/**
 * norpc_signal_watch_new:
 * @proxy: a proxy
 * @signal_name: the name of a signal of the interface of @proxy, in the description or as a GSignal
 *
 * Creates a watch, which collects the emissions that services make from now on. Emissions that
 * are on their way to @proxy already, because it has a handler, are not among them.
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
  const NorpcInterfaceInfo *interface_info;
  NorpcSignalWatch *self;
  guint signal = 0, id = 0;

  g_return_val_if_fail (NORPC_IS_PROXY (proxy), NULL);
  g_return_val_if_fail (signal_name != NULL, NULL);

  interface_info = NORPC_PROXY_GET_CLASS (proxy)->interface_info;
  if (interface_info != NULL)
    id = find_signal (interface_info, signal_name, &signal);
  if (id == 0)
    {
      norpc_critical ("%s has no signal '%s'",
                      interface_info != NULL ? interface_info->dbus.name : G_OBJECT_TYPE_NAME (proxy),
                      signal_name);
      return NULL;
    }

  self = g_object_new (NORPC_TYPE_SIGNAL_WATCH, NULL);
  self->signal = signal;
  start_watch (self, proxy, interface_info->signals[signal], id);

  return self;
}

/* Runs in the context of the wait. The endpoint may be connected again. */
static void
woken_cb (gpointer object)
{
  NorpcSignalWatch *self = object;

  if (has_result (self) || is_muted (self) ||
      g_cancellable_is_cancelled (norpc_wait_result_get_cancellable (self->wait.result)))
    end_wait (self);
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
 * The error is
 *
 * - %NORPC_ERROR_BUSY if emissions were lost; the next wait returns the oldest one that is left, or waits for the
 *   next one;
 * - %NORPC_ERROR_CLOSED if there will be no emission: the endpoint of the proxy is closed, the
 *   client was too slow for a signal that is then closed, or the watch was constructed without
 *   a proxy;
 * - %G_IO_ERROR_PENDING if the watch is waiting already;
 * - %G_IO_ERROR_CANCELLED if @cancellable was cancelled. The emission is then left to the next
 *   wait. A wait that another thread cancels while it completes may still return its emission.
 *
 * Since: 0.1
 */
void
norpc_signal_watch_next_async (NorpcSignalWatch    *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GCancellable *gone;

  g_return_if_fail (NORPC_IS_SIGNAL_WATCH (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  gone = self->proxy != NULL ? norpc_proxy_get_owner_gone (self->proxy) : NULL;
  if (self->wait.result != NULL)
    {
      norpc_wait_refuse (self, callback, user_data, norpc_signal_watch_next_async, gone,
                         g_error_new (G_IO_ERROR, G_IO_ERROR_PENDING,
                                      "The watch is already waiting for the signal '%s'", self->name));
      return;
    }

  norpc_wait_begin (&self->wait, self, cancellable, callback, user_data, norpc_signal_watch_next_async,
                    woken_cb, gone);
  if (has_result (self))
    norpc_wait_wake (&self->wait);
}

/**
 * norpc_signal_watch_next_finish:
 * @self: a watch
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.SignalWatch.next_async].
 *
 * Errors are those of [method@Norpc.SignalWatch.next_async].
 *
 * Returns: (transfer full): the emission, or %NULL if @error is set
 * Since: 0.1
 */
NorpcEmission *
norpc_signal_watch_next_finish (NorpcSignalWatch  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (norpc_wait_result_is_valid (result, self, norpc_signal_watch_next_async), NULL);

  return norpc_wait_result_propagate_pointer (NORPC_WAIT_RESULT (result), error);
}
