/* norpc-retry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-reply-hook-private.h"
#include "core/norpc-background-private.h"
#include "norpc-attempt-private.h"
#include "norpc-budget-private.h"
#include "norpc-retry-queue-private.h"
#include "norpc-retry.h"

/**
 * NorpcRetry:
 *
 * Retries calls that have failed.
 *
 * A call is retried only if it cannot have had an effect: because its handler has not
 * started, as when it failed with %NORPC_ERROR_BUSY, or because its method is
 * %NORPC_METHOD_FLAGS_IDEMPOTENT. By default, the errors that are retried are
 * %NORPC_ERROR_BUSY, %NORPC_ERROR_CLOSED, %NORPC_ERROR_NO_REPLY and
 * %NORPC_ERROR_TIMED_OUT; use [method@Norpc.Retry.set_func] to decide otherwise.
 *
 * Between attempts it waits: first for [property@Norpc.Retry:delay], then for twice as
 * long each time, up to [property@Norpc.Retry:max-delay]. Each wait is shortened by a
 * random fraction, so that calls that failed together are not retried together. A retry
 * budget limits the number of additional attempts.
 *
 * An argument that moves to the service (`transfer="full"`) is copied for each attempt
 * but the last, so that an attempt never sees the changes of another one. If such an
 * argument cannot be copied, the call is sent once and not retried. This is the case for
 * a mutable GObject, and for a boxed value that is shared by its copies, such as a
 * [struct@GLib.HashTable].
 *
 * When a client cancels a call, the current attempt is cancelled, too.
 *
 * Since: 0.1
 */

/* State shared by the layer and its attempts, which may outlive the layer. */
typedef struct
{
  gatomicrefcount ref_count;
  GWeakRef        layer;

  /* Set at construction; @has_func is set before the first call. */
  guint            max_attempts;
  double           ratio;
  guint            reserve;   /* per second */
  guint            delay;     /* milliseconds */
  guint            max_delay; /* milliseconds */
  gboolean         has_func;
  NorpcRetryQueue *queue; /* (owned): of Retrial: has its own lock */

  GMutex      lock;
  NorpcBudget budget; /* [lock] */
} Policy;

struct _NorpcRetry
{
  NorpcLayer parent_instance;

  Policy *policy; /* (owned), since construction */

  /* Set before the first call. */
  NorpcRetryFunc func; /* (nullable) */
  gpointer       func_data;
  GDestroyNotify func_destroy; /* (nullable) */
};

/* A call and its attempts. */
typedef struct
{
  NorpcAttempt    attempt; /* must be first */
  Policy         *policy;  /* (owned), since construction */
  guint           n_attempts; /* accessed by the thread that sends an attempt or completes the
                                 last one */
  guint           max_attempts; /* since construction */
  NorpcRetryEntry entry;   /* its data is a reference to this struct */
} Retrial;

G_DEFINE_FINAL_TYPE (NorpcRetry, norpc_retry, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_MAX_ATTEMPTS = 1,
  PROP_DELAY,
  PROP_MAX_DELAY,
  PROP_RATIO,
  PROP_RESERVE,
} NorpcRetryProperty;

static GParamSpec *properties[PROP_RESERVE + 1];

static void
policy_unref (Policy *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_retry_queue_unref (self->queue);
  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

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
         norpc_call_supersede (call);
}

static gboolean
withdraw (Policy *policy)
{
  gboolean granted;

  g_mutex_lock (&policy->lock);
  granted = norpc_budget_withdraw (&policy->budget, g_get_monotonic_time (),
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
  Policy *policy = retrial->policy;
  gint64 delay = norpc_retry_get_delay (policy->delay, policy->max_delay, retrial->n_attempts);

  norpc_attempt_ref (&retrial->attempt);
  if (!norpc_retry_queue_add (policy->queue, &retrial->entry, g_get_monotonic_time () + delay))
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

  return deadline == 0 || g_get_monotonic_time () < deadline;
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
  g_autoptr (NorpcRetry) self = g_weak_ref_get (&retrial->policy->layer);
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
  policy_unref (((Retrial *) attempt)->policy);
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

static void
norpc_retry_send (NorpcLayer *layer,
                  NorpcCall  *call)
{
  NorpcRetry *self = NORPC_RETRY (layer);
  Policy *policy = self->policy;
  Retrial *retrial;

  g_mutex_lock (&policy->lock);
  norpc_budget_deposit (&policy->budget, g_get_monotonic_time (), policy->ratio);
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

static void
norpc_retry_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  NorpcRetry *self = NORPC_RETRY (object);

  switch ((NorpcRetryProperty) property_id)
    {
    case PROP_MAX_ATTEMPTS:
      self->policy->max_attempts = g_value_get_uint (value);
      break;

    case PROP_DELAY:
      self->policy->delay = g_value_get_uint (value);
      break;

    case PROP_MAX_DELAY:
      self->policy->max_delay = g_value_get_uint (value);
      break;

    case PROP_RATIO:
      self->policy->ratio = g_value_get_double (value);
      break;

    case PROP_RESERVE:
      self->policy->reserve = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_retry_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  NorpcRetry *self = NORPC_RETRY (object);

  switch ((NorpcRetryProperty) property_id)
    {
    case PROP_MAX_ATTEMPTS:
      g_value_set_uint (value, self->policy->max_attempts);
      break;

    case PROP_DELAY:
      g_value_set_uint (value, self->policy->delay);
      break;

    case PROP_MAX_DELAY:
      g_value_set_uint (value, self->policy->max_delay);
      break;

    case PROP_RATIO:
      g_value_set_double (value, self->policy->ratio);
      break;

    case PROP_RESERVE:
      g_value_set_uint (value, self->policy->reserve);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Thread-safe. No further attempt is made. */
static void
norpc_retry_dispose (GObject *object)
{
  norpc_retry_queue_close (NORPC_RETRY (object)->policy->queue);

  G_OBJECT_CLASS (norpc_retry_parent_class)->dispose (object);
}

static void
norpc_retry_finalize (GObject *object)
{
  NorpcRetry *self = NORPC_RETRY (object);

  policy_unref (self->policy);
  if (self->func_destroy != NULL)
    self->func_destroy (self->func_data);

  G_OBJECT_CLASS (norpc_retry_parent_class)->finalize (object);
}

static void
make_delay_properties (void)
{
  /**
   * NorpcRetry:max-attempts: (getter get_max_attempts)
   *
   * The maximum number of attempts, including the first.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_ATTEMPTS] =
    g_param_spec_uint ("max-attempts", NULL, NULL,
                       1, G_MAXINT, 3,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcRetry:delay:
   *
   * The longest wait before the second attempt, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_DELAY] =
    g_param_spec_uint ("delay", NULL, NULL,
                       0, G_MAXINT, 10,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcRetry:max-delay:
   *
   * The longest wait before any attempt, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_DELAY] =
    g_param_spec_uint ("max-delay", NULL, NULL,
                       0, G_MAXINT, 1000,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static void
make_budget_properties (void)
{
  /**
   * NorpcRetry:ratio:
   *
   * The number of additional attempts that are allowed for each call of the last ten
   * seconds.
   *
   * Since: 0.1
   */
  properties[PROP_RATIO] =
    g_param_spec_double ("ratio", NULL, NULL,
                         0, 1000, 0.2,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcRetry:reserve:
   *
   * The number of additional attempts that are allowed per second, regardless of the number
   * of calls.
   *
   * Since: 0.1
   */
  properties[PROP_RESERVE] =
    g_param_spec_uint ("reserve", NULL, NULL,
                       0, G_MAXINT, 10,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static void
norpc_retry_class_init (NorpcRetryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_retry_set_property;
  object_class->get_property = norpc_retry_get_property;
  object_class->dispose = norpc_retry_dispose;
  object_class->finalize = norpc_retry_finalize;

  NORPC_LAYER_CLASS (klass)->send = norpc_retry_send;

  make_delay_properties ();
  make_budget_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_retry_init (NorpcRetry *self)
{
  self->policy = g_new0 (Policy, 1);
  g_atomic_ref_count_init (&self->policy->ref_count);
  g_mutex_init (&self->policy->lock);
  g_weak_ref_init (&self->policy->layer, self);
  self->policy->queue = norpc_retry_queue_new (NORPC_LAYER (self), retry_or_reject);
}

/**
 * norpc_retry_new:
 * @max_attempts: the maximum number of attempts, including the first, at least 1
 *
 * Creates a layer that retries calls that have failed.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_retry_new (guint max_attempts)
{
  g_return_val_if_fail (max_attempts >= 1 && max_attempts <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_RETRY, "max-attempts", max_attempts, NULL);
}

/**
 * norpc_retry_get_max_attempts:
 * @self: a retry
 *
 * Gets the maximum number of attempts, including the first.
 *
 * Returns: the maximum number of attempts
 * Since: 0.1
 */
guint
norpc_retry_get_max_attempts (NorpcRetry *self)
{
  g_return_val_if_fail (NORPC_IS_RETRY (self), 0);

  return self->policy->max_attempts;
}

/**
 * norpc_retry_set_func:
 * @self: a retry
 * @func: (scope notified): the function that decides whether a call is retried
 * @user_data: data for @func
 * @destroy: (nullable): the function to free @user_data with
 *
 * Sets the function that decides whether a failed call is retried. Must be called before
 * the first call is sent.
 *
 * The function runs in a thread of GLib's pool, possibly in several threads at once for
 * several calls, and may block. It is called only while further attempts are allowed. A
 * call that may have had an effect, or that would deadlock, is not retried, whatever the
 * function returns.
 *
 * Since: 0.1
 */
void
norpc_retry_set_func (NorpcRetry     *self,
                      NorpcRetryFunc  func,
                      gpointer        user_data,
                      GDestroyNotify  destroy)
{
  g_return_if_fail (NORPC_IS_RETRY (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->func == NULL);

  self->policy->has_func = TRUE;
  self->func = func;
  self->func_data = user_data;
  self->func_destroy = destroy;
}
