/* norpc-call-answer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a call gets its one answer.
 *
 * Any number of threads may want to answer: the service, the client that
 * cancels, the server that closes, the last reference that goes. The one that
 * moves the state from OPEN to ANSWERING has the word: only it writes the
 * answer, and it passes the call on to whoever waits.
 */

#include "client/norpc-sync-wait-private.h"
#include "core/norpc-background-private.h"
#include "core/norpc-error.h"
#include "norpc-call-private.h"
#include "norpc-call-scope-private.h"
#include "norpc-reply-hook-private.h"
#include "norpc-trace-private.h"
#include "server/norpc-worker-private.h"

/* Any thread. TRUE: the caller, and nobody else, writes the answer and then
 * calls norpc_call_deliver ().
 */
gboolean
norpc_call_claim (NorpcCall *self)
{
  return g_atomic_int_compare_and_exchange (&self->state,
                                            NORPC_CALL_OPEN,
                                            NORPC_CALL_ANSWERING);
}

/* Any thread: nobody takes the answer. */
static void
drop_answer (NorpcCall *self)
{
  if (self->one_way && self->error != NULL)
    norpc_call_note_failure (self);
  norpc_call_drop_reply_hooks (self);
  norpc_reply_unref (norpc_call_get_reply (self));
}

/* The last of those that had to be done. */
static void
pass_on (NorpcCall *self)
{
  switch (self->waiter)
    {
    case NORPC_CALL_WAITER_REPLY_QUEUE:
      norpc_reply_queue_push (self->reply_queue, self);
      break;

    case NORPC_CALL_WAITER_SYNC:
      norpc_sync_wait_wake (self);
      break;

    case NORPC_CALL_WAITER_LAYER:
      self->reply_func (norpc_call_get_reply (self), self->reply_data);
      break;

    case NORPC_CALL_WAITER_NONE:
    default:
      drop_answer (self);
      break;
    }
}

/* The calling thread, before the call is sent: what GTask keeps of a task as
 * well. See may_hand_over ().
 */
void
norpc_call_note_iteration (NorpcCall *self)
{
  GSource *source = g_main_current_source ();

  if (source != NULL)
    self->sent_time = g_source_get_time (source);
}

/* The calling thread, before anybody else knows of the call. Whatever ends
 * it from now on, its client's half stays until norpc_call_end_send ().
 */
void
norpc_call_begin_send (NorpcCall *self)
{
  self->parties = 2;
}

/* The calling thread, which holds the call and has prepared it. */
void
norpc_call_end_send (NorpcCall *self)
{
  if (g_atomic_int_dec_and_test (&self->parties))
    pass_on (self);
}

/* The thread that claimed the call. The client may run, and drop its half,
 * before this returns: a caller that goes on with the call holds something of it.
 */
void
norpc_call_deliver (NorpcCall *self)
{
  g_autoptr (NorpcWorker) worker = NULL;

  norpc_trace (self, "%s%s",
               self->error != NULL ? "failed: " : "answered",
               self->error != NULL ? self->error->message : "");

  g_atomic_int_set (&self->state, NORPC_CALL_ANSWERED);

  /* Before the client knows: what it does next finds the call closed, and its place in
   * a queue free. The worker is released, as its context may hold the call.
   */
  if (g_atomic_int_get (&self->slot) == NORPC_SLOT_QUEUED)
    norpc_call_free_slot (self);
  if (g_atomic_pointer_get (&self->worker) != NULL)
    worker = g_atomic_pointer_exchange (&self->worker, NULL);
  if (worker != NULL)
    norpc_worker_forget (worker, self);
  if (g_atomic_int_get (&self->replied))
    norpc_call_close (self);
  norpc_call_run_completion_hooks (self);

  if (g_atomic_int_dec_and_test (&self->parties))
    pass_on (self);
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

/* Any thread: the client's time is up. TRUE if this was the answer. */
gboolean
norpc_call_time_out (NorpcCall *self)
{
  return norpc_call_cancel (self,
                            g_error_new (NORPC_ERROR, NORPC_ERROR_TIMED_OUT,
                                         "%s.%s timed out: %s",
                                         norpc_call_get_interface_name (self),
                                         norpc_call_get_method_name (self),
                                         norpc_call_describe_progress (self)));
}

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
                        norpc_call_get_method_name (self));

  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                      "%s.%s, on whose behalf the call was made, was cancelled",
                      norpc_call_get_interface_name (self),
                      norpc_call_get_method_name (self));
}

/* The client, when it has the answer: the call is in flight no more. */
void
norpc_call_detach (NorpcCall *self)
{
  norpc_group_link_remove (&self->proxy_link);
  norpc_group_link_remove (&self->parent_link);

  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (self->cancellable, self->cancelled_id);

  /* A layer may still hold the call: closes the list, so that none is added later. */
  norpc_call_run_reply_hooks (self);
}

static GError *
refusal_new (NorpcCall  *self,
             NorpcError  code,
             const char *reason)
{
  return g_error_new (NORPC_ERROR, code, "%s.%s %s",
                      norpc_call_get_interface_name (self),
                      norpc_call_get_method_name (self),
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

/* Any thread. Returns the owned error of a call that a newer one takes the place of. */
GError *
norpc_call_superseded_error (NorpcCall *self)
{
  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                      "%s.%s was superseded by a newer call",
                      norpc_call_get_interface_name (self),
                      norpc_call_get_method_name (self));
}

/* The thread that drops the last reference to the service's half. Where that was
 * passed over because a newer call takes its place, the client of that call may not
 * have come so far as to say so.
 */
void
norpc_call_answer_last (NorpcCall *self)
{
  /* A reply that was begun and not ended has nobody left to end it. */
  gboolean unfinished = g_atomic_int_get (&self->replied) &&
                        g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERING;

  if (!unfinished && (g_atomic_int_get (&self->state) != NORPC_CALL_OPEN || !norpc_call_claim (self)))
    return;

  if (norpc_call_is_superseded (self))
    self->error = norpc_call_superseded_error (self);
  else
    self->error = g_error_new (NORPC_ERROR, NORPC_ERROR_NO_REPLY,
                               "%s.%s was dropped without a reply",
                               norpc_call_get_interface_name (self),
                               norpc_call_get_method_name (self));
  norpc_call_deliver (self);
}

/* Thread-safe. Returns TRUE if the service may answer. In any case the call is no longer
 * open.
 */
static gboolean
claim_for_service (NorpcCall *self)
{
  if (norpc_call_claim (self))
    {
      g_atomic_int_set (&self->replied, TRUE);
      return TRUE;
    }

  g_atomic_int_set (&self->late, TRUE);
  norpc_call_close (self);

  /* A service cannot know that its client has gone: that is no mistake. */
  if (g_atomic_int_get (&self->replied))
    g_critical ("%s.%s was answered twice: only the first answer counts",
                norpc_call_get_interface_name (self),
                norpc_call_get_method_name (self));

  return FALSE;
}

/**
 * norpc_call_begin_reply: (skip)
 * @self: a call
 * @interface_info: the interface that is answered for
 * @method: the method that is answered for
 *
 * Begins to answer: the values that it returns are to be set, and then
 * [method@Norpc.Call.end_reply] sends them.
 *
 * This is what generated `…_complete_…` functions are made of; other code
 * does better with [method@Norpc.Call.return_values]. It runs in any thread.
 *
 * Returns: (transfer none) (nullable): values of the types of the results, or
 *   %NULL if the call has been answered, was cancelled, or is another
 *   method's: then there is nothing to do
 * Since: 0.1
 */
GValue *
norpc_call_begin_reply (NorpcCall                *self,
                        const NorpcInterfaceInfo *interface_info,
                        guint                     method)
{
  GValue *results;
  GDBusArgInfo **infos;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (self->interface_info == interface_info, NULL);
  g_return_val_if_fail (self->method == method, NULL);

  if (!claim_for_service (self))
    return NULL;

  results = self->values + self->n_args;
  infos = interface_info->methods[method]->dbus.out_args;
  for (guint i = 0; i < self->n_results; i++)
    g_value_init (&results[i], norpc_arg_info_get_gtype (infos[i]));

  return results;
}

/* The thread that answers: a result that is not as described becomes an error. The
 * values stay for the client's side to release.
 */
static void
check_reply (NorpcCall *self)
{
  if (self->n_results > 0)
    self->error = norpc_call_check_results (self, self->values + self->n_args);
}

/**
 * norpc_call_end_reply: (skip)
 * @self: a call
 *
 * Sends the reply that [method@Norpc.Call.begin_reply] began.
 *
 * If a value is not as the description says, the reply is
 * %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Since: 0.1
 */
void
norpc_call_end_reply (NorpcCall *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (g_atomic_int_get (&self->replied));
  g_return_if_fail (g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERING);

  check_reply (self);
  norpc_call_deliver (self);
}

/**
 * norpc_call_end_reply_on_return: (skip)
 * @self: a call
 *
 * Sends the reply that [method@Norpc.Call.begin_reply] began as soon as the
 * handler that runs has returned, and the arguments are let go.
 *
 * That is cheaper than [method@Norpc.Call.end_reply], and what generated code does
 * for the plain forms of methods. Where no handler of the call runs, the reply is
 * sent at once.
 *
 * Since: 0.1
 */
void
norpc_call_end_reply_on_return (NorpcCall *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (g_atomic_int_get (&self->replied));
  g_return_if_fail (g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERING);

  check_reply (self);
  if (norpc_call_scope_is_handler (self))
    g_atomic_int_set (&self->state, NORPC_CALL_WRITTEN);
  else
    norpc_call_deliver (self);
}

/**
 * norpc_call_return_values:
 * @self: a call
 * @n_values: how many there are
 * @values: (array length=n_values) (nullable): the results, in the order of the
 *   description and of its types
 *
 * Answers with values.
 *
 * If there are more or fewer than the description says, or one of them is not of
 * the type that it says, the answer is %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * This is for code that does not know the interface when it is written; the
 * generated `…_complete_…` functions take C types. It runs in any thread.
 *
 * Since: 0.1
 */
void
norpc_call_return_values (NorpcCall    *self,
                          guint         n_values,
                          const GValue *values)
{
  GError *error;
  GValue *results;

  g_return_if_fail (self != NULL);

  if (values == NULL)
    n_values = 0;
  if (n_values != self->n_results)
    error = g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: expected %u results, got %u",
                         norpc_call_get_interface_name (self), norpc_call_get_method_name (self),
                         self->n_results, n_values);
  else
    error = norpc_call_check_results (self, values);
  if (error != NULL)
    {
      norpc_call_take_error (self, error);
      return;
    }

  results = norpc_call_begin_reply (self, self->interface_info, self->method);
  if (results == NULL)
    return;

  for (guint i = 0; i < n_values; i++)
    g_value_copy (&values[i], &results[i]);
  norpc_call_deliver (self);
}

/**
 * norpc_call_take_error: (skip)
 * @self: a call
 * @error: (transfer full): the error
 *
 * Answers with an error that it takes over.
 *
 * It runs in any thread.
 *
 * Since: 0.1
 */
void
norpc_call_take_error (NorpcCall *self,
                       GError    *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (error != NULL);

  if (!claim_for_service (self))
    {
      g_error_free (error);
      return;
    }

  self->error = error;
  norpc_call_deliver (self);
}

/**
 * norpc_call_return_gerror:
 * @self: a call
 * @error: the error
 *
 * Answers with an error.
 *
 * It runs in any thread.
 *
 * Since: 0.1
 */
void
norpc_call_return_gerror (NorpcCall    *self,
                          const GError *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (error != NULL);

  norpc_call_take_error (self, g_error_copy (error));
}

/**
 * norpc_call_return_error_literal:
 * @self: a call
 * @domain: the domain of the error
 * @code: the code of the error
 * @message: its message
 *
 * Answers with an error, given by its parts.
 *
 * It runs in any thread.
 *
 * Since: 0.1
 */
void
norpc_call_return_error_literal (NorpcCall  *self,
                                 GQuark      domain,
                                 int         code,
                                 const char *message)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (domain != 0);
  g_return_if_fail (message != NULL);

  norpc_call_take_error (self, g_error_new_literal (domain, code, message));
}

/**
 * norpc_call_return_error: (skip)
 * @self: a call
 * @domain: the domain of the error
 * @code: the code of the error
 * @format: its message, as in `printf()`
 * @...: what goes into @format
 *
 * Answers with an error, given by its parts.
 *
 * It runs in any thread.
 *
 * Since: 0.1
 */
void
norpc_call_return_error (NorpcCall  *self,
                         GQuark      domain,
                         int         code,
                         const char *format,
                         ...)
{
  va_list args;

  g_return_if_fail (self != NULL);
  g_return_if_fail (domain != 0);
  g_return_if_fail (format != NULL);

  va_start (args, format);
  norpc_call_take_error (self, g_error_new_valist (domain, code, format, args));
  va_end (args);
}
