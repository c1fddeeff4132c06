/* norpc-call-stage.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The progress of a call on the service's side, which decides whether newer calls may
 * supersede it, and is used by retries and deadlock detection.
 */

#include "core/norpc-log-private.h"
#include "norpc-call-private.h"

/* Protects NorpcCall.attempt. Taken after all other locks. */
static GMutex attempts_lock;

/* Thread-safe. Returns FALSE if the stage is not @from. */
static gboolean
move (NorpcCall      *self,
      NorpcCallStage  from,
      NorpcCallStage  to)
{
  return g_atomic_int_compare_and_exchange (&self->stage, from, to);
}

/* Runs in the service's context. Returns FALSE if a newer call has superseded this one. */
static gboolean
enter (NorpcCall      *self,
       NorpcCallStage  to)
{
  NorpcCallStage stage;

  do
    {
      stage = norpc_call_get_stage (self);
      if (stage == NORPC_CALL_SUPERSEDED)
        return FALSE;
    }
  while (!move (self, stage, to));

  return TRUE;
}

/* Called in a thread that owns @self. Sets the attempt (nullable) that is handled for the
 * calls that @self is an attempt at.
 */
static void
set_attempt (NorpcCall *self,
             NorpcCall *attempt)
{
  g_mutex_lock (&attempts_lock);
  for (NorpcCall *outer = self->outer; outer != NULL; outer = outer->outer)
    if (attempt != NULL || outer->attempt == self)
      outer->attempt = attempt;
  g_mutex_unlock (&attempts_lock);
}

/* Returns FALSE if a newer call has superseded this one. The calls that this is an attempt at
 * become NORPC_CALL_ATTEMPTED.
 */
static gboolean
end_waiting (NorpcCall      *self,
             NorpcCallStage  stage)
{
  for (NorpcCall *outer = self->outer; outer != NULL; outer = outer->outer)
    if (!enter (outer, NORPC_CALL_ATTEMPTED))
      return FALSE;

  if (self->outer != NULL)
    {
      set_attempt (self, self);
      /* A thread that completes the attempt sets its state before it calls
       * norpc_call_end_attempt (); here the order is reversed, so that one of the two clears it.
       */
      if (g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERED)
        set_attempt (self, NULL);
    }

  return enter (self, stage);
}

/* Runs in the service's context, before the handler of the call starts. Returns FALSE if a
 * newer call has superseded this one.
 */
gboolean
norpc_call_begin_handling (NorpcCall *self)
{
  return end_waiting (self, NORPC_CALL_HANDLED);
}

/**
 * norpc_call_mark_sent:
 * @self: a call that an endpoint has received
 *
 * Notes that the call leaves the process.
 *
 * This function is for endpoints that send calls to other processes, each before it does so. From then on, a newer
 * call does not supersede this one. The arguments are released with the reply, in the client's context, and not by
 * the thread that releases the call.
 *
 * This function is thread-safe, but only one thread may call it for one call.
 *
 * Returns: %FALSE if a newer call has superseded this one. It must then not be sent, but released
 * Since: 0.1
 */
gboolean
norpc_call_mark_sent (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (norpc_call_get_stage (self) <= NORPC_CALL_SUPERSEDED, FALSE);

  return end_waiting (self, NORPC_CALL_SENT);
}

/**
 * norpc_call_mark_rejected:
 * @self: a call that an endpoint has sent to another process
 *
 * Notes that no handler has begun with the call, although [method@Norpc.Call.mark_sent] was called: it was not sent, or
 * the other process has rejected it before its service.
 *
 * This function is for endpoints that send calls to other processes, each before it completes the call with an error. A
 * [class@Norpc.Retry] then sends the call again, also if its method is not idempotent.
 *
 * Since: 0.1
 */
void
norpc_call_mark_rejected (NorpcCall *self)
{
  g_return_if_fail (self != NULL);

  move (self, NORPC_CALL_SENT, NORPC_CALL_REJECTED);
}

/* Thread-safe. Called when the call has completed. If no handler has started, none starts from here on. Returns FALSE if
 * one has, or may have in another process.
 */
gboolean
norpc_call_had_no_effect (NorpcCall *self)
{
  return norpc_call_get_stage (self) == NORPC_CALL_REJECTED || norpc_call_supersede (self);
}

/* Thread-safe. Called when a layer passes on a call that it has passed on before. */
void
norpc_call_note_sent_twice (NorpcCall *self)
{
  norpc_critical ("%s.%s was passed on twice; ignoring the second time",
                  norpc_call_get_interface_name (self), norpc_call_peek_method_name (self));
}

/* Called in the thread that completes the call, which may be an attempt at others. */
void
norpc_call_end_attempt (NorpcCall *self)
{
  set_attempt (self, NULL);
}

/* Called with the lock of deadlock detection held. Returns TRUE if only the thread that runs,
 * or will run, the handler can answer the call. No other thread can answer a handled call if
 * the worker's pending calls have the only reference. An attempted call has one more
 * reference, which belongs to the layer.
 */
gboolean
norpc_call_is_stuck (NorpcCall *self)
{
  gboolean stuck = FALSE;

  switch (norpc_call_get_stage (self))
    {
    case NORPC_CALL_WAITING:
      return TRUE;

    case NORPC_CALL_HANDLED:
      return norpc_ref_count_is (&self->call_refs, 1);

    case NORPC_CALL_ATTEMPTED:
      g_mutex_lock (&attempts_lock);
      if (self->attempt != NULL && norpc_ref_count_is (&self->call_refs, 1))
        stuck = norpc_call_get_stage (self->attempt) == NORPC_CALL_HANDLED &&
                norpc_ref_count_is (&self->attempt->call_refs, 1);
      g_mutex_unlock (&attempts_lock);
      return stuck;

    case NORPC_CALL_SUPERSEDED:
    case NORPC_CALL_KEPT:
    case NORPC_CALL_SENT:
    case NORPC_CALL_REJECTED:
    default:
      return FALSE;
    }
}

/* Thread-safe. Supersedes the call: no handler starts from now on. Returns FALSE if the
 * handler has started already.
 */
gboolean
norpc_call_supersede (NorpcCall *self)
{
  return move (self, NORPC_CALL_WAITING, NORPC_CALL_SUPERSEDED);
}

/* Thread-safe. Returns TRUE if a newer call supersedes this one, or one that this is an
 * attempt at.
 */
gboolean
norpc_call_is_superseded (NorpcCall *self)
{
  for (; self != NULL; self = self->outer)
    if (norpc_call_get_stage (self) == NORPC_CALL_SUPERSEDED)
      return TRUE;

  return FALSE;
}

/* Thread-safe. Gets the progress for the error message of a call that timed out. */
const char *
norpc_call_describe_progress (NorpcCall *self)
{
  switch (norpc_call_get_stage (self))
    {
    case NORPC_CALL_HANDLED:
      return "its handler was still running";

    case NORPC_CALL_ATTEMPTED:
    case NORPC_CALL_KEPT:
    case NORPC_CALL_SENT:
    case NORPC_CALL_REJECTED:
      return "its service had not replied yet";

    case NORPC_CALL_WAITING:
    case NORPC_CALL_SUPERSEDED:
    default:
      return "its service had not begun to handle it";
    }
}
