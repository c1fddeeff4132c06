/* norpc-call-cancel.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a call completes without an answer from its service: it is cancelled by its client,
 * times out, or is rejected by an endpoint. This also cancels the service's half, and the
 * calls made on its behalf.
 */

#include "core/norpc-clock-private.h"
#include "core/norpc-error.h"
#include "norpc-call-private.h"

/* Thread-safe. Returns the error (owned) for the calls made on behalf of a call that was
 * cancelled.
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

/* The calls whose services this thread is cancelling, or NULL. */
static _Thread_local GPtrArray *cancelled_calls; /* (unowned) (nullable) (element-type NorpcCall):
                                                    references to memory */

/* Completes the calls that were made on behalf of @self. */
static void
cancel_children (NorpcCall *self)
{
  NorpcCallGroup *children = g_atomic_pointer_get (&self->children);

  if (children != NULL)
    {
      g_autoptr (GError) reason = norpc_call_copy_reason (self);

      norpc_call_group_cancel (children, reason, NORPC_METHOD_FLAGS_NONE);
    }
}

static void
cancel_cancellable (NorpcCall *self)
{
  GCancellable *cancellable = g_atomic_pointer_get (&self->service_cancellable);

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

/* Called in the thread that cancelled the call. Cancels the work that the service does for it,
 * here and in other services. A chain of calls that were made on each other's behalf can be
 * longer than the stack is deep. Therefore a call that is cancelled as a child is only added to
 * the list. The cancellables, which run application code, follow when the list is complete, the
 * last call's first.
 */
static void
cancel_service (NorpcCall *self)
{
  g_autoptr (GPtrArray) calls = NULL;

  if (cancelled_calls == NULL && g_atomic_pointer_get (&self->children) == NULL)
    {
      cancel_cancellable (self);
      return;
    }

  norpc_call_ref_memory (self);
  if (cancelled_calls != NULL)
    {
      g_ptr_array_add (cancelled_calls, self);
      return;
    }

  calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref_memory);
  g_ptr_array_add (calls, self);
  cancelled_calls = calls;
  for (guint i = 0; i < calls->len; i++)
    cancel_children (calls->pdata[i]);
  cancelled_calls = NULL;

  for (guint i = calls->len; i > 0; i--)
    cancel_cancellable (calls->pdata[i - 1]);
}

/* Thread-safe. Takes ownership of @error. Returns TRUE if the call completes with @error; the
 * caller must then call norpc_call_deliver ().
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

/* Thread-safe. The caller keeps a reference to a half or to the memory of the call. Completes
 * the call with @error (owned), and cancels the service's half if its handler has started.
 * Returns FALSE if the call was complete already.
 */
gboolean
norpc_call_cancel (NorpcCall *self,
                   GError    *error)
{
  if (!claim_to_cancel (self, error))
    return FALSE;

  norpc_call_ref_memory (self);
  norpc_call_deliver (self);
  cancel_service (self);
  norpc_call_unref_memory (self);

  return TRUE;
}

/* Thread-safe. Cancels all calls that are in the group now, with copies of @error, except those of
 * methods with a flag of @except. A call whose answer is on its way to the client completes as
 * cancelled there.
 */
void
norpc_call_group_cancel (NorpcCallGroup   *self,
                         const GError     *error,
                         NorpcMethodFlags  except)
{
  g_autoptr (GPtrArray) calls = norpc_call_group_list (self);

  /* In the order in which they were sent. */
  for (guint i = calls->len; i > 0; i--)
    {
      NorpcCall *call = calls->pdata[i - 1];

      if ((norpc_call_get_method_info (call)->flags & except) == 0 &&
          !norpc_call_cancel (call, g_error_copy (error)))
        g_atomic_int_set (&call->cancelled, TRUE);
      norpc_call_unref_memory (call);
    }
}

/* Thread-safe. Completes the call with a timeout. Returns FALSE if the call was complete
 * already.
 */
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
 * Checks whether the call was cancelled, so that nothing waits for its answer any more.
 *
 * A call is cancelled when its client cancels it, when its deadline passes, or when the
 * server is told to cancel its calls. A handler that runs for long should call this
 * function from time to time. See also [method@Norpc.Call.get_cancellable].
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if the call was cancelled
 * Since: 0.1
 */
gboolean
norpc_call_is_cancelled (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  /* The client may be blocked, and so may not have noticed that the deadline has passed. */
  if (self->deadline != 0 && !g_atomic_int_get (&self->cancelled) &&
      self->deadline <= norpc_clock_now ())
    norpc_call_time_out (self);

  return g_atomic_int_get (&self->cancelled);
}

/* Thread-safe. Takes ownership of the call and of @error, and completes the call with @error.
 * Releases the service's half before the client gets the error, so that the client's half
 * releases the arguments.
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
      cancel_service (self);
    }
  norpc_call_unref_memory (self);
}

static GError *
rejection_new (NorpcCall  *self,
               NorpcError  code,
               const char *reason)
{
  return g_error_new (NORPC_ERROR, code, "%s.%s %s",
                      norpc_call_get_interface_name (self),
                      norpc_call_peek_method_name (self),
                      reason);
}

/* Thread-safe. Completes the call with an error of the runtime. The caller keeps its
 * reference.
 */
void
norpc_call_reject (NorpcCall  *self,
                   NorpcError  code,
                   const char *reason)
{
  norpc_call_cancel (self, rejection_new (self, code, reason));
}

/* Thread-safe. Takes ownership of the call, and completes it with an error of the runtime. */
void
norpc_call_reject_owned (NorpcCall  *self,
                         NorpcError  code,
                         const char *reason)
{
  reject (self, rejection_new (self, code, reason));
}

/* Thread-safe. Takes ownership of the call and of @error, and completes the call after
 * application code has failed. If @error is NULL, as after an exception in another language,
 * the error is NORPC_ERROR_FAILED.
 */
void
norpc_call_fail (NorpcCall *self,
                 GError    *error)
{
  if (error == NULL)
    error = rejection_new (self, NORPC_ERROR_FAILED, "failed and gave no reason");

  reject (self, error);
}
