/* norpc-attempt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-reply-hook-private.h"
#include "client/norpc-layer-private.h"
#include "core/norpc-background-private.h"
#include "norpc-attempt-private.h"

NorpcAttempt *
norpc_attempt_ref (NorpcAttempt *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_attempt_unref (NorpcAttempt *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  self->funcs->finalize (self);
  g_clear_pointer (&self->owed, norpc_call_unref);
  norpc_call_unref_memory (self->outer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The answer to an attempt that is not delivered to a client. */
typedef struct
{
  NorpcReply          *reply; /* (owned) */
  NorpcCompletionHook *hooks;
} Undelivered;

/* Runs in a thread of the pool. */
static void
run_hooks (gpointer data)
{
  g_autofree Undelivered *self = data;

  norpc_reply_hooks_run (self->hooks, norpc_reply_get_call (self->reply));
  norpc_reply_unref (self->reply);
}

static void
run_hooks_in_background (NorpcCall           *call,
                         NorpcCompletionHook *hooks)
{
  Undelivered *self = g_new (Undelivered, 1);

  *self = (Undelivered) { norpc_reply_ref (norpc_call_get_reply (call)), hooks };
  norpc_background_push (run_hooks, self);
}

/* Called in the thread that completes @call, an attempt at @to, which is about to complete
 * with the same result. If the client of @to has its answer already, because it cancelled the
 * call, the hooks run in a thread of the pool.
 */
static void
move_reply_hooks (NorpcCall *call,
                  NorpcCall *to)
{
  NorpcCompletionHook *first = NULL;
  NorpcCompletionHook *hook = norpc_call_steal_reply_hooks (call);

  /* In the order in which they were added. */
  while (hook != NULL)
    {
      NorpcCompletionHook *next = hook->next;

      hook->next = first;
      first = hook;
      hook = next;
    }

  while (first != NULL)
    {
      NorpcCompletionHook *next = first->next;

      if (!norpc_call_add_reply_hook (to, first, first->func))
        {
          first->next = next;
          run_hooks_in_background (call, first);
          return;
        }
      first = next;
    }
}

/* Runs in the thread that completes the client's call. If that is not the layer, the attempt
 * in flight is cancelled.
 */
static void
outer_ended (NorpcCompletionHook *hook,
             NorpcCall           *outer)
{
  NorpcAttempt *self = (NorpcAttempt *) hook;
  NorpcCall *inner;

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  inner = g_steal_pointer (&self->inner);
  g_mutex_unlock (&self->lock);

  if (inner != NULL)
    {
      norpc_call_transfer_open (outer, inner);
      norpc_call_cancel (inner, norpc_call_copy_reason (outer));
      norpc_call_unref_memory (inner);
    }

  self->funcs->client_ended (self);
  norpc_attempt_unref (self);
}

/* Thread-safe. Takes ownership of @call, which has arrived at a layer. @size is the size of a
 * struct that begins with a NorpcAttempt. Returns an attempt (owned).
 */
gpointer
norpc_attempt_new (gsize                    size,
                   NorpcCall               *call,
                   const NorpcAttemptFuncs *funcs)
{
  NorpcAttempt *self = g_malloc0 (size);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->funcs = funcs;
  self->outer = call;
  norpc_call_ref_memory (call);
  self->owed = call;

  return self;
}

/* Called in the same thread, when the rest of the struct is initialized. Returns FALSE if the
 * client's call has completed.
 */
gboolean
norpc_attempt_begin (NorpcAttempt *self)
{
  norpc_attempt_ref (self);
  if (norpc_call_add_completion_hook (self->outer, &self->outer_hook, outer_ended))
    return TRUE;

  norpc_attempt_unref (self);

  return FALSE;
}

/* Runs in the thread that completes the attempt. */
static void
inner_ended (NorpcCall *call)
{
  NorpcReply *reply = norpc_call_get_reply (call);
  NorpcAttempt *self = call->reply_data;
  NorpcCall *inner;
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  inner = g_steal_pointer (&self->inner);
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&inner, norpc_call_unref_memory);
  if (ended)
    {
      move_reply_hooks (call, self->outer);
      norpc_reply_release_with (reply, self->outer);
    }
  else
    {
      self->funcs->attempt_ended (self, reply);
    }
  norpc_attempt_unref (self);
}

static const NorpcCallSink attempt_sink = { inner_ended, NULL };

/* Thread-safe. Called when no attempt is in flight. Sends an attempt, unless the client's call
 * has completed. The last attempt takes over the arguments that move, so no further one is
 * possible.
 */
void
norpc_attempt_send (NorpcAttempt *self,
                    NorpcLayer   *layer,
                    gboolean      is_last)
{
  NorpcCall *inner = is_last ? norpc_call_move (self->outer) : norpc_call_copy (self->outer);
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  if (!ended)
    {
      inner->link.sink = &attempt_sink;
      inner->reply_data = norpc_attempt_ref (self);
      norpc_call_ref_memory (inner);
      self->inner = inner;
    }
  g_mutex_unlock (&self->lock);

  if (ended)
    norpc_call_unref (inner);
  else
    norpc_layer_forward (layer, inner);
}

/* Called in the thread that answers @inner. Moves its results to @outer, so that they are
 * released on the client's side. Releases the arguments of both calls, as for any call whose
 * handler has run. Returns FALSE if @outer has completed already.
 */
static gboolean
move_results (NorpcCall *inner,
              NorpcCall *outer)
{
  GValue *results = norpc_call_begin_reply (outer, inner->interface_info, inner->method);

  if (results == NULL)
    return FALSE;

  if (g_atomic_ref_count_compare (&outer->call_refs, 1))
    norpc_call_clear_args (outer);

  for (guint i = 0; i < inner->n_results; i++)
    {
      GValue *result = &inner->values[inner->n_args + i];

      g_value_unset (&results[i]);
      results[i] = *result;
      *result = (GValue) G_VALUE_INIT;
    }
  norpc_call_deliver (outer);

  return TRUE;
}

/* Thread-safe. Called when the attempt has completed. Answers the client's call with @reply
 * (owned).
 */
void
norpc_attempt_answer (NorpcAttempt *self,
                      NorpcReply   *reply)
{
  NorpcCall *inner = norpc_reply_get_call (reply);
  gboolean replied = g_atomic_int_get (&inner->replied);
  GError *error;

  move_reply_hooks (inner, self->outer);
  if (inner->error == NULL)
    {
      if (move_results (inner, self->outer))
        norpc_reply_unref (reply);
      else
        norpc_reply_release_with (reply, self->outer);
      return;
    }

  error = g_error_copy (inner->error);
  if (!replied)
    norpc_call_transfer_open (self->outer, inner);
  norpc_reply_release_with (reply, self->outer);
  if (replied)
    norpc_call_take_error (self->outer, error);
  else
    norpc_call_fail (g_steal_pointer (&self->owed), error);
}

gboolean
norpc_attempt_has_ended (NorpcAttempt *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);

  return ended;
}
