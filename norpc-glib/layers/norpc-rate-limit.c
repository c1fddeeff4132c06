/* norpc-rate-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-pacer-private.h"
#include "norpc-rate-limit.h"
#include "norpc-wait-queue-private.h"

/**
 * NorpcRateLimit:
 *
 * Lets so many calls pass in a period of time, evenly.
 *
 * Each call has its time, which is a part of the period after that of the call
 * before it. A call that comes too early is held until then. A thread that waits for a
 * time is woken up a bit late: up to a millisecond of that is made up for, so that
 * the pace is right on average.
 *
 * Other time in which fewer calls passed than might have is lost, whether no call came or
 * the process was stopped: no more than [property@Norpc.RateLimit:burst] calls pass at
 * once. The layer is ready as long as it would hold no call.
 *
 * Since: 0.1
 */

struct _NorpcRateLimit
{
  NorpcLayer parent_instance;

  NorpcWaitQueue *queue; /* (owned): has its own lock */
  NorpcPacer      pacer; /* [lock of the queue], but for what it has since construction */
  guint           n_promised; /* [lock of the queue]: those that were told, and have not called */
};

G_DEFINE_FINAL_TYPE (NorpcRateLimit, norpc_rate_limit, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_CALLS = 1,
  PROP_PERIOD,
  PROP_BURST,
} NorpcRateLimitProperty;

static GParamSpec *properties[PROP_BURST + 1];

/* With the lock of the queue held. */
static gboolean
admit_at_rate (NorpcLayer *layer,
               guint       n_passed G_GNUC_UNUSED,
               gboolean    was_held)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (layer);
  gboolean was_told = !was_held && self->n_promised > 0;

  if (!norpc_pacer_pass (&self->pacer, g_get_monotonic_time (), was_held || was_told))
    return FALSE;

  self->n_promised -= was_told ? 1 : 0;

  return TRUE;
}

/* With the lock of the queue held. */
static guint
get_free_at_rate (NorpcLayer *layer,
                  guint       n_passed G_GNUC_UNUSED,
                  guint       n_held)
{
  NorpcPacer *pacer = &NORPC_RATE_LIMIT (layer)->pacer;
  gint64 now = g_get_monotonic_time ();
  guint n = norpc_pacer_get_n (pacer, now);

  if (n == 0 && norpc_pacer_get_due (pacer) <= now)
    n = 1;

  return n - MIN (n, n_held);
}

/* With the lock of the queue held: the calls of those that waited for room come as late
 * as those that were held pass.
 */
static void
promise (NorpcLayer *layer,
         guint       n_told)
{
  NORPC_RATE_LIMIT (layer)->n_promised = n_told;
}

/* With the lock of the queue held. */
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
   * How many calls pass in a period.
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
   * How many calls may pass at once, when none came for a while.
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
 * @calls: how many calls pass in a period, at least 1
 * @period: the period in milliseconds, at least 1
 *
 * Makes a layer that lets @calls pass in each @period.
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
 * Tells how many calls pass in a period.
 *
 * Returns: the number
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
 * Tells how long a period is.
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
 * Tells how many calls may pass at once, when none came for a while.
 *
 * Returns: the number
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
 * @burst: the number, at least 1
 *
 * Sets how many calls may pass at once, when none came for a while.
 *
 * By default it is 1: each call passes in its own time. Any thread may set it,
 * at any time.
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
