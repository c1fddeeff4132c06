/* norpc-mirror-requests.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls of a mirror to the service, whose replies arrive among the events of the client's context. */

#include "call/norpc-call-private.h"
#include "client/norpc-call-send-private.h"
#include "client/norpc-endpoint.h"
#include "client/norpc-proxy-private.h"
#include "core/norpc-log-private.h"
#include "norpc-mirror-parts-private.h"
#include "norpc-property-private.h"

/* Thread-safe. Returns TRUE if the service is to tell changes. */
gboolean
norpc_mirror_is_started (NorpcMirror *self)
{
  return g_atomic_int_get (&self->is_started);
}

/* Thread-safe. Called before values are requested for the first time. */
void
norpc_mirror_start (NorpcMirror *self)
{
  g_atomic_int_set (&self->is_started, TRUE);
}

/* A request keeps the endpoint, because a layer may hold it when the proxy is released. */
typedef struct
{
  NorpcMirror   *mirror;   /* (owned) */
  NorpcEndpoint *endpoint; /* (owned) */
} Request;

/* Called in the thread that answers a request. Takes ownership of the client's half. */
static void
deliver_request (NorpcCall *call)
{
  g_autofree Request *request = call->reply_data;

  norpc_mirror_push_reply (request->mirror, norpc_call_get_reply (call), request->endpoint);
  norpc_mirror_unref (request->mirror);
}

static const NorpcCallSink request_sink = { deliver_request, NULL };

/* Thread-safe. Sends a request, which inherits nothing from a call that is being handled, and
 * whose reply arrives in the context of the proxy, whichever thread sends it. Takes ownership of
 * @call.
 */
void
norpc_mirror_send_request (NorpcMirror *self,
                           NorpcProxy  *proxy,
                           NorpcCall   *call)
{
  NorpcCallOrigin origin = norpc_proxy_prepare_call (proxy, call);
  Request *request = g_new (Request, 1);

  *request = (Request) { norpc_mirror_ref (self), g_object_ref (norpc_proxy_get_endpoint (proxy)) };
  call->link.sink = &request_sink;
  call->reply_data = request;
  norpc_call_send_begin (call);
  if (call->method == NORPC_PROPERTY_GET_ALL)
    {
      norpc_call_group_add (self->requests, call);
    }
  else
    {
      norpc_call_group_add (origin.calls, call);
      norpc_latest_replace (origin.latest, call);
    }
  norpc_call_send_end (call);

  if (g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
    norpc_endpoint_send (norpc_proxy_get_endpoint (proxy), call);
  else
    norpc_call_unref (call);
}

/* Runs in the client's context, or in the thread that constructs the proxy. Requests all values. If
 * a request is in flight, its reply contains the changes that arrive before it.
 */
void
norpc_mirror_load (NorpcMirror *self,
                   NorpcProxy  *proxy)
{
  if (self->loads)
    return;

  self->loads = TRUE;
  norpc_mirror_start (self);
  norpc_mirror_send_request (self, proxy, norpc_call_new (&self->access->info, NORPC_PROPERTY_GET_ALL));
}

/* Runs in the client's context, when the service may accept the request. */
static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (NorpcMirror) self = user_data;
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&self->weak_proxy);

  self->loads = FALSE;
  if (norpc_endpoint_ready_finish (NORPC_ENDPOINT (object), result, NULL) && proxy != NULL)
    norpc_mirror_load (self, proxy);
}

/* Milliseconds after which the values are requested again: the first time, and at most. Each time, it is twice as long. */
#define MIN_RETRY_DELAY 1000
#define MAX_RETRY_DELAY 64000

/* Runs in the client's context. */
static gboolean
load_again_cb (gpointer user_data)
{
  NorpcMirror *self = user_data;
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&self->weak_proxy);

  self->retries = FALSE;
  if (proxy != NULL && !norpc_endpoint_is_closed (norpc_proxy_get_endpoint (proxy)))
    norpc_mirror_load (self, proxy);

  return G_SOURCE_REMOVE;
}

static void
unref_mirror_cb (gpointer mirror)
{
  norpc_mirror_unref (mirror);
}

/* Runs in the client's context. */
static void
load_later (NorpcMirror *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->retries)
    return;

  self->retries = TRUE;
  self->retry_delay = CLAMP (2 * self->retry_delay, MIN_RETRY_DELAY, MAX_RETRY_DELAY);
  source = g_timeout_source_new (self->retry_delay);
  g_source_set_static_name (source, "NorpcMirror");
  g_source_set_callback (source, load_again_cb, norpc_mirror_ref (self), unref_mirror_cb);
  g_source_attach (source, self->context);
}

/* Runs in the client's context. The values are requested again when a server starts, or reports a change without values.
 * If the request was lost on its way while the service is there, nothing else would do so.
 */
void
norpc_mirror_note_failed_load (NorpcMirror  *self,
                               NorpcProxy   *proxy,
                               const GError *error)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (proxy);
  gboolean is_closed = g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    {
      norpc_endpoint_ready_async (endpoint, NULL, ready_cb, norpc_mirror_ref (self));
      return;
    }

  self->loads = FALSE;
  if ((is_closed || g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT)) && !norpc_endpoint_is_closed (endpoint))
    load_later (self);
  if (self->warned || is_closed)
    return;

  self->warned = TRUE;
  norpc_warning ("could not load the properties of %s: %s", self->access->interface_info->dbus.name, error->message);
}
