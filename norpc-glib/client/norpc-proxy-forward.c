/* norpc-proxy-forward.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A proxy as the service of a server. */

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope.h"
#include "norpc-endpoint-private.h"
#include "norpc-proxy-private.h"

#define MAX_FORWARDS 100

/* Runs in the context that forwards the call. The clients of the server have chosen between the
 * timeout of the description and others already, and its calls may have different clients, so
 * that none supersedes another.
 */
static NorpcCallOrigin
prepare_forwarded (NorpcProxy *self,
                   NorpcCall  *forwarded)
{
  NorpcCallOrigin origin = norpc_proxy_prepare_call (self, forwarded);

  if (!forwarded->has_timeout && forwarded->timeout == 0)
    forwarded->timeout = NORPC_NO_TIMEOUT;
  origin.latest = NULL;

  return origin;
}

/* Runs in the context that forwarded the call. */
static void
forwarded_cb (NorpcReply *reply,
              gpointer    user_data)
{
  g_autoptr (NorpcReply) forwarded_reply = reply;
  g_autoptr (NorpcCall) call = user_data;
  const GValue *values;
  guint n_values;

  values = norpc_reply_get_values (forwarded_reply, &n_values);
  if (norpc_reply_get_error (forwarded_reply) != NULL)
    norpc_call_return_gerror (call, norpc_reply_get_error (forwarded_reply));
  else
    {
      norpc_call_return_values (call, n_values, values);
      norpc_reply_disown_fds (forwarded_reply);
    }
}

/**
 * norpc_proxy_forward: (skip)
 * @self: a proxy
 * @call: a call that a handler has received
 * @forwarded: (transfer full): a new call of the same method
 *
 * Sends @forwarded, and answers @call with its reply.
 *
 * Generated proxies call this function in their asynchronous handlers: a proxy implements
 * the interface by sending calls to its endpoint, so that it can be the service of a
 * server. @forwarded inherits the deadline and the cancellation of @call; it has no other
 * deadline unless @self has a timeout. It supersedes no other call, because the clients of
 * the server may be different. If the method is one-way, @forwarded is sent, and @call is
 * answered immediately.
 *
 * A call that has been forwarded a hundred times fails with %NORPC_ERROR_FAILED, because
 * its proxies forward it in a circle.
 *
 * Since: 0.1
 */
void
norpc_proxy_forward (NorpcProxy *self,
                     NorpcCall  *call,
                     NorpcCall  *forwarded)
{
  NorpcCallOrigin origin;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (forwarded != NULL);
  g_return_if_fail (norpc_call_is_new (forwarded));

  if (call->n_forwards == MAX_FORWARDS)
    {
      norpc_call_unref (forwarded);
      norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_FAILED,
                               "%s.%s was forwarded in a circle of proxies",
                               norpc_call_get_interface_name (call),
                               norpc_call_peek_method_name (call));
      return;
    }

  norpc_call_share_stream (forwarded, call);
  origin = prepare_forwarded (self, forwarded);
  if (call->client != 0)
    forwarded->client = call->client;
  forwarded->n_forwards = call->n_forwards + 1;
  norpc_call_enter (call);
  if ((norpc_call_get_method_info (forwarded)->flags & NORPC_METHOD_FLAGS_ONEWAY) != 0)
    {
      forwarded->one_way = TRUE;
      norpc_endpoint_send_for (norpc_proxy_get_endpoint (self), forwarded, &origin);
      norpc_call_leave (call);
      norpc_call_return_values (call, 0, NULL);
      return;
    }

  norpc_endpoint_call_for (norpc_proxy_get_endpoint (self), forwarded, &origin, NULL,
                           forwarded_cb, norpc_call_ref (call));
  norpc_call_leave (call);
}
