/* norpc-service-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-error.h"
#include "norpc-service-endpoint-private.h"
#include "norpc-worker-private.h"

struct _NorpcGate
{
  GObject parent_instance;

  GMutex     lock;
  NorpcHost *host;    /* (owned) (nullable) [lock]: while it is attached */
  GQueue     calls;   /* of owned NorpcCall [lock] */
  int        n_calls; /* atomic, written with the lock */
};

static void norpc_gate_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcGate, norpc_gate, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_gate_endpoint_iface_init))

/* The host's context. Where the backlog has the call, too, that is let alone with it: so
 * it is seen whether anybody has it besides.
 */
static void
handle (NorpcHost *host,
        NorpcCall *call)
{
  gboolean current = norpc_backlog_is_current (&host->backlog, call);

  if (current)
    norpc_call_unref (call);
  norpc_host_handle (host, call);
  if (!current)
    norpc_call_unref (call);
}

/* Any thread. */
static void
norpc_gate_send (NorpcEndpoint *endpoint,
                 NorpcCall     *call)
{
  NorpcGate *self = NORPC_GATE (endpoint);
  g_autoptr (NorpcHost) host = NULL;
  gboolean here;

  g_mutex_lock (&self->lock);
  host = self->host != NULL ? norpc_host_ref (self->host) : NULL;
  /* Behind what waits here already. */
  here = host != NULL && self->calls.length == 0 && norpc_host_may_handle (host);
  if (host != NULL && !here)
    {
      g_queue_push_tail (&self->calls, g_steal_pointer (&call));
      g_atomic_int_inc (&self->n_calls);
    }
  g_mutex_unlock (&self->lock);

  if (here)
    handle (host, g_steal_pointer (&call));
  else if (host != NULL)
    norpc_channel_wake_up (host->channel);
  else
    norpc_call_reject (call, NORPC_ERROR_CLOSED, "was not served: the server is not there");
}

static void
norpc_gate_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_gate_send;
}

static void
norpc_gate_finalize (GObject *object)
{
  NorpcGate *self = NORPC_GATE (object);

  g_assert (self->host == NULL && self->calls.length == 0);

  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_gate_parent_class)->finalize (object);
}

static void
norpc_gate_class_init (NorpcGateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_gate_finalize;
}

static void
norpc_gate_init (NorpcGate *self)
{
  g_mutex_init (&self->lock);
}

NorpcGate *
norpc_gate_new (void)
{
  return g_object_new (NORPC_TYPE_GATE, NULL);
}

/* Any thread, before the host runs. */
void
norpc_gate_open (NorpcGate *self,
                 NorpcHost *host)
{
  g_mutex_lock (&self->lock);
  self->host = norpc_host_ref (host);
  g_mutex_unlock (&self->lock);
}

/* The host's context, or the thread that ends it: no call comes to the service
 * any more.
 */
void
norpc_gate_close (NorpcGate *self)
{
  g_autoptr (NorpcHost) host = NULL;
  NorpcCall *call;

  g_mutex_lock (&self->lock);
  host = g_steal_pointer (&self->host);
  g_mutex_unlock (&self->lock);

  while ((call = norpc_gate_take (self)) != NULL)
    norpc_call_reject (call, NORPC_ERROR_CLOSED, "was not served: the server has stopped");
}

/* Any thread. */
gboolean
norpc_gate_has_calls (NorpcGate *self)
{
  return g_atomic_int_get (&self->n_calls) > 0;
}

/* The host's context. Returns an owned call, or NULL. */
NorpcCall *
norpc_gate_take (NorpcGate *self)
{
  NorpcCall *call;

  if (!norpc_gate_has_calls (self))
    return NULL;

  g_mutex_lock (&self->lock);
  call = g_queue_pop_head (&self->calls);
  if (call != NULL)
    g_atomic_int_add (&self->n_calls, -1);
  g_mutex_unlock (&self->lock);

  return call;
}
