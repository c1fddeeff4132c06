/* norpc-rate-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-clock-private.h"
#include "norpc-pacer-private.h"
#include "norpc-rate-limit.h"
#include "norpc-wait-queue-private.h"

/**
 * NorpcRateLimit:
 *
 * Limits the number of calls that pass in a period of time, and spaces them evenly.
 *
 * Each call is due a fraction of the period after the call before it. A call that arrives
 * too early waits until it is due. A thread that waits for a time is woken up slightly
 * late; up to a millisecond of this delay is compensated for, so that the rate is right
 * on average.
 *
 * Capacity that is not used is lost, whether because no call arrived or because the
 * process was stopped: at most [property@Norpc.RateLimit:burst] calls pass at once. The
 * layer is ready as long as a call would not have to wait.
 *
 * Since: 0.1
 */

struct _NorpcRateLimit
{
  NorpcLayer parent_instance;

  NorpcWaitQueue *queue; /* (owned): has its own lock */
  NorpcPacer      pacer; /* [lock of the queue], except for its construct-only fields */
  guint           n_promised; /* [lock of the queue]: notified clients that have not sent a call
                                 yet */
};

G_DEFINE_FINAL_TYPE (NorpcRateLimit, norpc_rate_limit, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_CALLS = 1,
  PROP_PERIOD,
  PROP_BURST,
} NorpcRateLimitProperty;

static GParamSpec *properties[PROP_BURST + 1];

/* Called with the lock of the queue held. */
static gboolean
admit_at_rate (NorpcLayer *layer,
               guint       n_passed G_GNUC_UNUSED,
               gboolean    has_waited)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (layer);
  gboolean was_notified = !has_waited && self->n_promised > 0;

  if (!norpc_pacer_pass (&self->pacer, norpc_clock_now (), has_waited || was_notified))
    return FALSE;

  self->n_promised -= was_notified ? 1 : 0;

  return TRUE;
}

/* Called with the lock of the queue held. */
static guint
get_free_at_rate (NorpcLayer *layer,
                  guint       n_passed G_GNUC_UNUSED,
                  guint       n_waiting)
{
  NorpcPacer *pacer = &NORPC_RATE_LIMIT (layer)->pacer;
  gint64 now = norpc_clock_now ();
  guint n = norpc_pacer_get_n (pacer, now);

  if (n == 0 && norpc_pacer_get_due (pacer) <= now)
    n = 1;

  return n - MIN (n, n_waiting);
}

/* Called with the lock of the queue held. A call of a client that was notified arrives as late
 * as a waiting call would pass, so it is treated alike.
 */
static void
promise (NorpcLayer *layer,
         guint       n_notified)
{
  NORPC_RATE_LIMIT (layer)->n_promised = n_notified;
}

/* Called with the lock of the queue held. */
static gint64
get_time (NorpcLayer *layer)
{
  return norpc_pacer_get_due (&NORPC_RATE_LIMIT (layer)->pacer);
}

static const NorpcWaitQueueFuncs queue_funcs = { admit_at_rate, get_free_at_rate, get_time, promise, FALSE, FALSE };

static void
norpc_rate_limit_send (NorpcLayer *layer,
                       NorpcCall  *call)
{
  norpc_wait_queue_send (NORPC_RATE_LIMIT (layer)->queue, layer, call);
}

static gboolean
norpc_rate_limit_has_capacity (NorpcLayer *layer)
{
  return norpc_wait_queue_is_ready (NORPC_RATE_LIMIT (layer)->queue, layer);
}

static void
norpc_rate_limit_await_capacity (NorpcLayer *layer,
                                 NorpcCall  *probe)
{
  norpc_wait_queue_await_ready (NORPC_RATE_LIMIT (layer)->queue, layer, probe);
}

static void
norpc_rate_limit_set_property (GObject      *object,
                               guint         property_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (object);

  switch ((NorpcRateLimitProperty) property_id)
    {
    case PROP_CALLS:
      self->pacer.n = g_value_get_uint (value);
      break;

    case PROP_PERIOD:
      self->pacer.period = g_value_get_uint (value);
      break;

    case PROP_BURST:
      norpc_rate_limit_set_burst (self, g_value_get_uint (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_rate_limit_get_property (GObject    *object,
                               guint       property_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (object);

  switch ((NorpcRateLimitProperty) property_id)
    {
    case PROP_CALLS:
      g_value_set_uint (value, self->pacer.n);
      break;

    case PROP_PERIOD:
      g_value_set_uint (value, self->pacer.period);
      break;

    case PROP_BURST:
      g_value_set_uint (value, norpc_rate_limit_get_burst (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_rate_limit_dispose (GObject *object)
{
  norpc_wait_queue_close (NORPC_RATE_LIMIT (object)->queue);

  G_OBJECT_CLASS (norpc_rate_limit_parent_class)->dispose (object);
}

static void
norpc_rate_limit_finalize (GObject *object)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (object);

  norpc_wait_queue_unref (self->queue);

  G_OBJECT_CLASS (norpc_rate_limit_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * NorpcRateLimit:calls: (getter get_calls)
   *
   * The number of calls that pass in a period.
   *
   * Since: 0.1
   */
  properties[PROP_CALLS] =
    g_param_spec_uint ("calls", NULL, NULL,
                       1, G_MAXINT, 1,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcRateLimit:period: (getter get_period)
   *
   * The period, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_PERIOD] =
    g_param_spec_uint ("period", NULL, NULL,
                       1, G_MAXINT, 1000,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcRateLimit:burst: (getter get_burst) (setter set_burst)
   *
   * The number of calls that may pass at once after a pause.
   *
   * Since: 0.1
   */
  properties[PROP_BURST] =
    g_param_spec_uint ("burst", NULL, NULL,
                       1, G_MAXINT, 1,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_rate_limit_class_init (NorpcRateLimitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  NorpcLayerClass *layer_class = NORPC_LAYER_CLASS (klass);

  object_class->set_property = norpc_rate_limit_set_property;
  object_class->get_property = norpc_rate_limit_get_property;
  object_class->dispose = norpc_rate_limit_dispose;
  object_class->finalize = norpc_rate_limit_finalize;

  layer_class->send = norpc_rate_limit_send;
  layer_class->has_capacity = norpc_rate_limit_has_capacity;
  layer_class->await_capacity = norpc_rate_limit_await_capacity;

  install_properties (object_class);
}

static void
norpc_rate_limit_init (NorpcRateLimit *self)
{
  self->queue = norpc_wait_queue_new (NORPC_LAYER (self), &queue_funcs);
  self->pacer.burst = 1;
}

/**
 * norpc_rate_limit_new:
 * @calls: the number of calls that pass in a period, at least 1
 * @period: the period in milliseconds, at least 1
 *
 * Creates a layer that lets @calls pass in each @period.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_rate_limit_new (guint calls,
                      guint period)
{
  g_return_val_if_fail (calls >= 1 && calls <= G_MAXINT, NULL);
  g_return_val_if_fail (period >= 1 && period <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_RATE_LIMIT, "calls", calls, "period", period, NULL);
}

/**
 * norpc_rate_limit_get_calls:
 * @self: a rate limit
 *
 * Gets the number of calls that pass in a period.
 *
 * Returns: the number of calls
 * Since: 0.1
 */
guint
norpc_rate_limit_get_calls (NorpcRateLimit *self)
{
  g_return_val_if_fail (NORPC_IS_RATE_LIMIT (self), 0);

  return self->pacer.n;
}

/**
 * norpc_rate_limit_get_period:
 * @self: a rate limit
 *
 * Gets the period.
 *
 * Returns: the period in milliseconds
 * Since: 0.1
 */
guint
norpc_rate_limit_get_period (NorpcRateLimit *self)
{
  g_return_val_if_fail (NORPC_IS_RATE_LIMIT (self), 0);

  return self->pacer.period;
}

/**
 * norpc_rate_limit_get_burst:
 * @self: a rate limit
 *
 * Gets the number of calls that may pass at once after a pause.
 *
 * Returns: the number of calls
 * Since: 0.1
 */
guint
norpc_rate_limit_get_burst (NorpcRateLimit *self)
{
  guint burst;

  g_return_val_if_fail (NORPC_IS_RATE_LIMIT (self), 0);

  norpc_wait_queue_lock (self->queue);
  burst = self->pacer.burst;
  norpc_wait_queue_unlock (self->queue);

  return burst;
}

/**
 * norpc_rate_limit_set_burst:
 * @self: a rate limit
 * @burst: the number of calls, at least 1
 *
 * Sets the number of calls that may pass at once after a pause.
 *
 * The default is 1: each call passes when it is due.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_rate_limit_set_burst (NorpcRateLimit *self,
                            guint           burst)
{
  gboolean changed;

  g_return_if_fail (NORPC_IS_RATE_LIMIT (self));
  g_return_if_fail (burst >= 1 && burst <= G_MAXINT);

  norpc_wait_queue_lock (self->queue);
  changed = self->pacer.burst != burst;
  self->pacer.burst = burst;
  norpc_wait_queue_unlock (self->queue);

  if (!changed)
    return;

  norpc_wait_queue_drain (self->queue);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BURST]);
}
