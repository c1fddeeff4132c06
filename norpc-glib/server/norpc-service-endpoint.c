/* norpc-service-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-error.h"
#include "norpc-service-endpoint-private.h"
#include "norpc-worker-private.h"

struct _NorpcServiceEndpoint
{
  GObject parent_instance;

  GMutex     lock;
  NorpcWorker *worker;    /* (owned) (nullable) [lock]: while it is attached */
  GQueue     calls;   /* of owned NorpcCall [lock] */
  int        n_calls; /* atomic, written with the lock */
};

static void norpc_service_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcServiceEndpoint, norpc_service_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_service_endpoint_endpoint_iface_init))

/* The worker's context. Where the pending calls has the call, too, that is let alone with it: so
 * it is seen whether anybody has it besides.
 */
static void
handle (NorpcWorker *worker,
        NorpcCall   *call)
{
  gboolean current = norpc_pending_calls_is_current (&worker->pending, call);

  if (current)
    norpc_call_unref (call);
  norpc_worker_handle (worker, call);
  if (!current)
    norpc_call_unref (call);
}

/* Any thread. */
static void
norpc_service_endpoint_send (NorpcEndpoint *endpoint,
                             NorpcCall     *call)
{
  NorpcServiceEndpoint *self = NORPC_SERVICE_ENDPOINT (endpoint);
  g_autoptr (NorpcWorker) worker = NULL;
  gboolean here;

  g_mutex_lock (&self->lock);
  worker = self->worker != NULL ? norpc_worker_ref (self->worker) : NULL;
  /* Behind what waits here already. */
  here = worker != NULL && self->calls.length == 0 && norpc_worker_may_handle (worker);
  if (worker != NULL && !here)
    {
      g_queue_push_tail (&self->calls, g_steal_pointer (&call));
      g_atomic_int_inc (&self->n_calls);
    }
  g_mutex_unlock (&self->lock);

  if (here)
    handle (worker, g_steal_pointer (&call));
  else if (worker != NULL)
    norpc_channel_wake_up (worker->channel);
  else
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was not served: the server is not there");
}

static void
norpc_service_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_service_endpoint_send;
}

static void
norpc_service_endpoint_finalize (GObject *object)
{
  NorpcServiceEndpoint *self = NORPC_SERVICE_ENDPOINT (object);

  g_assert (self->worker == NULL && self->calls.length == 0);

  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_service_endpoint_parent_class)->finalize (object);
}

static void
norpc_service_endpoint_class_init (NorpcServiceEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_service_endpoint_finalize;
}

static void
norpc_service_endpoint_init (NorpcServiceEndpoint *self)
{
  g_mutex_init (&self->lock);
}

NorpcServiceEndpoint *
norpc_service_endpoint_new (void)
{
  return g_object_new (NORPC_TYPE_SERVICE_ENDPOINT, NULL);
}

/* Any thread, before the worker runs. */
void
norpc_service_endpoint_open (NorpcServiceEndpoint *self,
                             NorpcWorker          *worker)
{
  g_mutex_lock (&self->lock);
  self->worker = norpc_worker_ref (worker);
  g_mutex_unlock (&self->lock);
}

/* The worker's context, or the thread that ends it: no call comes to the service
 * any more.
 */
void
norpc_service_endpoint_close (NorpcServiceEndpoint *self)
{
  g_autoptr (NorpcWorker) worker = NULL;
  NorpcCall *call;

  g_mutex_lock (&self->lock);
  worker = g_steal_pointer (&self->worker);
  g_mutex_unlock (&self->lock);

  while ((call = norpc_service_endpoint_take (self)) != NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was not served: the server has stopped");
}

/* Any thread. */
gboolean
norpc_service_endpoint_has_calls (NorpcServiceEndpoint *self)
{
  return g_atomic_int_get (&self->n_calls) > 0;
}

/* The worker's context. Returns an owned call, or NULL. */
NorpcCall *
norpc_service_endpoint_take (NorpcServiceEndpoint *self)
{
  NorpcCall *call;

  if (!norpc_service_endpoint_has_calls (self))
    return NULL;

  g_mutex_lock (&self->lock);
  call = g_queue_pop_head (&self->calls);
  if (call != NULL)
    g_atomic_int_add (&self->n_calls, -1);
  g_mutex_unlock (&self->lock);

  return call;
}
