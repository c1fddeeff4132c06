/* norpc-call-cancel.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a call ends without an answer of its service: it is cancelled by its client, times out,
 * or is rejected by an endpoint. The service's half, and the calls on its behalf, are
 * cancelled with it.
 */

#include "core/norpc-error.h"
#include "norpc-call-private.h"

/* Any thread, of a call that was given up: why calls on its behalf end, too.
 * Returns an owned error.
 */
GError *
norpc_call_copy_reason (NorpcCall *self)
{
  if (self->timed_out)
    return g_error_new (NORPC_ERROR, NORPC_ERROR_TIMED_OUT,
                        "%s.%s, on whose behalf the call was made, timed out",
                        norpc_call_get_interface_name (self),
                        norpc_call_peek_method_name (self));

  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                      "%s.%s, on whose behalf the call was made, was cancelled",
                      norpc_call_get_interface_name (self),
                      norpc_call_peek_method_name (self));
}

/* The thread that gave the call up: ends what the service does for it, here
 * and in other services.
 */
void
norpc_call_cancel_service (NorpcCall *self)
{
  GCancellable *cancellable = g_atomic_pointer_get (&self->service_cancellable);
  NorpcCallGroup *children = g_atomic_pointer_get (&self->children);

  if (children != NULL)
    {
      g_autoptr (GError) reason = norpc_call_copy_reason (self);

      norpc_call_group_cancel (children, reason);
    }

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

/* Any thread. TRUE: the call ends with @error (owned), and norpc_call_deliver () is to be
 * called.
 */
static gboolean
claim_to_cancel (NorpcCall *self,
                 GError    *error)
{
  if (!norpc_call_claim (self))
    {
      g_error_free (error);
      return FALSE;
    }

  self->error = error;
  self->timed_out = g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_atomic_int_set (&self->cancelled, TRUE);

  return TRUE;
}

/* Any thread: ends the call on the client's behalf, and tells the service,
 * if it has begun, that nobody waits any more. TRUE if this was the answer.
 * The caller holds something of the call.
 */
gboolean
norpc_call_cancel (NorpcCall *self,
                   GError    *error)
{
  if (!claim_to_cancel (self, error))
    return FALSE;

  norpc_call_ref_memory (self);
  norpc_call_deliver (self);
  norpc_call_cancel_service (self);
  norpc_call_unref_memory (self);

  return TRUE;
}

/* Any thread: cancels all calls that are in the group now, with copies of @error. A call whose
 * answer is on its way to the client ends as cancelled there.
 */
void
norpc_call_group_cancel (NorpcCallGroup *self,
                         const GError   *error)
{
  g_autoptr (GPtrArray) calls = norpc_call_group_list (self);

  /* In the order in which they were made. */
  for (guint i = calls->len; i > 0; i--)
    {
      NorpcCall *call = calls->pdata[i - 1];

      if (!norpc_call_cancel (call, g_error_copy (error)))
        g_atomic_int_set (&call->cancelled, TRUE);
      norpc_call_unref_memory (call);
    }
}

/* Any thread: the client's time is up. TRUE if this was the answer. */
gboolean
norpc_call_time_out (NorpcCall *self)
{
  return norpc_call_cancel (self,
                            g_error_new (NORPC_ERROR, NORPC_ERROR_TIMED_OUT,
                                         "%s.%s timed out: %s",
                                         norpc_call_get_interface_name (self),
                                         norpc_call_peek_method_name (self),
                                         norpc_call_describe_progress (self)));
}

/**
 * norpc_call_is_cancelled:
 * @self: a call
 *
 * Tells whether the client still waits for the answer.
 *
 * It does not once it cancelled the call, the deadline has passed, or the server was
 * told to abandon what it does. A handler that works for long can look here now and then, in
 * any thread; see also [method@Norpc.Call.get_cancellable].
 *
 * Returns: %TRUE if nobody waits for an answer
 * Since: 0.1
 */
gboolean
norpc_call_is_cancelled (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  /* The client may be too busy to see that the time is up. */
  if (self->deadline != 0 && !g_atomic_int_get (&self->cancelled) &&
      self->deadline <= g_get_monotonic_time ())
    norpc_call_time_out (self);

  return g_atomic_int_get (&self->cancelled);
}

/* Any thread, which has the call and drops it: ends it with @error (both owned). The
 * service's half is dropped before the client has the error, which then releases the
 * arguments.
 */
static void
reject (NorpcCall *self,
        GError    *error)
{
  gboolean ended = claim_to_cancel (self, error);

  norpc_call_ref_memory (self);
  norpc_call_unref (self);
  if (ended)
    {
      norpc_call_deliver (self);
      norpc_call_cancel_service (self);
    }
  norpc_call_unref_memory (self);
}

static GError *
refusal_new (NorpcCall  *self,
             NorpcError  code,
             const char *reason)
{
  return g_error_new (NORPC_ERROR, code, "%s.%s %s",
                      norpc_call_get_interface_name (self),
                      norpc_call_peek_method_name (self),
                      reason);
}

/* Any thread: answers with an error of our own. The caller holds something
 * of the call, and still does afterwards.
 */
void
norpc_call_reject (NorpcCall  *self,
                   NorpcError  code,
                   const char *reason)
{
  norpc_call_cancel (self, refusal_new (self, code, reason));
}

/* Any thread, which has @self (owned): answers with an error of our own. */
void
norpc_call_reject_owned (NorpcCall  *self,
                         NorpcError  code,
                         const char *reason)
{
  reject (self, refusal_new (self, code, reason));
}

/* Any thread, which has @self (owned), for code that was lent it and failed: answers with
 * @error (owned), or, without one, as an exception in another language leaves
 * it, with NORPC_ERROR_FAILED.
 */
void
norpc_call_fail (NorpcCall *self,
                 GError    *error)
{
  if (error == NULL)
    error = refusal_new (self, NORPC_ERROR_FAILED, "failed without saying why");

  reject (self, error);
}
