/* norpc-replaceable.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "channel/norpc-channel.h"
#include "client/norpc-endpoint-private.h"
#include "core/norpc-context-private.h"
#include "norpc-replaceable-private.h"
#include "norpc-waiting-calls-private.h"

typedef enum
{
  ROUTE_CLOSED,
  ROUTE_WAIT,    /* calls wait for the next service */
  ROUTE_FLUSH,   /* there is a service, but calls that were sent before it wait still */
  ROUTE_FORWARD  /* calls are passed to the service */
} Route;

/* A call that leaves the queue. */
typedef struct
{
  NorpcCall     *call;     /* (owned) */
  gboolean       is_probe;
  NorpcEndpoint *endpoint; /* (owned) (nullable): of the service, unless the call is rejected */
  char          *reason;   /* (owned) (nullable): why it is rejected */
} Departure;

struct _NorpcReplaceable
{
  gatomicrefcount ref_count;

  GMutex             lock;
  Route              route;       /* [lock] */
  char              *reason;      /* (owned) [lock]: why it is closed */
  NorpcEndpoint     *endpoint;    /* (owned) (nullable) [lock]: while there is a service */
  NorpcEndpoint     *followed;    /* (owned) (nullable) [lock]: of the subscribers: also while the service finishes */
  GMainContext      *executor;    /* (unowned) (nullable) [lock]: where the service starts; only compared */
  GPtrArray         *subscribers; /* (owned) [lock]: of unowned NorpcSubscriber */
  NorpcWaitingCalls *waiting;     /* (owned), since construction: has its own lock */
  GQueue             rejected;    /* [lock]: of owned Departure: they have waited for a service that has ended */
  gboolean           flushing;    /* [lock]: a thread takes calls from the queue */
  GPtrArray         *released;    /* (owned) [lock]: of owned NorpcEndpoint: to be released without the lock */
};

/* Returns one that is closed, for @reason, which completes the sentence "The call was rejected: ". */
NorpcReplaceable *
norpc_replaceable_new (const char *reason)
{
  NorpcReplaceable *self = g_new0 (NorpcReplaceable, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->reason = g_strdup (reason);
  self->subscribers = g_ptr_array_new ();
  self->released = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiting = norpc_waiting_calls_new (NORPC_CHANNEL_DEFAULT_CAPACITY);
  g_queue_init (&self->rejected);

  return self;
}

static NorpcReplaceable *
norpc_replaceable_ref (NorpcReplaceable *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* It was closed, and flushed. */
void
norpc_replaceable_unref (NorpcReplaceable *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->endpoint);
  g_clear_object (&self->followed);
  g_ptr_array_unref (self->subscribers);
  g_ptr_array_unref (self->released);
  norpc_waiting_calls_unref (self->waiting);
  g_mutex_clear (&self->lock);
  g_free (self->reason);
  g_free (self);
}

void
norpc_replaceable_lock (NorpcReplaceable *self)
{
  g_mutex_lock (&self->lock);
}

void
norpc_replaceable_unlock (NorpcReplaceable *self)
{
  g_mutex_unlock (&self->lock);
}

/* The subscribers follow. No signal of an earlier service comes after one of the next service. */
static void
follow_locked (NorpcReplaceable *self,
               NorpcEndpoint    *endpoint)
{
  NorpcEndpoint *old = self->followed;

  self->followed = endpoint != NULL ? g_object_ref (endpoint) : NULL;
  for (guint i = 0; i < self->subscribers->len; i++)
    {
      if (old != NULL)
        norpc_endpoint_unsubscribe (old, self->subscribers->pdata[i]);
      if (endpoint != NULL)
        norpc_endpoint_subscribe (endpoint, self->subscribers->pdata[i]);
    }
  if (old != NULL)
    g_ptr_array_add (self->released, old);
}

static void
set_route_locked (NorpcReplaceable *self,
                  Route             route,
                  NorpcEndpoint    *endpoint)
{
  const int change = (route != ROUTE_CLOSED) - (self->route != ROUTE_CLOSED);

  self->route = route;
  self->executor = NULL;
  if (self->endpoint != NULL)
    g_ptr_array_add (self->released, self->endpoint);
  self->endpoint = endpoint != NULL ? g_object_ref (endpoint) : NULL;
  for (guint i = 0; change != 0 && i < self->subscribers->len; i++)
    ((NorpcSubscriber *) self->subscribers->pdata[i])->note_open (self->subscribers->pdata[i], change);
}

/* From now on, calls wait for the next service. The subscribers follow the last one until
 * norpc_replaceable_forget_locked () or the next one. Call norpc_replaceable_flush () without the lock afterwards.
 */
void
norpc_replaceable_expect_locked (NorpcReplaceable *self)
{
  set_route_locked (self, ROUTE_WAIT, NULL);
}

/* The last service has ended, or may emit no more signals. Call norpc_replaceable_flush () without the lock afterwards. */
void
norpc_replaceable_forget_locked (NorpcReplaceable *self)
{
  follow_locked (self, NULL);
}

/* The next service starts in @context, which has an owner until the service has started, or the route changes. */
void
norpc_replaceable_set_executor_locked (NorpcReplaceable *self,
                                       GMainContext     *context)
{
  self->executor = context;
}

/* From now on, calls are passed to @endpoint, after those that wait. Call norpc_replaceable_flush () without the lock
 * afterwards.
 */
void
norpc_replaceable_connect_locked (NorpcReplaceable *self,
                                  NorpcEndpoint    *endpoint)
{
  set_route_locked (self, ROUTE_FLUSH, endpoint);
  follow_locked (self, endpoint);
}

/* From now on, calls fail for @reason, and so do those that wait, whatever follows. The subscribers follow the last service
 * as above. Call norpc_replaceable_flush () without the lock afterwards.
 */
void
norpc_replaceable_close_locked (NorpcReplaceable *self,
                                const char       *reason)
{
  Departure departure = { 0 };

  set_route_locked (self, ROUTE_CLOSED, NULL);
  g_free (self->reason);
  self->reason = g_strdup (reason);
  while ((departure.call = norpc_waiting_calls_pop (self->waiting, &departure.is_probe)) != NULL)
    {
      departure.reason = g_strdup (reason);
      g_queue_push_tail (&self->rejected, g_memdup2 (&departure, sizeof departure));
    }
}

/* Returns FALSE if no call may leave the queue now. */
static gboolean
take_departure_locked (NorpcReplaceable *self,
                       Departure        *departure)
{
  g_autofree Departure *rejected = g_queue_pop_head (&self->rejected);

  *departure = rejected != NULL ? *rejected : (Departure) { 0 };
  if (rejected != NULL || self->route != ROUTE_FLUSH)
    return rejected != NULL;

  departure->call = norpc_waiting_calls_pop (self->waiting, &departure->is_probe);
  if (departure->call == NULL)
    {
      self->route = ROUTE_FORWARD;
      return FALSE;
    }
  departure->endpoint = g_object_ref (self->endpoint);

  return TRUE;
}

static void
reject_unserved (NorpcCall  *call,
                 const char *reason)
{
  g_autofree char *message = g_strconcat ("was rejected: ", reason, NULL);

  norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, message);
}

static void
depart (Departure *departure)
{
  if (departure->endpoint == NULL)
    {
      reject_unserved (departure->call, departure->reason);
    }
  else if (departure->is_probe)
    {
      norpc_endpoint_await_ready (departure->endpoint, departure->call);
      norpc_call_unref (departure->call);
    }
  else
    {
      norpc_endpoint_send (departure->endpoint, departure->call);
    }
  g_clear_object (&departure->endpoint);
  g_free (departure->reason);
}

/* Passes on or rejects the calls that wait, if the last change allows it, and releases endpoints. One thread at a time
 * does so, which sees the changes of others; calls that are sent meanwhile get behind those that wait.
 */
void
norpc_replaceable_flush (NorpcReplaceable *self)
{
  g_autoptr (GPtrArray) released = g_ptr_array_new_with_free_func (g_object_unref);
  Departure departure;

  norpc_replaceable_ref (self);
  g_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (released, g_steal_pointer (&self->released));
  self->released = g_ptr_array_new_with_free_func (g_object_unref);
  if (!self->flushing)
    {
      self->flushing = TRUE;
      while (take_departure_locked (self, &departure))
        {
          g_mutex_unlock (&self->lock);
          depart (&departure);
          g_mutex_lock (&self->lock);
        }
      self->flushing = FALSE;
    }
  g_mutex_unlock (&self->lock);
  norpc_replaceable_unref (self);
}

/* Returns the endpoint (owned) of the service, or NULL with the error that @call gets; or NULL, and takes ownership of
 * @call, if that waits.
 */
static NorpcEndpoint *
route_locked (NorpcReplaceable    *self,
              NorpcCall           *call,
              gboolean             is_probe,
              NorpcWaitingVerdict *verdict,
              char               **reason)
{
  *reason = NULL;
  *verdict = NORPC_WAITING_QUEUED;
  if (self->route == ROUTE_FORWARD)
    return g_object_ref (self->endpoint);

  if (self->route == ROUTE_CLOSED)
    *reason = g_strdup (self->reason);
  else if (call->must_not_wait)
    *verdict = NORPC_WAITING_FULL;
  else
    *verdict = norpc_waiting_calls_push (self->waiting, call, is_probe);

  return NULL;
}

/* Takes ownership of @call. */
static void
send_or_ask (NorpcReplaceable *self,
             NorpcCall        *call,
             gboolean          is_probe)
{
  Departure departure = { .call = call, .is_probe = is_probe };
  NorpcWaitingVerdict verdict;

  g_mutex_lock (&self->lock);
  departure.endpoint = route_locked (self, call, is_probe, &verdict, &departure.reason);
  g_mutex_unlock (&self->lock);

  if (departure.endpoint != NULL || departure.reason != NULL)
    depart (&departure);
  else if (verdict == NORPC_WAITING_FULL)
    norpc_call_reject_owned (call, NORPC_ERROR_BUSY, "was rejected: too many calls wait until the service has started");
  else if (verdict == NORPC_WAITING_ENDED)
    norpc_call_unref (call);
}

/* Takes ownership of @call. */
void
norpc_replaceable_send (NorpcReplaceable *self,
                        NorpcCall        *call)
{
  send_or_ask (self, call, FALSE);
}

/* @probe is borrowed. While the endpoint is closed, the probe fails as a call does. */
void
norpc_replaceable_await_ready (NorpcReplaceable *self,
                               NorpcCall        *probe)
{
  send_or_ask (self, norpc_call_ref (probe), TRUE);
}

/* Returns the endpoint (owned) of the service, or NULL. */
static NorpcEndpoint *
dup_endpoint (NorpcReplaceable *self,
              Route            *route)
{
  NorpcEndpoint *endpoint;

  g_mutex_lock (&self->lock);
  *route = self->route;
  endpoint = self->endpoint != NULL ? g_object_ref (self->endpoint) : NULL;
  g_mutex_unlock (&self->lock);

  return endpoint;
}

/* While calls wait, the endpoint is not closed, but not ready either. */
gboolean
norpc_replaceable_is_closed (NorpcReplaceable *self)
{
  Route route;
  g_autoptr (NorpcEndpoint) endpoint = dup_endpoint (self, &route);

  return endpoint != NULL ? norpc_endpoint_is_closed (endpoint) : route == ROUTE_CLOSED;
}

gboolean
norpc_replaceable_is_ready (NorpcReplaceable *self)
{
  Route route;
  g_autoptr (NorpcEndpoint) endpoint = dup_endpoint (self, &route);

  return route == ROUTE_FORWARD && norpc_endpoint_is_ready (endpoint);
}

/* Called in the thread that is about to block. */
gconstpointer
norpc_replaceable_get_executor (NorpcReplaceable *self)
{
  Route route;
  g_autoptr (NorpcEndpoint) endpoint = dup_endpoint (self, &route);
  gconstpointer executor;

  if (endpoint != NULL)
    return norpc_endpoint_get_executor (endpoint);

  g_mutex_lock (&self->lock);
  executor = self->executor;
  if (self->executor != NULL && norpc_context_is_own (self->executor))
    executor = g_thread_self ();
  g_mutex_unlock (&self->lock);

  return executor;
}

void
norpc_replaceable_subscribe (NorpcReplaceable *self,
                             NorpcSubscriber  *subscriber)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->subscribers, subscriber);
  if (self->route != ROUTE_CLOSED)
    subscriber->note_open (subscriber, 1);
  if (self->followed != NULL)
    norpc_endpoint_subscribe (self->followed, subscriber);
  g_mutex_unlock (&self->lock);
}

void
norpc_replaceable_unsubscribe (NorpcReplaceable *self,
                               NorpcSubscriber  *subscriber)
{
  g_mutex_lock (&self->lock);
  if (g_ptr_array_remove_fast (self->subscribers, subscriber))
    {
      if (self->followed != NULL)
        norpc_endpoint_unsubscribe (self->followed, subscriber);
      if (self->route != ROUTE_CLOSED)
        subscriber->note_open (subscriber, -1);
    }
  g_mutex_unlock (&self->lock);
}
