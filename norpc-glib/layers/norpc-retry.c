/* norpc-retry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-attempt-private.h"
#include "norpc-backoff-private.h"
#include "norpc-budget-private.h"
#include "norpc-call-private.h"
#include "norpc-retry.h"

/**
 * NorpcRetry:
 *
 * Makes calls anew that have failed.
 *
 * A call is made anew only if it cannot have had an effect: when no handler
 * has begun with it, as when it was answered %NORPC_ERROR_BUSY, or when its method
 * is %NORPC_METHOD_FLAGS_IDEMPOTENT. Among those, it is the errors
 * %NORPC_ERROR_BUSY, %NORPC_ERROR_CLOSED, %NORPC_ERROR_NO_REPLY and
 * %NORPC_ERROR_TIMED_OUT that are worth it, or what the function says that
 * [method@Norpc.Retry.set_func] sets.
 *
 * Between attempts it waits, at first for [property@Norpc.Retry:delay], then for
 * twice as long each time, up to [property@Norpc.Retry:max-delay]; by chance
 * a bit less, so that calls that failed together do not come back together. A
 * budget bounds how many attempts there are on top of the calls.
 *
 * An argument that moves to the service (`transfer="full"`) is copied for each attempt
 * but the last, so that an attempt never sees what another one has done to it. A call
 * is made once, and not anew, if such an argument cannot be copied: a GObject that can
 * be changed, or a boxed value that copies share, such as a [struct@GLib.HashTable].
 *
 * What a client cancels is cancelled behind the layer, too.
 *
 * Since: 0.1
 */

struct _NorpcRetry
{
  NorpcLayer parent_instance;

  guint        max_attempts; /* since construction */
  double       ratio;        /* since construction */
  guint        reserve;      /* since construction: a second */
  NorpcBackoff backoff;      /* of Retrial: has its own lock */

  /* Before the first call. */
  NorpcRetryFunc func; /* (nullable) */
  gpointer       func_data;
  GDestroyNotify func_destroy; /* (nullable) */

  GMutex      lock;
  NorpcBudget budget; /* [lock] */
};

/* A call that is on its way, perhaps once more. */
typedef struct
{
  NorpcAttempt      attempt; /* the first */
  guint             n_attempts;
  guint             max_attempts;
  NorpcBackoffEntry entry; /* which owns a reference while it waits */
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

/* Errors after which another attempt may go better. */
static gboolean
is_worth_it (NorpcRetry *self,
             Retrial    *retrial,
             NorpcCall  *inner)
{
  GError *error = inner->error;

  /* The client's thread would be where it is: only a service may have said this of
   * something else.
   */
  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK) &&
      !g_atomic_int_get (&inner->replied))
    return FALSE;

  if (self->func != NULL)
    return self->func (retrial->attempt.outer, error, retrial->n_attempts, self->func_data);

  return g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

/* The thread that ended @call. If no handler has begun, none does from here on. */
static gboolean
had_no_effect (NorpcCall *call)
{
  return (norpc_call_get_method_info (call)->flags & NORPC_METHOD_FLAGS_IDEMPOTENT) != 0 ||
         g_atomic_int_compare_and_exchange (&call->stage, NORPC_CALL_WAITING, NORPC_CALL_SUPERSEDED);
}

static gboolean
withdraw (NorpcRetry *self)
{
  gboolean granted;

  g_mutex_lock (&self->lock);
  granted = norpc_budget_withdraw (&self->budget, g_get_monotonic_time (),
                                   (double) self->reserve * NORPC_BUDGET_SECONDS);
  g_mutex_unlock (&self->lock);

  return granted;
}

/* Any thread, which has a reference of its own. */
static void
stop_waiting (NorpcRetry *self,
              Retrial    *retrial)
{
  if (norpc_backoff_remove (&self->backoff, &retrial->entry))
    norpc_attempt_unref (&retrial->attempt);
}

/* The thread that ended @inner. */
static void
attempt_ended (NorpcLayer   *layer,
               NorpcAttempt *attempt,
               NorpcCall    *inner)
{
  NorpcRetry *self = NORPC_RETRY (layer);
  Retrial *retrial = (Retrial *) attempt;

  if (inner->error == NULL || retrial->n_attempts >= retrial->max_attempts ||
      !is_worth_it (self, retrial, inner) ||
      !had_no_effect (inner) || !withdraw (self))
    {
      norpc_attempt_answer (attempt, inner);
      return;
    }

  norpc_attempt_ref (attempt);
  norpc_backoff_add (&self->backoff, &retrial->entry, retrial->n_attempts);
  if (norpc_attempt_has_ended (attempt))
    stop_waiting (self, retrial);
}

/* The thread that ended the call of the client, which may not have waited. */
static void
client_ended (NorpcLayer   *layer,
              NorpcAttempt *attempt)
{
  stop_waiting (NORPC_RETRY (layer), (Retrial *) attempt);
}

static const NorpcAttemptFuncs attempt_funcs = { attempt_ended, client_ended };

static void
try (NorpcRetry *self,
     Retrial    *retrial)
{
  retrial->n_attempts++;
  norpc_attempt_send (&retrial->attempt, NORPC_LAYER (self),
                      retrial->n_attempts >= retrial->max_attempts);
}

/* The alarms' thread. */
static void
time_has_come (GObject *object)
{
  NorpcRetry *self = NORPC_RETRY (object);
  Retrial *retrial;

  while ((retrial = norpc_backoff_take_due (&self->backoff)) != NULL)
    {
      try (self, retrial);
      norpc_attempt_unref (&retrial->attempt);
    }
}

static void
norpc_retry_take (NorpcLayer *layer,
                  NorpcCall  *call)
{
  NorpcRetry *self = NORPC_RETRY (layer);
  Retrial *retrial;

  g_mutex_lock (&self->lock);
  norpc_budget_deposit (&self->budget, g_get_monotonic_time (), self->ratio);
  g_mutex_unlock (&self->lock);

  retrial = norpc_attempt_new (sizeof (Retrial), layer, call, &attempt_funcs);
  if (retrial == NULL)
    return;

  /* Before anybody takes the arguments. */
  retrial->max_attempts = norpc_call_can_be_copied (call) ? self->max_attempts : 1;
  retrial->entry.data = retrial;
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
      self->max_attempts = g_value_get_uint (value);
      break;

    case PROP_DELAY:
      self->backoff.delay = g_value_get_uint (value);
      break;

    case PROP_MAX_DELAY:
      self->backoff.max_delay = g_value_get_uint (value);
      break;

    case PROP_RATIO:
      self->ratio = g_value_get_double (value);
      break;

    case PROP_RESERVE:
      self->reserve = g_value_get_uint (value);
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
      g_value_set_uint (value, self->max_attempts);
      break;

    case PROP_DELAY:
      g_value_set_uint (value, self->backoff.delay);
      break;

    case PROP_MAX_DELAY:
      g_value_set_uint (value, self->backoff.max_delay);
      break;

    case PROP_RATIO:
      g_value_set_double (value, self->ratio);
      break;

    case PROP_RESERVE:
      g_value_set_uint (value, self->reserve);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Any thread: there is no next attempt. */
static void
norpc_retry_dispose (GObject *object)
{
  NorpcRetry *self = NORPC_RETRY (object);
  Retrial *retrial;

  while ((retrial = norpc_backoff_take_any (&self->backoff)) != NULL)
    {
      norpc_call_refuse (retrial->attempt.outer, NORPC_ERROR_CLOSED,
                         "was not made anew: the layer that held it is gone");
      norpc_attempt_unref (&retrial->attempt);
    }

  G_OBJECT_CLASS (norpc_retry_parent_class)->dispose (object);
}

static void
norpc_retry_finalize (GObject *object)
{
  NorpcRetry *self = NORPC_RETRY (object);

  norpc_backoff_clear (&self->backoff);
  if (self->func_destroy != NULL)
    self->func_destroy (self->func_data);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_retry_parent_class)->finalize (object);
}

static void
make_delay_properties (void)
{
  /**
   * NorpcRetry:max-attempts: (getter get_max_attempts)
   *
   * How often a call is made, with the first time.
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
   * How long it waits before the second attempt at most, in milliseconds.
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
   * How long it waits before any attempt at most, in milliseconds.
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
   * How many attempts there may be on top, for each of the calls of the last ten
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
   * How many attempts there may be on top in a second, however few calls there
   * were.
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

  NORPC_LAYER_CLASS (klass)->take = norpc_retry_take;

  make_delay_properties ();
  make_budget_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_retry_init (NorpcRetry *self)
{
  norpc_backoff_init (&self->backoff, G_OBJECT (self), time_has_come);
  g_mutex_init (&self->lock);
}

/**
 * norpc_retry_new:
 * @max_attempts: how often a call is made, with the first time, at least 1
 *
 * Makes a layer that makes calls anew that have failed.
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
 * Tells how often a call is made, with the first time.
 *
 * Returns: the number
 * Since: 0.1
 */
guint
norpc_retry_get_max_attempts (NorpcRetry *self)
{
  g_return_val_if_fail (NORPC_IS_RETRY (self), 0);

  return self->max_attempts;
}

/**
 * norpc_retry_set_func:
 * @self: a retry
 * @func: (scope notified): tells whether a call is worth another attempt
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what tells which errors are worth another attempt, before the first
 * call.
 *
 * It is asked in any thread, also by several at once, and only while there are
 * attempts left. What it wants done all the same is not done if the call may
 * have had an effect, or could only deadlock.
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

  self->func = func;
  self->func_data = user_data;
  self->func_destroy = destroy;
}
