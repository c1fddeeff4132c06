/* norpc-channel.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"
#include "norpc-enum-types.h"

/**
 * NorpcChannel:
 *
 * The client's end of the queue of calls to a service.
 *
 * Every server has a channel, which any number of proxies in any number of threads can
 * share. Calls from one thread arrive in the order in which they were sent.
 *
 * A channel is bounded: when its [property@Norpc.Channel:capacity] is reached, the next
 * call fails with %NORPC_ERROR_BUSY, or waits, depending on
 * [property@Norpc.Channel:when-full]. If calls wait, a client that sends asynchronous
 * calls can use [method@Norpc.Endpoint.ready_async] before each, so that no more calls
 * are queued than the channel has capacity for.
 *
 * A call that is cancelled or times out frees its slot immediately, but its arguments are
 * released when the service reaches it in the queue. The channel therefore also limits
 * the number of such calls: to 65,536 of each priority, or to its capacity if that is
 * larger.
 *
 * Calls have one of three priorities, each with a queue and a capacity of its own. An
 * urgent call overtakes all calls that are not urgent. A channel is ready if it has
 * capacity for a call of normal priority.
 *
 * If the server has not been started, has been stopped or has been released, calls fail
 * with %NORPC_ERROR_CLOSED.
 *
 * Since: 0.1
 */

static void norpc_channel_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcChannel, norpc_channel, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_channel_endpoint_iface_init))

/* About as many as take the memory of a large queue. */
#define MAX_ENDED 65536

typedef enum
{
  PROP_CAPACITY = 1,
  PROP_WHEN_FULL,
} NorpcChannelProperty;

static GParamSpec *properties[PROP_WHEN_FULL + 1];

/* Called in the thread that completes @call, which is in the queue and whose slot is FREEING. */
static void
free_slot (NorpcCallQueue *queue,
           NorpcCall      *call)
{
  NorpcChannel *channel = norpc_channel_from_queue (queue);
  g_autoptr (NorpcChannel) awaited = NULL;

  /* The channel is alive until the slot is FREED. */
  if (norpc_metrics_are_enabled ())
    norpc_channel_note_length (channel);
  g_atomic_int_inc (&channel->lanes[norpc_priority_get_lane (call->priority)].freed);
  if (g_atomic_int_get (&channel->n_probes) > 0 || g_atomic_int_get (&channel->paused) ||
      g_atomic_pointer_get (&channel->turns) != NULL)
    awaited = g_object_ref (channel);
  g_atomic_int_set (&call->slot, NORPC_SLOT_FREED);

  if (awaited == NULL)
    return;

  norpc_channel_answer_probes (awaited, FALSE);
  /* A server that stops waits for the last call. */
  if (norpc_channel_get_waiting (awaited) == 0 && norpc_channel_is_closed (awaited))
    norpc_channel_wake_up (awaited);
}

/* Thread-safe. */
static gboolean
norpc_channel_endpoint_is_closed (NorpcEndpoint *endpoint)
{
  return norpc_channel_is_closed (NORPC_CHANNEL (endpoint));
}

/* Thread-safe. */
static gboolean
norpc_channel_is_ready (NorpcEndpoint *endpoint)
{
  NorpcChannel *self = NORPC_CHANNEL (endpoint);
  gboolean ready;

  g_async_queue_lock (self->queue);
  ready = self->open && norpc_channel_has_capacity_locked (self, NORPC_LANE_NORMAL);
  g_async_queue_unlock (self->queue);

  return ready;
}

/* Thread-safe. */
static void
norpc_channel_await_ready (NorpcEndpoint *endpoint,
                           NorpcCall     *probe)
{
  norpc_channel_add_probe (NORPC_CHANNEL (endpoint), norpc_call_ref (probe));
}

/* Thread-safe. */
static void
norpc_channel_subscribe (NorpcEndpoint   *endpoint,
                         NorpcSubscriber *subscriber)
{
  norpc_subscribers_add (NORPC_CHANNEL (endpoint)->subscribers, subscriber);
}

/* Thread-safe. */
static void
norpc_channel_unsubscribe (NorpcEndpoint   *endpoint,
                           NorpcSubscriber *subscriber)
{
  norpc_subscribers_remove (NORPC_CHANNEL (endpoint)->subscribers, subscriber);
}

static void
norpc_channel_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_channel_send;
  iface->is_ready = norpc_channel_is_ready;
  iface->await_ready = norpc_channel_await_ready;
  iface->is_closed = norpc_channel_endpoint_is_closed;
  iface->get_executor = norpc_channel_get_executor;
  iface->subscribe = norpc_channel_subscribe;
  iface->unsubscribe = norpc_channel_unsubscribe;
}

/* Thread-safe. */
static void
close_call (NorpcCallQueue *queue,
            NorpcCall      *call)
{
  norpc_channel_close_call (norpc_channel_from_queue (queue), call);
}

/* Thread-safe. Called with no lock held. */
static gboolean
run_in_service (NorpcCallQueue *queue,
                void          (*func) (gpointer data),
                gpointer        data)
{
  return norpc_channel_run_in_service (norpc_channel_from_queue (queue), func, data);
}

static NorpcCallQueue *
ref_queue (NorpcCallQueue *queue)
{
  g_object_ref (norpc_channel_from_queue (queue));

  return queue;
}

static void
unref_queue (NorpcCallQueue *queue)
{
  g_object_unref (norpc_channel_from_queue (queue));
}

static const NorpcCallQueueFuncs call_queue_funcs = {
  free_slot,
  close_call,
  run_in_service,
  ref_queue,
  unref_queue
};

static void
norpc_channel_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  NorpcChannel *self = NORPC_CHANNEL (object);

  switch ((NorpcChannelProperty) property_id)
    {
    case PROP_CAPACITY:
      self->capacity = g_value_get_uint (value);
      break;

    case PROP_WHEN_FULL:
      self->when_full = (NorpcFullPolicy) g_value_get_enum (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_channel_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  NorpcChannel *self = NORPC_CHANNEL (object);

  switch ((NorpcChannelProperty) property_id)
    {
    case PROP_CAPACITY:
      g_value_set_uint (value, self->capacity);
      break;

    case PROP_WHEN_FULL:
      g_value_set_enum (value, self->when_full);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Returns a call (owned), or NULL. */
static NorpcCall *
pop (NorpcChannel *self,
     guint         lane)
{
  NorpcCall *call;

  g_async_queue_lock (self->queue);
  call = norpc_lane_pop_locked (&self->lanes[lane]);
  g_async_queue_unlock (self->queue);

  return call;
}

/* Thread-safe. A thread that has just completed a call in the queue may be using the channel,
 * and may take a reference to it. This function waits for such threads, because it is too late
 * when the channel is finalized.
 */
static void
norpc_channel_dispose (GObject *object)
{
  NorpcChannel *self = NORPC_CHANNEL (object);
  NorpcCall *call;

  norpc_channel_run_jobs (self, G_MAXUINT);
  while ((call = norpc_channel_take_ready (self, TRUE)) != NULL)
    {
      norpc_channel_vacate (self, call);
      norpc_call_unref (call);
    }
  for (guint i = 0; i < NORPC_N_LANES; i++)
    while ((call = pop (self, i)) != NULL)
      {
        norpc_channel_vacate (self, call);
        norpc_call_unref (call);
      }

  G_OBJECT_CLASS (norpc_channel_parent_class)->dispose (object);
}

static void
norpc_channel_finalize (GObject *object)
{
  NorpcChannel *self = NORPC_CHANNEL (object);

  for (guint i = 0; i < NORPC_N_LANES; i++)
    g_async_queue_unref (self->lanes[i].queue);
  g_queue_clear_full (&self->probes, (GDestroyNotify) norpc_call_unref);
  g_clear_pointer (&self->waker, norpc_waker_unref);
  g_clear_pointer (&self->recorder, norpc_stats_recorder_free);
  g_clear_pointer (&self->turns, norpc_channel_turns_free);
  norpc_subscribers_unref (self->subscribers);
  g_free (self->reason);

  G_OBJECT_CLASS (norpc_channel_parent_class)->finalize (object);
}

static void
norpc_channel_class_init (NorpcChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_channel_set_property;
  object_class->get_property = norpc_channel_get_property;
  object_class->dispose = norpc_channel_dispose;
  object_class->finalize = norpc_channel_finalize;

  /**
   * NorpcChannel:capacity:
   *
   * The maximum number of calls of each priority that wait for the service.
   *
   * Since: 0.1
   */
  properties[PROP_CAPACITY] =
    g_param_spec_uint ("capacity", NULL, NULL,
                       1, G_MAXINT, NORPC_CHANNEL_DEFAULT_CAPACITY,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcChannel:when-full: (getter get_when_full)
   *
   * The policy for calls when the channel is full.
   *
   * Since: 0.1
   */
  properties[PROP_WHEN_FULL] =
    g_param_spec_enum ("when-full", NULL, NULL,
                       NORPC_TYPE_FULL_POLICY, NORPC_WHEN_FULL_BUSY,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_channel_init (NorpcChannel *self)
{
  self->call_queue.funcs = &call_queue_funcs;
  self->max_ended = MAX_ENDED;
  for (guint i = 0; i < NORPC_N_LANES; i++)
    self->lanes[i].queue = g_async_queue_new_full ((GDestroyNotify) norpc_call_unref);
  self->queue = self->lanes[NORPC_LANE_NORMAL].queue;
  self->reason = g_strdup ("its server has not been started");
  self->subscribers = norpc_subscribers_new ();
}

/**
 * norpc_channel_new:
 * @capacity: the maximum number of waiting calls of each priority, at least 1
 * @when_full: the policy for calls when the channel is full
 *
 * Creates a channel, to be passed to a server.
 *
 * A server that is constructed without a channel creates one with
 * %NORPC_CHANNEL_DEFAULT_CAPACITY and %NORPC_WHEN_FULL_BUSY.
 *
 * Returns: (transfer full): a new channel
 * Since: 0.1
 */
NorpcChannel *
norpc_channel_new (guint           capacity,
                   NorpcFullPolicy when_full)
{
  g_return_val_if_fail (capacity >= 1 && capacity <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_CHANNEL,
                       "capacity", capacity,
                       "when-full", when_full,
                       NULL);
}

/**
 * norpc_channel_get_capacity:
 * @self: a channel
 *
 * Gets the maximum number of calls of each priority that wait for the service.
 *
 * Returns: the capacity
 * Since: 0.1
 */
guint
norpc_channel_get_capacity (NorpcChannel *self)
{
  g_return_val_if_fail (NORPC_IS_CHANNEL (self), 0);

  return self->capacity;
}

/**
 * norpc_channel_get_when_full:
 * @self: a channel
 *
 * Gets the policy for calls when the channel is full.
 *
 * Returns: the policy
 * Since: 0.1
 */
NorpcFullPolicy
norpc_channel_get_when_full (NorpcChannel *self)
{
  g_return_val_if_fail (NORPC_IS_CHANNEL (self), NORPC_WHEN_FULL_BUSY);

  return self->when_full;
}

/**
 * norpc_channel_get_length:
 * @self: a channel
 *
 * Gets the number of calls that wait for the service.
 *
 * Calls that are being handled and calls that have completed are not counted; calls that
 * wait because the channel is full are.
 *
 * This function is thread-safe. The result may be out of date when it is returned.
 *
 * Returns: the number of waiting calls
 * Since: 0.1
 */
guint
norpc_channel_get_length (NorpcChannel *self)
{
  g_return_val_if_fail (NORPC_IS_CHANNEL (self), 0);

  return norpc_channel_get_waiting (self);
}

/**
 * norpc_channel_is_closed:
 * @self: a channel
 *
 * Checks whether calls fail with %NORPC_ERROR_CLOSED, because the server has not been
 * started, has been stopped or has been released.
 *
 * This function is thread-safe. The result may be out of date when it is returned.
 *
 * Returns: %TRUE if the channel is closed
 * Since: 0.1
 */
gboolean
norpc_channel_is_closed (NorpcChannel *self)
{
  gboolean closed;

  g_return_val_if_fail (NORPC_IS_CHANNEL (self), TRUE);

  g_async_queue_lock (self->queue);
  closed = !self->open;
  g_async_queue_unlock (self->queue);

  return closed;
}

/* Thread-safe. Closes the channel. If it is closed already, the first reason stays. */
void
norpc_channel_close (NorpcChannel *self,
                     const char   *reason)
{
  g_async_queue_lock (self->queue);
  if (self->open || !self->used)
    {
      self->used = TRUE;
      self->open = FALSE;
      g_free (self->reason);
      self->reason = g_strdup (reason);
    }
  g_async_queue_unlock (self->queue);

  norpc_channel_answer_probes (self, TRUE);
}

/* Thread-safe. Called when the channel is closed and the worker releases its context. Releases
 * the arguments that were to be released in that context.
 */
void
norpc_channel_detach (NorpcChannel *self)
{
  g_autoptr (NorpcWaker) waker = NULL;

  g_async_queue_lock (self->queue);
  self->asleep = FALSE;
  self->context = NULL;
  waker = g_steal_pointer (&self->waker);
  g_async_queue_unlock (self->queue);

  if (waker != NULL)
    norpc_waker_detach (waker);

  norpc_channel_run_jobs (self, G_MAXUINT);
}
