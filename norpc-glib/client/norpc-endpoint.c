/* norpc-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-deadline-private.h"
#include "call/norpc-call-private.h"
#include "call/norpc-deadlock-private.h"
#include "call/norpc-trace-private.h"
#include "core/norpc-background-private.h"
#include "core/norpc-burst-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-interface-peek.h"
#include "norpc-call-send-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-reply-queue-private.h"
#include "norpc-sync-wait-private.h"

/**
 * NorpcEndpoint:
 *
 * An object that accepts calls.
 *
 * A proxy sends its calls to an endpoint. A [class@Norpc.Channel] passes them to the
 * service of a server in another thread or main context; a [class@Norpc.Direct] calls a
 * service directly.
 *
 * Endpoints are thread-safe unless documented otherwise.
 *
 * Since: 0.1
 */

G_DEFINE_INTERFACE (NorpcEndpoint, norpc_endpoint, G_TYPE_OBJECT)

static void
norpc_endpoint_default_init (NorpcEndpointInterface *iface G_GNUC_UNUSED)
{
}

/* Called in the thread that sends the call, for an endpoint that borrows calls. */
static void
lend (NorpcEndpoint          *self,
      NorpcEndpointInterface *iface,
      NorpcCall              *call)
{
  GError *error = NULL;

  if (iface->take_call == NULL)
    norpc_call_fail (call, g_error_new (NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                                        "%s does not implement take_call", G_OBJECT_TYPE_NAME (self)));
  else if (!iface->take_call (self, call, &error) || error != NULL)
    norpc_call_fail (call, error);
  else
    norpc_call_unref (call);
}

/* The slow path of norpc_endpoint_send_checked (). */
static G_NO_INLINE void
prepare_and_send (NorpcEndpoint          *self,
                  NorpcCall              *call,
                  NorpcEndpointInterface *iface)
{
  if (g_atomic_int_get (&norpc_background_is_starved))
    norpc_background_retry ();

  if (!norpc_call_check_args (call))
    return;

  if (iface->send != NULL)
    iface->send (self, call);
  else
    lend (self, iface, call);
}

/* Called in the thread that sends the call (owned). @iface is that of @self. */
void
norpc_endpoint_send_checked (NorpcEndpoint          *self,
                             NorpcCall              *call,
                             NorpcEndpointInterface *iface)
{
  if (G_LIKELY (iface->send != NULL && norpc_call_has_checked_args (call) &&
                !g_atomic_int_get (&norpc_background_is_starved)))
    iface->send (self, call);
  else
    prepare_and_send (self, call, iface);
}

/**
 * norpc_endpoint_send:
 * @self: an endpoint
 * @call: (transfer full): a call
 *
 * Sends a call, as it is.
 *
 * If an argument does not match the description, the call fails with
 * %NORPC_ERROR_INVALID_ARGUMENT. Arguments that were checked before and have not been
 * accessed since are not checked again.
 *
 * This function is for endpoints that pass calls on to other endpoints. Clients should
 * use [method@Norpc.Endpoint.call] or [method@Norpc.Endpoint.call_sync]: the result of a
 * call that is only sent is discarded.
 *
 * This function does not block, and is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_endpoint_send (NorpcEndpoint *self,
                     NorpcCall     *call)
{
  NorpcEndpointInterface *iface;

  g_return_if_fail (self != NULL);
  g_return_if_fail (call != NULL);

  /* Looking up the interface also checks the type of the object, faster than
   * NORPC_IS_ENDPOINT ().
   */
  iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);
  g_return_if_fail (iface != NULL);

  norpc_endpoint_send_checked (self, call, iface);
}

/**
 * norpc_endpoint_is_closed:
 * @self: an endpoint
 *
 * Checks whether each call would fail with %NORPC_ERROR_CLOSED at the moment, as it does with
 * the channel of a server that has been stopped or has not been started yet.
 *
 * A [class@Norpc.Balance] skips closed endpoints. This function is thread-safe.
 *
 * Returns: %TRUE if the endpoint is closed
 * Since: 0.1
 */
gboolean
norpc_endpoint_is_closed (NorpcEndpoint *self)
{
  NorpcEndpointInterface *iface;

  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), TRUE);

  iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);

  return iface->is_closed != NULL && iface->is_closed (self);
}

/* Thread-safe. From now on, @subscriber gets the signals of the services behind @self. It must
 * unsubscribe before it is freed.
 */
void
norpc_endpoint_subscribe (NorpcEndpoint   *self,
                          NorpcSubscriber *subscriber)
{
  NorpcEndpointInterface *iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);

  if (iface->subscribe != NULL)
    iface->subscribe (self, subscriber);
}

/* Thread-safe. When it returns, no thread uses @subscriber on behalf of @self any more. */
void
norpc_endpoint_unsubscribe (NorpcEndpoint   *self,
                            NorpcSubscriber *subscriber)
{
  NorpcEndpointInterface *iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);

  if (iface->unsubscribe != NULL)
    iface->unsubscribe (self, subscriber);
}

/* Thread-safe. Gets the executor of all calls that are sent to @self, a GMainContext or a
 * GThread, or NULL if it is not certain. The executor is only compared, because it may have
 * been freed.
 */
gconstpointer
norpc_endpoint_get_executor (NorpcEndpoint *self)
{
  NorpcEndpointInterface *iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);

  return iface->get_executor != NULL ? iface->get_executor (self) : NULL;
}

/* Runs in the thread that cancels the call. */
static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      user_data)
{
  norpc_call_cancel (user_data,
                     g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                          "Operation was cancelled"));
}

/* Called in the client's thread. Connects the client's cancellable. */
static void
watch_cancellable (NorpcCall    *call,
                   GCancellable *cancellable)
{
  call->cancellable = g_object_ref (cancellable);

  /* The signal handler keeps a reference to neither half, because a thread that cancels may
   * release the last reference to the handler.
   */
  norpc_call_ref_memory (call);
  call->cancelled_id =
    g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), call,
                           (GDestroyNotify) norpc_call_unref_memory);
}

/* Called in the client's thread. Does not send a call that has completed already. @iface is that of
 * @self.
 */
static void
send_open (NorpcEndpoint          *self,
           NorpcEndpointInterface *iface,
           NorpcCall              *call)
{
  norpc_trace (call, "%s, to %s",
               call->link.sink == &norpc_sync_wait_sink ? "sync" : "async",
               G_OBJECT_TYPE_NAME (self));

  if (g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
    norpc_endpoint_send_checked (self, call, iface);
  else
    norpc_call_unref (call);
}

/* Called in the client's thread, before it sends an asynchronous call with a deadline. The client's
 * context notices the deadline, or, since it sleeps by the real time, a timer.
 */
static void
watch_deadline (NorpcCall *call)
{
  call->has_timer = !norpc_clock_is_manual ();
  if (call->has_timer)
    norpc_reply_queue_set_timer (call->reply_queue, call);
  else
    norpc_call_start_deadline_timer (call);
}

/* Called in the client's thread, before it sends the call. The reply is delivered to the
 * thread-default context.
 */
void
norpc_endpoint_prepare_call (NorpcCall             *call,
                             const NorpcCallOrigin *origin,
                             GCancellable          *cancellable,
                             NorpcReplyFunc         reply_func,
                             gpointer               user_data)
{
  NorpcThreadScope *scope = norpc_thread_scope_get ();

  call->link.sink = &norpc_reply_queue_sink;
  call->reply_queue = norpc_reply_queue_open_call (call, scope);
  call->reply_func = reply_func;
  call->reply_data = user_data;

  norpc_call_send_begin (call);
  norpc_call_send_apply_scope (call, scope, origin);
  if (call->deadline != 0)
    watch_deadline (call);
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
  send_open (self, origin->iface, call);
}

/**
 * norpc_endpoint_call:
 * @self: an endpoint
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @reply_func: (nullable) (scope async): the function to call with the reply
 * @user_data: data for @reply_func
 *
 * Sends a call, and delivers the reply in the thread-default main context of the caller.
 *
 * This is the fastest way to send a call, because it creates no [class@Gio.Task].
 * @reply_func is called exactly once, in that context and never within this function. If
 * @cancellable is cancelled, the call fails with %G_IO_ERROR_CANCELLED immediately.
 *
 * The caller must not keep a reference to @call, because whoever holds a reference to a
 * call must answer it.
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
  NorpcEndpointInterface *iface;

  g_return_if_fail (self != NULL);
  iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT); /* as in norpc_endpoint_send () */
  g_return_if_fail (iface != NULL);
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  norpc_endpoint_prepare_call (call, NULL, cancellable, reply_func, user_data);
  send_open (self, iface, call);
}

/* Called in the client's thread, to send a one-way call. The call has no deadline and is not
 * in the group of its proxy, but a newer call may supersede it.
 */
void
norpc_endpoint_send_for (NorpcEndpoint         *self,
                         NorpcCall             *call,
                         const NorpcCallOrigin *origin)
{
  norpc_call_send_begin (call);
  if (origin->latest != NULL)
    norpc_latest_replace (origin->latest, call);
  norpc_call_send_inherit_options (call);
  norpc_call_send_end (call);
  send_open (self, origin->iface, call);
}

/* Called in the client's thread. When @deadline passes, the call times out, unless another
 * thread has already begun to answer it; this function then waits for that answer.
 */
static void
sleep_until_answered (NorpcEndpoint *self,
                      NorpcCall     *call,
                      gint64         deadline)
{
  NorpcThreadWait wait = { .call = call };

  /* The call may be pending in a layer. */
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
  NorpcEndpointInterface *iface = origin != NULL ? origin->iface : norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);
  g_autoptr (NorpcReply) reply = norpc_call_get_reply (call);
  gint64 deadline;

  call->link.sink = &norpc_sync_wait_sink;
  call->is_sync = TRUE;
  call->waiting_thread = g_thread_self ();

  norpc_call_send_begin (call);
  norpc_call_send_apply_scope (call, norpc_thread_scope_get (), origin);
  if (cancellable != NULL)
    watch_cancellable (call, cancellable);
  deadline = call->deadline;
  if (deadline != 0 && norpc_clock_is_manual ())
    norpc_call_start_deadline_timer (call);
  norpc_call_send_end (call);
  send_open (self, iface, call);
  norpc_burst_flush (); /* this thread blocks */

  /* From here on, the call belongs to the service and the reply to this thread. */
  call = norpc_reply_get_call (reply);
  if (!norpc_sync_wait_spin (call))
    sleep_until_answered (self, call, deadline);
  norpc_call_send_detach (call);

  if (!norpc_reply_propagate_error (reply, error))
    return NULL;

  norpc_call_receive_lists (call, NULL);
  norpc_reply_import_results (reply);

  return g_steal_pointer (&reply);
}

/**
 * norpc_endpoint_call_sync:
 * @self: an endpoint
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sends a call, and blocks until the reply arrives. Does not run a main context.
 *
 * The call fails with %NORPC_ERROR_WOULD_DEADLOCK if it is certain that no answer can
 * arrive, because its service runs in the calling thread, or because threads wait for
 * each other in synchronous calls. The message names the calls. If a deadlock is not
 * certain, because another thread or an application's layer may answer, the call fails
 * with %NORPC_ERROR_TIMED_OUT after %NORPC_DEFAULT_SYNC_TIMEOUT, unless another timeout
 * is set. The message tells the progress of the call. Other errors are those of the
 * service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * The caller must not keep a reference to @call, because whoever holds a reference to a
 * call must answer it.
 *
 * Returns: (transfer full): the reply, or %NULL if the call failed and @error is set
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
