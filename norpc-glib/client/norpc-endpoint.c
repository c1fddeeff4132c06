/* norpc-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-deadlock-private.h"
#include "call/norpc-trace-private.h"
#include "core/norpc-background-private.h"
#include "norpc-call-send-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-reply-queue-private.h"
#include "norpc-sync-wait-private.h"

/**
 * NorpcEndpoint:
 *
 * Whatever takes calls.
 *
 * A proxy sends its calls to an endpoint. A [class@Norpc.Channel] hands them
 * to the service of a server in another thread or context; a
 * [class@Norpc.Direct] calls a service on the spot.
 *
 * Endpoints may be used by many threads at once, if they do not say
 * otherwise.
 *
 * Since: 0.1
 */

G_DEFINE_INTERFACE (NorpcEndpoint, norpc_endpoint, G_TYPE_OBJECT)

static void
norpc_endpoint_default_init (NorpcEndpointInterface *iface G_GNUC_UNUSED)
{
}

/* The thread that sends the call, for an endpoint that only borrows it. */
static void
lend (NorpcEndpoint          *self,
      NorpcEndpointInterface *iface,
      NorpcCall              *call)
{
  GError *error = NULL;

  if (iface->take_call == NULL)
    norpc_call_fail (call, g_error_new (NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                                        "%s does not take calls", G_OBJECT_TYPE_NAME (self)));
  else if (!iface->take_call (self, call, &error) || error != NULL)
    norpc_call_fail (call, error);
  else
    norpc_call_unref (call);
}

/**
 * norpc_endpoint_send:
 * @self: an endpoint
 * @call: (transfer full): a call
 *
 * Passes a call on, as it is.
 *
 * If an argument is not as the description says, the call ends with
 * %NORPC_ERROR_INVALID_ARGUMENT instead. Arguments that were checked before, and
 * that nobody has asked for since, are not checked again.
 *
 * This is for endpoints that stand before other endpoints. A client uses
 * [method@Norpc.Endpoint.call] or [method@Norpc.Endpoint.call_sync]: of a
 * call that is only sent, nobody hears how it ended.
 *
 * It does not block, and may be used in any thread.
 *
 * Since: 0.1
 */
void
norpc_endpoint_send (NorpcEndpoint *self,
                     NorpcCall     *call)
{
  NorpcEndpointInterface *iface;

  g_return_if_fail (NORPC_IS_ENDPOINT (self));
  g_return_if_fail (call != NULL);

  if (G_UNLIKELY (g_atomic_int_get (&norpc_background_is_starved)))
    norpc_background_retry ();

  if (!norpc_call_check_args (call))
    return;

  iface = NORPC_ENDPOINT_GET_IFACE (self);
  if (iface->send != NULL)
    iface->send (self, call);
  else
    lend (self, iface, call);
}

/**
 * norpc_endpoint_is_closed:
 * @self: an endpoint
 *
 * Tells whether the endpoint has stopped to take calls for good, as the channel of
 * a server that was stopped has: each call would be answered %NORPC_ERROR_CLOSED.
 *
 * A [class@Norpc.Balance] passes over such endpoints. Any thread may ask.
 *
 * Returns: %TRUE if no call can reach a service any more
 * Since: 0.1
 */
gboolean
norpc_endpoint_is_closed (NorpcEndpoint *self)
{
  NorpcEndpointInterface *iface;

  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), TRUE);

  iface = NORPC_ENDPOINT_GET_IFACE (self);

  return iface->is_closed != NULL && iface->is_closed (self);
}

/* Any thread: what is going to run the handler of every call that is sent to @self, a
 * GMainContext or a GThread, or NULL where that is not certain. It is only compared, as
 * it may be gone.
 */
gconstpointer
norpc_endpoint_get_executor (NorpcEndpoint *self)
{
  NorpcEndpointInterface *iface = NORPC_ENDPOINT_GET_IFACE (self);

  return iface->get_executor != NULL ? iface->get_executor (self) : NULL;
}

/* The thread that cancels. */
static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      user_data)
{
  norpc_call_cancel (user_data,
                     g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                          "Operation was cancelled"));
}

/* The calling thread: what can end the call before it is answered. */
static void
watch_cancellable (NorpcCall    *call,
                   GCancellable *cancellable)
{
  call->cancellable = g_object_ref (cancellable);

  /* The handler holds neither half: a thread that cancels may be the last to drop it. */
  norpc_call_ref_memory (call);
  call->cancelled_id =
    g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), call,
                           (GDestroyNotify) norpc_call_unref_memory);
}

/* The calling thread. A call that has ended by now is not sent. */
static void
send_open (NorpcEndpoint *self,
           NorpcCall     *call)
{
  norpc_trace (call, "%s, to %s",
               call->sink == &norpc_sync_wait_sink ? "sync" : "async",
               G_OBJECT_TYPE_NAME (self));

  if (g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
    norpc_endpoint_send (self, call);
  else
    norpc_call_unref (call);
}

/* The calling thread, which has the reply brought to its thread-default
 * context, and goes on to send the call.
 */
void
norpc_endpoint_prepare_call (NorpcCall             *call,
                             const NorpcCallOrigin *origin,
                             GCancellable          *cancellable,
                             NorpcReplyFunc         reply_func,
                             gpointer               user_data)
{
  call->sink = &norpc_reply_queue_sink;
  call->reply_queue = norpc_reply_queue_open_call (call);
  call->reply_func = reply_func;
  call->reply_data = user_data;

  norpc_call_send_begin (call);
  norpc_call_send_apply_scope (call, origin);
  call->has_timer = call->deadline != 0;
  if (call->has_timer)
    norpc_reply_queue_set_timer (call->reply_queue, call);
  if (cancellable != NULL)
    watch_cancellable (call, cancellable);
  norpc_call_send_end (call);
}

void
norpc_endpoint_call_for (NorpcEndpoint         *self,
                         NorpcCall             *call,
                         const NorpcCallOrigin *origin,
                         GCancellable          *cancellable,
                         NorpcReplyFunc         reply_func,
                         gpointer               user_data)
{
  norpc_endpoint_prepare_call (call, origin, cancellable, reply_func, user_data);
  send_open (self, call);
}

/**
 * norpc_endpoint_call:
 * @self: an endpoint
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @reply_func: (nullable) (scope async): what takes the reply
 * @user_data: data for @reply_func
 *
 * Calls, and has the reply brought to the thread-default context that the
 * caller has now.
 *
 * This is the way of a call with the least around it: no
 * [class@Gio.Task] is made. @reply_func is called exactly once, from that
 * context and never within this function. When @cancellable is cancelled it
 * gets %G_IO_ERROR_CANCELLED, at once.
 *
 * The caller must not keep a reference to @call: whoever holds one owes the
 * answer.
 *
 * Since: 0.1
 */
void
norpc_endpoint_call (NorpcEndpoint  *self,
                     NorpcCall      *call,
                     GCancellable   *cancellable,
                     NorpcReplyFunc  reply_func,
                     gpointer        user_data)
{
  g_return_if_fail (NORPC_IS_ENDPOINT (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  norpc_endpoint_call_for (self, call, NULL, cancellable, reply_func, user_data);
}

/* The calling thread: a one-way call. It has neither a deadline nor a
 * place in the group of its proxy, but a newer one may take its place.
 */
void
norpc_endpoint_send_for (NorpcEndpoint         *self,
                         NorpcCall             *call,
                         const NorpcCallOrigin *origin)
{
  norpc_call_send_begin (call);
  norpc_latest_replace (origin->latest, call);
  norpc_call_send_end (call);
  send_open (self, call);
}

/* The calling thread. At the call's own @deadline it ends the call, unless another
 * thread has begun to answer, and finishes that.
 */
static void
sleep_until_answered (NorpcEndpoint *self,
                      NorpcCall     *call,
                      gint64         deadline)
{
  NorpcThreadWait wait = { .call = call };

  /* A layer may hold the call back. */
  if (g_atomic_pointer_get (&call->executor) == NULL)
    norpc_call_set_executor (call, norpc_endpoint_get_executor (self));

  norpc_deadlock_begin_wait (&wait);

  if (!norpc_sync_wait_sleep (call, deadline))
    {
      norpc_call_time_out (call);
      norpc_sync_wait_sleep (call, 0);
    }

  norpc_deadlock_end_wait (&wait);
}

NorpcReply *
norpc_endpoint_call_sync_for (NorpcEndpoint          *self,
                              NorpcCall              *call,
                              const NorpcCallOrigin  *origin,
                              GCancellable           *cancellable,
                              GError                **error)
{
  g_autoptr (NorpcReply) reply = norpc_call_get_reply (call);
  gint64 deadline;

  call->sink = &norpc_sync_wait_sink;
  call->waiting_thread = g_thread_self ();

  norpc_call_send_begin (call);
  norpc_call_send_apply_scope (call, origin);
  if (cancellable != NULL)
    watch_cancellable (call, cancellable);
  deadline = call->deadline;
  norpc_call_send_end (call);
  send_open (self, call);

  /* The call is the service's from here on, the reply is ours. */
  call = norpc_reply_get_call (reply);
  if (!norpc_sync_wait_spin (call))
    sleep_until_answered (self, call, deadline);
  norpc_call_send_detach (call);

  if (!norpc_reply_propagate_error (reply, error))
    return NULL;

  return g_steal_pointer (&reply);
}

/**
 * norpc_endpoint_call_sync:
 * @self: an endpoint
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls, and blocks until there is a reply. No main context is run.
 *
 * The call fails with %NORPC_ERROR_WOULD_DEADLOCK where it is certain that no
 * answer can come: its service lives in the calling thread, or threads wait for
 * each other in synchronous calls; the message names the calls. Where that is not
 * certain, because another thread or a layer that is not norpc-glib's may answer, the
 * call ends with %NORPC_ERROR_TIMED_OUT after %NORPC_DEFAULT_SYNC_TIMEOUT, if no
 * other timeout is set; the message says how far the call had come. Besides these
 * there are the errors of the service and of [error@Norpc.Error], and
 * %G_IO_ERROR_CANCELLED.
 *
 * The caller must not keep a reference to @call: whoever holds one owes the
 * answer.
 *
 * Returns: (transfer full): the reply, or %NULL with @error set
 * Since: 0.1
 */
NorpcReply *
norpc_endpoint_call_sync (NorpcEndpoint  *self,
                          NorpcCall      *call,
                          GCancellable   *cancellable,
                          GError        **error)
{
  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), NULL);
  g_return_val_if_fail (call != NULL, NULL);
  g_return_val_if_fail (norpc_call_is_new (call), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return norpc_endpoint_call_sync_for (self, call, NULL, cancellable, error);
}
