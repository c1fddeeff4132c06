/* norpc-retry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-retry-parts-private.h"

/**
 * NorpcRetry:
 *
 * Retries calls that have failed.
 *
 * A call is retried only if it cannot have had an effect: because its handler has not
 * started, as when it failed with %NORPC_ERROR_BUSY, or because its method is
 * %NORPC_METHOD_FLAGS_IDEMPOTENT. The handler of a call to another process has not started if
 * the endpoint has not sent it, if nothing has the name or the prefix, or if the export, or a
 * layer behind it, has rejected it. By default, the errors that are retried are
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
norpc_retry_send (NorpcLayer *layer,
                  NorpcCall  *call)
{
  norpc_retry_begin (NORPC_RETRY (layer), call);
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

  norpc_retry_policy_unref (self->policy);
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
   * The maximum number of attempts, including the first, 3 by default.
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
   * The longest wait before the second attempt, in milliseconds, 10 by default.
   *
   * Each wait is shortened by a random fraction, to half of this time at least.
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
   * The longest wait before any attempt, in milliseconds, 1000 by default.
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
   * seconds, 0.2 by default.
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
   * of calls, 10 by default.
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
  self->policy = norpc_retry_policy_new (self);
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
