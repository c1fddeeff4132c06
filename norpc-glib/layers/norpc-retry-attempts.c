/* norpc-retry-attempts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The attempts of a retry: whether a call that has failed is retried, and when. */

#include "call/norpc-call-private.h"
#include "call/norpc-reply-hook-private.h"
#include "core/norpc-background-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-weak-ref.h"
#include "norpc-attempt-private.h"
#include "norpc-retry-parts-private.h"

/* A call and its attempts. */
typedef struct
{
  NorpcAttempt      attempt;      /* must be first */
  NorpcRetryPolicy *policy;       /* (owned), since construction */
  guint             n_attempts;   /* accessed by the thread that sends an attempt or completes the
                                     last one */
  guint             max_attempts; /* since construction */
  NorpcRetryEntry   entry;        /* its data is a reference to this struct */
} Retrial;

/* Returns TRUE for errors that are retried by default. */
static gboolean
is_transient (const GError *error)
{
  return g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

/* A retry would not resolve a deadlock, because the client's thread stays blocked. If a
 * service returned the error, it concerns another call.
 */
static gboolean
is_deadlock (NorpcCall *call)
{
  return g_error_matches (call->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK) &&
         !g_atomic_int_get (&call->replied);
}

/* Thread-safe. Called when @call has completed. If no handler has started, none starts from
 * here on.
 */
static gboolean
had_no_effect (NorpcCall *call)
{
  return (norpc_call_get_method_info (call)->flags & NORPC_METHOD_FLAGS_IDEMPOTENT) != 0 ||
         norpc_call_had_no_effect (call);
}

static gboolean
withdraw (NorpcRetryPolicy *policy)
{
  gboolean granted;

  g_mutex_lock (&policy->lock);
  granted = norpc_budget_withdraw (&policy->budget, norpc_clock_now (),
                                   (double) policy->reserve * NORPC_BUDGET_SECONDS);
  g_mutex_unlock (&policy->lock);

  return granted;
}

/* Runs in a thread of the pool. Runs the reply hooks of filters behind the layer for an
 * attempt that is not the last, whose arguments are copies.
 */
static void
end_attempt (gpointer data)
{
  g_autoptr (NorpcReply) reply = data;

  norpc_call_run_reply_hooks (norpc_reply_get_call (reply));
}

/* Thread-safe. The caller keeps a reference. */
static void
stop_waiting (Retrial *retrial)
{
  if (norpc_retry_queue_remove (retrial->policy->queue, &retrial->entry))
    norpc_attempt_unref (&retrial->attempt);
}

/* Thread-safe. Takes ownership of @reply, the result of the last attempt. Waits for the next
 * attempt.
 */
static void
wait_for_next (Retrial    *retrial,
               NorpcReply *reply)
{
  NorpcRetryPolicy *policy = retrial->policy;
  gint64 delay = norpc_retry_get_delay (policy->delay, policy->max_delay, retrial->n_attempts);

  norpc_attempt_ref (&retrial->attempt);
  if (!norpc_retry_queue_add (policy->queue, &retrial->entry, norpc_clock_now () + delay))
    {
      norpc_attempt_answer (&retrial->attempt, reply);
      norpc_attempt_unref (&retrial->attempt);
      return;
    }

  norpc_background_push (end_attempt, reply);
  if (norpc_attempt_has_ended (&retrial->attempt))
    stop_waiting (retrial);
}

/* Thread-safe. A call whose deadline has passed is not retried: it is about to time out, while
 * its service may still work on the attempt that timed out.
 */
static gboolean
has_time_left (NorpcCall *call)
{
  gint64 deadline = norpc_call_get_deadline (call);

  return deadline == 0 || norpc_clock_now () < deadline;
}

/* Thread-safe. Takes ownership of @reply, the result of the last attempt, which failed. @worth
 * is TRUE if its error may be retried.
 */
static void
retry_or_answer (Retrial    *retrial,
                 NorpcReply *reply,
                 gboolean    worth)
{
  NorpcCall *inner = norpc_reply_get_call (reply);

  if (worth && has_time_left (retrial->attempt.outer) && had_no_effect (inner) &&
      withdraw (retrial->policy))
    wait_for_next (retrial, reply);
  else
    norpc_attempt_answer (&retrial->attempt, reply);
}

/* A failed attempt for which the retry function decides. */
typedef struct
{
  Retrial    *retrial; /* (owned) */
  NorpcReply *reply;   /* (owned) */
} Question;

/* Runs in a thread of the pool, because the function is application code. */
static void
ask_func (gpointer data)
{
  g_autofree Question *question = data;
  Retrial *retrial = question->retrial;
  g_autoptr (NorpcRetry) self = norpc_weak_ref_get (&retrial->policy->layer);
  gboolean worth = self != NULL &&
                   self->func (retrial->attempt.outer, norpc_reply_get_error (question->reply),
                               retrial->n_attempts, self->func_data);

  retry_or_answer (retrial, question->reply, worth);
  norpc_attempt_unref (&retrial->attempt);
}

/* Runs in the thread that completes the attempt. Takes ownership of @reply. */
static void
attempt_ended (NorpcAttempt *attempt,
               NorpcReply   *reply)
{
  Retrial *retrial = (Retrial *) attempt;
  NorpcCall *inner = norpc_reply_get_call (reply);

  if (inner->error == NULL || retrial->n_attempts >= retrial->max_attempts ||
      is_deadlock (inner))
    {
      norpc_attempt_answer (attempt, reply);
    }
  else if (retrial->policy->has_func)
    {
      Question *question = g_new (Question, 1);

      norpc_attempt_ref (attempt);
      *question = (Question) { retrial, reply };
      norpc_background_push (ask_func, question);
    }
  else
    {
      retry_or_answer (retrial, reply, is_transient (inner->error));
    }
}

/* Runs in the thread that completes the client's call, which may not be waiting. */
static void
client_ended (NorpcAttempt *attempt)
{
  stop_waiting ((Retrial *) attempt);
}

static void
retrial_finalize (NorpcAttempt *attempt)
{
  norpc_retry_policy_unref (((Retrial *) attempt)->policy);
}

static const NorpcAttemptFuncs attempt_funcs = { attempt_ended, client_ended, retrial_finalize };

static void
try (NorpcRetry *self,
     Retrial    *retrial)
{
  retrial->n_attempts++;
  norpc_attempt_send (&retrial->attempt, NORPC_LAYER (self),
                      retrial->n_attempts >= retrial->max_attempts);
}

/* Runs in a thread of the pool, or in the thread that disposes of the layer. */
static void
retry_or_reject (gpointer    data,
                 NorpcLayer *layer)
{
  Retrial *retrial = data;

  if (layer != NULL)
    try (NORPC_RETRY (layer), retrial);
  else
    norpc_call_reject_owned (g_steal_pointer (&retrial->attempt.owed), NORPC_ERROR_CLOSED,
                             "was not retried: its layer was disposed of");
  norpc_attempt_unref (&retrial->attempt);
}

/* Called in the thread that sends the call. Takes ownership of @call. */
void
norpc_retry_begin (NorpcRetry *self,
                   NorpcCall  *call)
{
  NorpcRetryPolicy *policy = self->policy;
  Retrial *retrial;

  g_mutex_lock (&policy->lock);
  norpc_budget_deposit (&policy->budget, norpc_clock_now (), policy->ratio);
  g_mutex_unlock (&policy->lock);

  retrial = norpc_attempt_new (sizeof (Retrial), call, &attempt_funcs);
  g_atomic_ref_count_inc (&policy->ref_count);
  retrial->policy = policy;
  retrial->entry.data = retrial;
  /* Before a handler takes over the arguments. */
  retrial->max_attempts = norpc_call_can_be_copied (call) ? policy->max_attempts : 1;

  if (norpc_attempt_begin (&retrial->attempt))
    try (self, retrial);
  norpc_attempt_unref (&retrial->attempt);
}

NorpcRetryPolicy *
norpc_retry_policy_new (NorpcRetry *layer)
{
  NorpcRetryPolicy *self = g_new0 (NorpcRetryPolicy, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->layer, layer);
  self->queue = norpc_retry_queue_new (NORPC_LAYER (layer), retry_or_reject);

  return self;
}

void
norpc_retry_policy_unref (NorpcRetryPolicy *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_retry_queue_unref (self->queue);
  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}
