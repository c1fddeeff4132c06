/* norpc-rate-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-alarm-private.h"
#include "norpc-line-private.h"
#include "norpc-pacer-private.h"
#include "norpc-rate-limit.h"

/**
 * NorpcRateLimit:
 *
 * Lets so many calls pass in a period of time, evenly.
 *
 * Each call has its time, which is a part of the period after that of the call
 * before it. A call that comes too early is held until then. What waits is woken
 * some tens or hundreds of microseconds late, as timers are; then all pass
 * whose time has come, so that the pace is right on average.
 *
 * Time in which fewer calls came than might have passed is lost, but for
 * [property@Norpc.RateLimit:burst]. The layer is ready as long as it would hold
 * no call.
 *
 * Since: 0.1
 */

struct _NorpcRateLimit
{
  NorpcLayer parent_instance;

  NorpcLine  *line;  /* (owned): has its own lock */
  NorpcAlarm *alarm; /* (owned): for when the next call that waits has its time */

  GMutex     lock;
  NorpcPacer pacer; /* [lock], but for what it has since construction */
};

G_DEFINE_FINAL_TYPE (NorpcRateLimit, norpc_rate_limit, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_CALLS = 1,
  PROP_PERIOD,
  PROP_BURST,
} NorpcRateLimitProperty;

static GParamSpec *properties[PROP_BURST + 1];

/* Any thread: when a call may pass that has @n_before before it. */
static gint64
get_due (NorpcRateLimit *self,
         guint           n_before)
{
  gint64 due;

  g_mutex_lock (&self->lock);
  due = norpc_pacer_get_due (&self->pacer, n_before);
  g_mutex_unlock (&self->lock);

  return due;
}

/* Any thread, before something comes. */
static void
settle (NorpcRateLimit *self)
{
  gint64 now = g_get_monotonic_time ();

  if (norpc_line_is_waiting (self->line))
    return;

  g_mutex_lock (&self->lock);
  norpc_pacer_settle (&self->pacer, now);
  g_mutex_unlock (&self->lock);
}

/* The thread that drains the line. */
static NorpcLineVerdict
judge (NorpcLayer *layer)
{
  return get_due (NORPC_RATE_LIMIT (layer), 0) <= g_get_monotonic_time () ? NORPC_LINE_PASS
                                                                          : NORPC_LINE_HOLD;
}

/* The thread that drains the line. */
static void
passing (NorpcLayer *layer)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (layer);

  g_mutex_lock (&self->lock);
  norpc_pacer_pass (&self->pacer, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
}

/* The thread that drains the line: a client has the time of one call to come. */
static void
promising (NorpcLayer *layer)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (layer);

  g_mutex_lock (&self->lock);
  norpc_pacer_promise (&self->pacer, g_get_monotonic_time ());
  g_mutex_unlock (&self->lock);
}

/* Any thread. What is held may be about to pass. */
static gboolean
has_room (NorpcLayer *layer)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (layer);

  return get_due (self, norpc_line_get_n_held (self->line)) <= g_get_monotonic_time ();
}

/* The thread that drains the line: only one does, so the alarm is right. */
static void
holding (NorpcLayer *layer)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (layer);

  norpc_alarm_set (self->alarm, get_due (self, 0));
}

static const NorpcLineFuncs line_funcs = { judge, passing, has_room, promising, holding, FALSE };

/* The alarms' thread. */
static void
time_has_come (GObject *object)
{
  norpc_line_drain (NORPC_RATE_LIMIT (object)->line, NORPC_LAYER (object));
}

static void
norpc_rate_limit_take (NorpcLayer *layer,
                       NorpcCall  *call)
{
  settle (NORPC_RATE_LIMIT (layer));
  norpc_line_send (NORPC_RATE_LIMIT (layer)->line, layer, call);
}

static gboolean
norpc_rate_limit_has_room (NorpcLayer *layer)
{
  return norpc_line_is_ready (NORPC_RATE_LIMIT (layer)->line, layer);
}

static void
norpc_rate_limit_await_room (NorpcLayer *layer,
                             NorpcCall  *probe)
{
  settle (NORPC_RATE_LIMIT (layer));
  norpc_line_await_ready (NORPC_RATE_LIMIT (layer)->line, layer, probe);
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
  norpc_line_close (NORPC_RATE_LIMIT (object)->line);

  G_OBJECT_CLASS (norpc_rate_limit_parent_class)->dispose (object);
}

static void
norpc_rate_limit_finalize (GObject *object)
{
  NorpcRateLimit *self = NORPC_RATE_LIMIT (object);

  norpc_alarm_free (self->alarm);
  norpc_line_unref (self->line);
  g_mutex_clear (&self->lock);

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

  layer_class->take = norpc_rate_limit_take;
  layer_class->has_room = norpc_rate_limit_has_room;
  layer_class->await_room = norpc_rate_limit_await_room;

  install_properties (object_class);
}

static void
norpc_rate_limit_init (NorpcRateLimit *self)
{
  self->line = norpc_line_new (NORPC_LAYER (self), &line_funcs);
  self->alarm = norpc_alarm_new (G_OBJECT (self), time_has_come);
  self->pacer.burst = 1;
  g_mutex_init (&self->lock);
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

  g_mutex_lock (&self->lock);
  burst = self->pacer.burst;
  g_mutex_unlock (&self->lock);

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

  g_mutex_lock (&self->lock);
  changed = self->pacer.burst != burst;
  self->pacer.burst = burst;
  g_mutex_unlock (&self->lock);

  if (!changed)
    return;

  norpc_line_drain (self->line, NORPC_LAYER (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BURST]);
}
