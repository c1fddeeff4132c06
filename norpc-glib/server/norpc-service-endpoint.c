/* norpc-service-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "norpc-service-endpoint-private.h"

struct _NorpcServiceEndpoint
{
  GObject parent_instance;

  const NorpcServiceEndpointFuncs *funcs; /* since construction */

  GMutex   lock;
  gpointer owner;   /* (owned) (nullable) [lock]: while the endpoint is open */
  GQueue   calls;   /* of owned NorpcCall [lock] */
  int      n_calls; /* atomic, written with the lock */
};

static void norpc_service_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcServiceEndpoint, norpc_service_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_service_endpoint_endpoint_iface_init))

/* Thread-safe. */
static void
norpc_service_endpoint_send (NorpcEndpoint *endpoint,
                             NorpcCall     *call)
{
  NorpcServiceEndpoint *self = NORPC_SERVICE_ENDPOINT (endpoint);
  gpointer owner = NULL;
  gboolean here;

  g_mutex_lock (&self->lock);
  if (self->owner != NULL)
    owner = self->funcs->ref (self->owner);
  /* A call never overtakes those that wait here already. */
  here = owner != NULL && self->calls.length == 0 && self->funcs->may_handle (owner);
  if (owner != NULL && !here)
    {
      g_queue_push_tail (&self->calls, g_steal_pointer (&call));
      g_atomic_int_inc (&self->n_calls);
    }
  g_mutex_unlock (&self->lock);

  if (here)
    self->funcs->handle (owner, g_steal_pointer (&call));
  else if (owner != NULL)
    self->funcs->wake_up (owner);
  else
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: the server is not running");

  if (owner != NULL)
    self->funcs->unref (owner);
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

  g_assert (self->owner == NULL && self->calls.length == 0);

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
norpc_service_endpoint_new (const NorpcServiceEndpointFuncs *funcs)
{
  NorpcServiceEndpoint *self = g_object_new (NORPC_TYPE_SERVICE_ENDPOINT, NULL);

  self->funcs = funcs;

  return self;
}

/* Thread-safe. Called before the owner runs. Takes ownership of @owner. */
void
norpc_service_endpoint_open (NorpcServiceEndpoint *self,
                             gpointer              owner)
{
  g_mutex_lock (&self->lock);
  self->owner = owner;
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's context, or in the thread that ends it. No further call is passed to
 * the service.
 */
void
norpc_service_endpoint_close (NorpcServiceEndpoint *self)
{
  gpointer owner;
  NorpcCall *call;

  g_mutex_lock (&self->lock);
  owner = g_steal_pointer (&self->owner);
  g_mutex_unlock (&self->lock);

  while ((call = norpc_service_endpoint_take (self)) != NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: the server has stopped");

  if (owner != NULL)
    self->funcs->unref (owner);
}

/* Thread-safe. */
gboolean
norpc_service_endpoint_has_calls (NorpcServiceEndpoint *self)
{
  return g_atomic_int_get (&self->n_calls) > 0;
}

/* Runs in the service's context. Returns a call (owned), or NULL. */
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
