/* norpc-call-stage.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How far the service has come with a call, and what newer calls, retries and the
 * detection of deadlocks may conclude from it.
 */

#include "norpc-call-private.h"

/* Protects NorpcCall.attempt. It is the last lock to be taken. */
static GMutex attempts_lock;

/* Any thread. FALSE if the stage is not @from. */
static gboolean
move (NorpcCall      *self,
      NorpcCallStage  from,
      NorpcCallStage  to)
{
  return g_atomic_int_compare_and_exchange (&self->stage, from, to);
}

/* The service's context: FALSE if a newer call has taken the place of this one. */
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

/* Any thread that has @self: from now on @attempt (nullable) is handled in the stead of the calls
 * that @self is an attempt at.
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

/* The service's context: the handler of the call is going to run. FALSE if a newer
 * call has taken its place. Where it is an attempt at another call, so is that from now
 * on in the hands of a service.
 */
gboolean
norpc_call_begin_handling (NorpcCall *self)
{
  for (NorpcCall *outer = self->outer; outer != NULL; outer = outer->outer)
    if (!enter (outer, NORPC_CALL_ATTEMPTED))
      return FALSE;

  if (self->outer != NULL)
    set_attempt (self, self);

  return enter (self, NORPC_CALL_HANDLED);
}

/* The thread that ends the call, which may be an attempt at others. */
void
norpc_call_end_attempt (NorpcCall *self)
{
  set_attempt (self, NULL);
}

/* With the lock of the deadlock detection held: whether only the thread that is to run, or runs,
 * the handler of the call can have it answered. No other thread has a handled call if the pending
 * calls have the only reference; a call that was attempted has one more, of the layer.
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
      return g_atomic_ref_count_compare (&self->call_refs, 1);

    case NORPC_CALL_ATTEMPTED:
      g_mutex_lock (&attempts_lock);
      if (self->attempt != NULL && g_atomic_ref_count_compare (&self->call_refs, 1))
        stuck = norpc_call_get_stage (self->attempt) == NORPC_CALL_HANDLED &&
                g_atomic_ref_count_compare (&self->attempt->call_refs, 1);
      g_mutex_unlock (&attempts_lock);
      return stuck;

    case NORPC_CALL_SUPERSEDED:
    case NORPC_CALL_KEPT:
    default:
      return FALSE;
    }
}

/* Any thread: from now on no handler begins with the call. FALSE if one has begun. */
gboolean
norpc_call_supersede (NorpcCall *self)
{
  return move (self, NORPC_CALL_WAITING, NORPC_CALL_SUPERSEDED);
}

/* Any thread: whether a newer call takes the place of this one, or of one that it is an attempt
 * at.
 */
gboolean
norpc_call_is_superseded (NorpcCall *self)
{
  for (; self != NULL; self = self->outer)
    if (norpc_call_get_stage (self) == NORPC_CALL_SUPERSEDED)
      return TRUE;

  return FALSE;
}

/* Any thread: for the message of a call that timed out. */
const char *
norpc_call_describe_progress (NorpcCall *self)
{
  switch (norpc_call_get_stage (self))
    {
    case NORPC_CALL_HANDLED:
      return "its handler was still running";

    case NORPC_CALL_ATTEMPTED:
    case NORPC_CALL_KEPT:
      return "its service had not replied yet";

    case NORPC_CALL_WAITING:
    case NORPC_CALL_SUPERSEDED:
    default:
      return "its service had not begun to handle it";
    }
}
