/* norpc-readiness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Waiting until an endpoint would take a call without waiting.
 *
 * What waits is a call itself, a probe, of a method that has nothing in it: so
 * it is cancelled, timed out, and brought home as every other.
 */

#include "call/norpc-call-private.h"
#include "norpc-call-send-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-readiness-private.h"

static const NorpcMethodInfo ready_info = {
  .dbus = { -1, (gchar *) "Ready", NULL, NULL, NULL },
};

static const NorpcMethodInfo * const probe_methods[] = { &ready_info, NULL };

static const NorpcInterfaceInfo probe_info = {
  .dbus = { -1, (gchar *) "org.norpc.Endpoint", NULL, NULL, NULL, NULL },
  .methods = probe_methods,
};

/* Returns an owned call, for norpc_endpoint_await_ready (). */
NorpcCall *
norpc_probe_new (void)
{
  return norpc_call_new (&probe_info, 0);
}

/**
 * norpc_endpoint_is_ready:
 * @self: an endpoint
 *
 * Tells whether a call would be taken without waiting, and not be answered
 * %NORPC_ERROR_BUSY.
 *
 * Any thread may ask; the answer may be old when it arrives.
 *
 * Returns: %TRUE if a call would not have to wait
 * Since: 0.1
 */
gboolean
norpc_endpoint_is_ready (NorpcEndpoint *self)
{
  NorpcEndpointInterface *iface;

  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), FALSE);

  iface = NORPC_ENDPOINT_GET_IFACE (self);

  return iface->is_ready == NULL || iface->is_ready (self);
}

/**
 * norpc_endpoint_await_ready:
 * @self: an endpoint
 * @probe: a call without arguments
 *
 * Has a call answered, without values, when another would be taken without
 * waiting.
 *
 * This is for endpoints that stand before other endpoints. A client uses
 * [method@Norpc.Endpoint.ready_async]. Any thread may do this.
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

  iface = NORPC_ENDPOINT_GET_IFACE (self);
  if (iface->await_ready != NULL)
    {
      iface->await_ready (self, probe);
      return;
    }

  norpc_call_return_values (probe, 0, NULL);
}

/* The client's context: hands the answer to the task, whose callback runs
 * within.
 */
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
 * @callback: (scope async): called when a call would be taken
 * @user_data: data for @callback
 *
 * Waits until a call would be taken without waiting, and not be answered
 * %NORPC_ERROR_BUSY.
 *
 * No place is kept: another client may take it first, and then the call waits or is
 * answered %NORPC_ERROR_BUSY after all. A channel tells one of those that wait, in
 * their order, for each place that becomes free, and all of them when its queue has
 * run empty. So clients that call when they are told to, and ask again when they were
 * too late, share a channel without filling it in vain.
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
  norpc_call_send_note_iteration (probe);
  norpc_endpoint_prepare_call (probe, NULL, cancellable, probe_reply_cb, task);
  norpc_endpoint_await_ready (self, probe);
}

/**
 * norpc_endpoint_ready_finish:
 * @self: an endpoint
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how [method@Norpc.Endpoint.ready_async] ended.
 *
 * The errors are %NORPC_ERROR_CLOSED if no call will be taken any more,
 * %NORPC_ERROR_TIMED_OUT, and %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if a call would be taken, %FALSE with @error set if not
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
