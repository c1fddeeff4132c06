/* norpc-direct.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-reply-queue-private.h"
#include "client/norpc-subscribers-private.h"
#include "core/norpc-background-private.h"
#include "core/norpc-error.h"
#include "events/norpc-signal-relay-private.h"
#include "norpc-direct.h"
#include "norpc-dispatch-private.h"
#include "norpc-thread-check-private.h"

/**
 * NorpcDirect:
 *
 * An endpoint that calls a service directly: without a queue, a thread or a server.
 *
 * The handler runs within the function that sends the call. The reply to an asynchronous
 * call is still delivered in the caller's main context, never within that function. This
 * is the cheapest way to call a service that needs no thread of its own, and is useful in
 * tests.
 *
 * The service belongs to the thread that calls it first. A call from another thread fails
 * with %NORPC_ERROR_FAILED; to share a service among threads, use a [class@Norpc.Server].
 * The handler of a synchronous call must answer before it returns, or the call fails with
 * %NORPC_ERROR_WOULD_DEADLOCK.
 *
 * It neither starts nor stops the service: the functions of [iface@Norpc.Lifecycle], or of
 * [method@Norpc.SimpleService.set_lifecycle], do not run. A service that has such functions
 * needs a [class@Norpc.Server].
 *
 * A call that a layer passes on in another thread than that of its client, as a
 * [class@Norpc.RateLimit] does, is passed to the service in the client's main context.
 * This is not possible for a synchronous call, which fails with
 * %NORPC_ERROR_WOULD_DEADLOCK.
 *
 * Since: 0.1
 */

struct _NorpcDirect
{
  GObject parent_instance;

  GObject   *service; /* (owned) */
  NorpcThreadCheck *thread_check;   /* (owned), since construction: of the service */
  GThread   *creator;   /* (unowned), since construction: the thread that created the endpoint */
  GThread   *thread;  /* (unowned) (nullable), atomic: the thread that the service belongs to */
  gboolean   handling; /* accessed in that thread */

  NorpcSubscribers *subscribers; /* (owned), since construction: has its own lock */
  NorpcSignalRelay *relay;       /* (owned) (nullable), since construction */

  GMutex        lock;
  GMainContext *context; /* (owned) [lock]: of the last call from that thread, or the one that
                            the endpoint was created in */
  NorpcReplyQueue   *reply_queue;   /* (unowned) (nullable) [lock]: of that context; only
                                       compared */
  GQueue        passed_on; /* of owned NorpcCall [lock]: passed on by other threads */
  int           n_passed_on; /* atomic, written with the lock: how many */
};

static void norpc_direct_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcDirect, norpc_direct, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_direct_endpoint_iface_init))

typedef enum
{
  PROP_SERVICE = 1,
} NorpcDirectProperty;

static GParamSpec *properties[PROP_SERVICE + 1];

static gboolean
is_own_thread (NorpcDirect *self)
{
  /* The service must not belong to a thread of the pool, in which a layer passes calls on. */
  GThread *owner = norpc_background_is_current () ? self->creator : g_thread_self ();

  g_atomic_pointer_compare_and_exchange (&self->thread, NULL, owner);

  return g_atomic_pointer_get (&self->thread) == g_thread_self ();
}

/* Runs in the service's thread. */
static void
handle (NorpcDirect *self,
        NorpcCall   *call)
{
  g_autoptr (GObject) service = g_object_ref (self->service);
  gboolean handling = self->handling;

  norpc_thread_check_run (self->thread_check, NULL, call);
  self->handling = TRUE;
  norpc_list_relay_enter (norpc_signal_relay_get_lists (self->relay), call);
  norpc_dispatch (call, service, FALSE);
  norpc_list_relay_tell (norpc_signal_relay_get_lists (self->relay));
  self->handling = handling;

  /* If this is the last reference to the call, releasing it answers the call. */
  if (call->is_sync &&
      !norpc_ref_count_is (&call->call_refs, 1))
    norpc_call_reject (call, NORPC_ERROR_WOULD_DEADLOCK,
                       "would deadlock: it is synchronous, and its service answers later "
                       "in the same thread");
}

/* Called with the lock held. Takes ownership of @call. */
static void
push_passed_on_locked (NorpcDirect *self,
                       NorpcCall   *call)
{
  g_queue_push_tail (&self->passed_on, call);
  g_atomic_int_inc (&self->n_passed_on);
}

/* Runs in the client's context. Returns a call (owned), or NULL. */
static NorpcCall *
pop_passed_on (NorpcDirect *self)
{
  NorpcCall *call;

  if (g_atomic_int_get (&self->n_passed_on) == 0)
    return NULL;

  g_mutex_lock (&self->lock);
  call = g_queue_pop_head (&self->passed_on);
  if (call != NULL)
    g_atomic_int_add (&self->n_passed_on, -1);
  g_mutex_unlock (&self->lock);

  return call;
}

/* Runs in the service's thread. Handles the calls that other threads have passed on, before
 * any newer call, but not while the service is handling a call.
 */
static void
handle_passed_on (NorpcDirect *self)
{
  while (!self->handling)
    {
      g_autoptr (NorpcCall) call = pop_passed_on (self);

      if (call == NULL)
        break;
      handle (self, call);
    }
}

static void
reject_wrong_thread (NorpcCall *call)
{
  norpc_call_reject (call, NORPC_ERROR_FAILED,
                     "was rejected: its service belongs to another thread");
}

/* Runs in the client's context, which may be run by another thread meanwhile, and while the
 * service is handling a call.
 */
static gboolean
passed_on_cb (gpointer user_data)
{
  NorpcDirect *self = user_data;

  if (g_atomic_pointer_get (&self->thread) != g_thread_self ())
    {
      g_autoptr (NorpcCall) call = pop_passed_on (self);

      if (call != NULL)
        reject_wrong_thread (call);
      return call != NULL;
    }

  handle_passed_on (self);

  return G_SOURCE_REMOVE;
}

/* Called with the lock held, while no call has come from the service's thread yet. */
static void
note_initial_context_locked (NorpcDirect *self)
{
  self->reply_queue = norpc_reply_queue_get (self->context);
  norpc_reply_queue_unref (self->reply_queue);
}

/* Thread-safe. Passes @call to the client's context, if that is the context of the service's
 * thread. Returns FALSE if not.
 */
static gboolean
pass_to_client_context (NorpcDirect *self,
                        NorpcCall   *call)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GSource) source = NULL;

  g_mutex_lock (&self->lock);
  if (self->reply_queue == NULL)
    note_initial_context_locked (self);
  if (call->reply_queue != NULL && call->reply_queue == self->reply_queue)
    {
      context = g_main_context_ref (self->context);
      push_passed_on_locked (self, norpc_call_ref (call));
    }
  g_mutex_unlock (&self->lock);

  if (context == NULL)
    return FALSE;

  source = g_idle_source_new ();
  g_source_set_static_name (source, "norpc direct");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, passed_on_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, context);

  return TRUE;
}

/* Runs in the service's thread. Notes the context in which to handle calls that other threads
 * pass on.
 */
static void
note_context (NorpcDirect *self,
              NorpcCall   *call)
{
  g_autoptr (GMainContext) previous = NULL;

  if (call->reply_queue == NULL)
    return;

  g_mutex_lock (&self->lock);
  if (call->reply_queue != self->reply_queue)
    {
      previous = self->context;
      self->context = g_main_context_ref_thread_default ();
      self->reply_queue = call->reply_queue;
    }
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's thread. Returns TRUE if the call was queued behind those that other
 * threads have passed on, because the service is handling a call.
 */
static gboolean
wait_behind (NorpcDirect *self,
             NorpcCall   *call)
{
  gboolean waits;

  if (!self->handling || call->is_sync)
    return FALSE;

  g_mutex_lock (&self->lock);
  waits = self->passed_on.length > 0;
  if (waits)
    push_passed_on_locked (self, norpc_call_ref (call));
  g_mutex_unlock (&self->lock);

  return waits;
}

/* Called in the client's thread, which is the service's, or in that of a layer. */
static void
norpc_direct_send (NorpcEndpoint *endpoint,
                   NorpcCall     *call)
{
  NorpcDirect *self = (NorpcDirect *) endpoint; /* not checked: this runs for each call */

  norpc_metrics_call_sent (call, NULL);

  if (self->service == NULL)
    {
      norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its NorpcDirect has no service");
      return;
    }

  if (is_own_thread (self))
    {
      note_context (self, call);
      handle_passed_on (self);
      if (!wait_behind (self, call))
        handle (self, call);
      handle_passed_on (self);
    }
  else if (call->is_sync &&
           call->waiting_thread == g_atomic_pointer_get (&self->thread))
    {
      norpc_call_reject (call, NORPC_ERROR_WOULD_DEADLOCK,
                         "would deadlock: it is synchronous, and is passed to its service later, "
                         "in the same thread");
    }
  else if (!pass_to_client_context (self, call))
    {
      reject_wrong_thread (call);
    }

  norpc_call_unref (call);
}

/* Thread-safe. A call that is pending in a layer can only be handled in the service's thread. */
static gconstpointer
norpc_direct_get_executor (NorpcEndpoint *endpoint)
{
  NorpcDirect *self = NORPC_DIRECT (endpoint);
  GThread *thread = g_atomic_pointer_get (&self->thread);

  return thread != NULL ? thread : self->creator;
}

/* Thread-safe. */
static void
norpc_direct_subscribe (NorpcEndpoint   *endpoint,
                        NorpcSubscriber *subscriber)
{
  norpc_subscribers_add (NORPC_DIRECT (endpoint)->subscribers, subscriber);
}

/* Thread-safe. */
static void
norpc_direct_unsubscribe (NorpcEndpoint   *endpoint,
                          NorpcSubscriber *subscriber)
{
  norpc_subscribers_remove (NORPC_DIRECT (endpoint)->subscribers, subscriber);
}

static void
norpc_direct_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_direct_send;
  iface->get_executor = norpc_direct_get_executor;
  iface->subscribe = norpc_direct_subscribe;
  iface->unsubscribe = norpc_direct_unsubscribe;
}

static void
norpc_direct_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NorpcDirect *self = NORPC_DIRECT (object);

  switch ((NorpcDirectProperty) property_id)
    {
    case PROP_SERVICE:
      self->service = g_value_dup_object (value);
      self->thread_check = self->service != NULL ? norpc_thread_check_get (self->service) : NULL;
      if (self->service != NULL)
        self->relay = norpc_signal_relay_new (self->service, self->subscribers);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_direct_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  NorpcDirect *self = NORPC_DIRECT (object);

  switch ((NorpcDirectProperty) property_id)
    {
    case PROP_SERVICE:
      g_value_set_object (value, self->service);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_direct_finalize (GObject *object)
{
  NorpcDirect *self = NORPC_DIRECT (object);

  g_clear_pointer (&self->relay, norpc_signal_relay_free);
  norpc_subscribers_unref (self->subscribers);
  g_clear_pointer (&self->thread_check, norpc_thread_check_unref);
  g_clear_object (&self->service);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_queue_clear_full (&self->passed_on, (GDestroyNotify) norpc_call_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_direct_parent_class)->finalize (object);
}

static void
norpc_direct_class_init (NorpcDirectClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_direct_set_property;
  object_class->get_property = norpc_direct_get_property;
  object_class->finalize = norpc_direct_finalize;

  /**
   * NorpcDirect:service: (getter get_service)
   *
   * The service.
   *
   * Since: 0.1
   */
  properties[PROP_SERVICE] =
    g_param_spec_object ("service", NULL, NULL,
                         G_TYPE_OBJECT,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_direct_init (NorpcDirect *self)
{
  g_mutex_init (&self->lock);
  self->subscribers = norpc_subscribers_new ();
  self->creator = g_thread_self ();
  self->context = g_main_context_ref_thread_default ();
}

/**
 * norpc_direct_new:
 * @service: an object that implements one or more generated interfaces
 *
 * Creates an endpoint that calls @service directly.
 *
 * The service is neither started nor stopped.
 *
 * Returns: (transfer full): a new endpoint
 * Since: 0.1
 */
NorpcDirect *
norpc_direct_new (GObject *service)
{
  g_return_val_if_fail (G_IS_OBJECT (service), NULL);

  return g_object_new (NORPC_TYPE_DIRECT, "service", service, NULL);
}

/**
 * norpc_direct_get_service:
 * @self: a direct endpoint
 *
 * Gets the service.
 *
 * Returns: (transfer none): the service
 * Since: 0.1
 */
GObject *
norpc_direct_get_service (NorpcDirect *self)
{
  g_return_val_if_fail (NORPC_IS_DIRECT (self), NULL);

  return self->service;
}
