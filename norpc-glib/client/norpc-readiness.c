/* norpc-readiness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Waiting until an endpoint would accept a call without delay.
 *
 * The wait is represented by a call, a probe, of a method without arguments or results. It is
 * thus cancelled, timed out and delivered like any other call.
 */

#include "call/norpc-call-private.h"
#include "core/norpc-interface-peek.h"
#include "norpc-call-send-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-readiness-private.h"
#include "norpc-reply-queue-private.h"

/* Runs in the service's context, if a layer has passed the probe on like other calls. */
static gboolean
answer_probe (gpointer    service G_GNUC_UNUSED,
              gpointer    vtable G_GNUC_UNUSED,
              NorpcCall  *probe,
              GError    **error G_GNUC_UNUSED)
{
  norpc_call_return_values (probe, 0, NULL);

  return TRUE;
}

static const NorpcMethodInfo ready_info = {
  .dbus = { -1, (gchar *) "Ready", NULL, NULL, NULL },
  .dispatch = answer_probe,
};

static const NorpcMethodInfo * const probe_methods[] = { &ready_info, NULL };

static const NorpcInterfaceInfo probe_info = {
  .dbus = { -1, (gchar *) "org.norpc.Endpoint", NULL, NULL, NULL, NULL },
  .methods = probe_methods,
  .get_type = g_object_get_type,
};

/* Returns a call (owned) for norpc_endpoint_await_ready (). */
NorpcCall *
norpc_probe_new (void)
{
  return norpc_call_new (&probe_info, 0);
}

/**
 * norpc_endpoint_is_ready:
 * @self: an endpoint
 *
 * Checks whether a call would be accepted without waiting, and would not fail with
 * %NORPC_ERROR_BUSY.
 *
 * This function is thread-safe. The result may be out of date when it is returned.
 *
 * Returns: %TRUE if a call would be accepted immediately
 * Since: 0.1
 */
gboolean
norpc_endpoint_is_ready (NorpcEndpoint *self)
{
  NorpcEndpointInterface *iface;

  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), FALSE);

  iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);

  return iface->is_ready == NULL || iface->is_ready (self);
}

/**
 * norpc_endpoint_await_ready:
 * @self: an endpoint
 * @probe: a call without arguments
 *
 * Answers a probe, without values, once a call would be accepted without waiting.
 *
 * This function is for endpoints that pass calls on to other endpoints. Clients should
 * use [method@Norpc.Endpoint.ready_async].
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_endpoint_await_ready (NorpcEndpoint *self,
                            NorpcCall     *probe)
{
  NorpcEndpointInterface *iface;

  g_return_if_fail (NORPC_IS_ENDPOINT (self));
  g_return_if_fail (probe != NULL);

  iface = norpc_interface_peek (self, NORPC_TYPE_ENDPOINT);
  if (iface->await_ready != NULL)
    {
      iface->await_ready (self, probe);
      return;
    }

  norpc_call_return_values (probe, 0, NULL);
}

/* Runs in the client's context. Returns the answer with the task, which runs its callback. */
static void
probe_reply_cb (NorpcReply *reply,
                gpointer    user_data)
{
  g_autoptr (NorpcReply) probe_reply = reply;
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (norpc_reply_propagate_error (probe_reply, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * norpc_endpoint_ready_async:
 * @self: an endpoint
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async): the function to call when a call would be accepted
 * @user_data: data for @callback
 *
 * Waits until a call of normal priority would be accepted without waiting, and would not
 * fail with %NORPC_ERROR_BUSY.
 *
 * No capacity is reserved: another client may use it first, and the call then waits or
 * fails with %NORPC_ERROR_BUSY after all. A channel notifies one waiting client, in
 * order, for each slot that becomes free, and all of them when its queue is empty.
 * Clients that send a call when they are notified, and wait again if they were too late,
 * can thus share a channel without overfilling it.
 *
 * Since: 0.1
 */
void
norpc_endpoint_ready_async (NorpcEndpoint       *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (NorpcCall) probe = NULL;
  GTask *task;

  g_return_if_fail (NORPC_IS_ENDPOINT (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_endpoint_ready_async);

  probe = norpc_probe_new ();
  norpc_reply_queue_note_iteration (probe);
  norpc_endpoint_prepare_call (probe, NULL, cancellable, probe_reply_cb, task);
  norpc_endpoint_await_ready (self, probe);
}

/**
 * norpc_endpoint_ready_finish:
 * @self: an endpoint
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Endpoint.ready_async].
 *
 * Errors are %NORPC_ERROR_CLOSED if the endpoint no longer accepts calls or its server has
 * not been started yet, %NORPC_ERROR_TIMED_OUT, and %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if a call would be accepted, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_endpoint_ready_finish (NorpcEndpoint  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_endpoint_ready_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
