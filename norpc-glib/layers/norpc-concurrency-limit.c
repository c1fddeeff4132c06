/* norpc-concurrency-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-concurrency-limit.h"
#include "norpc-wait-queue-private.h"

/**
 * NorpcConcurrencyLimit:
 *
 * Limits the number of calls in flight behind it.
 *
 * Further calls wait, in the order in which they arrived, until a call in flight
 * completes. The layer is ready as long as a call would not have to wait.
 *
 * Since: 0.1
 */

struct _NorpcConcurrencyLimit
{
  NorpcLayer parent_instance;

  NorpcWaitQueue *queue;     /* (owned): has its own lock */
  guint           max_calls; /* [lock of the queue] */
};

G_DEFINE_FINAL_TYPE (NorpcConcurrencyLimit, norpc_concurrency_limit, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_MAX_CALLS = 1,
} NorpcConcurrencyLimitProperty;

static GParamSpec *properties[PROP_MAX_CALLS + 1];

/* Called with the lock of the queue held. */
static gboolean
admit_below_limit (NorpcLayer *layer,
                   guint       n_passed,
                   gboolean    has_waited G_GNUC_UNUSED)
{
  return n_passed < NORPC_CONCURRENCY_LIMIT (layer)->max_calls;
}

/* Called with the lock of the queue held. Counts waiting calls, because they may be about to
 * pass.
 */
static guint
get_free_below_limit (NorpcLayer *layer,
                      guint       n_passed,
                      guint       n_waiting)
{
  guint max_calls = NORPC_CONCURRENCY_LIMIT (layer)->max_calls;

  return max_calls - MIN (n_passed + n_waiting, max_calls);
}

static const NorpcWaitQueueFuncs queue_funcs = { admit_below_limit, get_free_below_limit, NULL, NULL, TRUE, FALSE };

static void
norpc_concurrency_limit_send (NorpcLayer *layer,
                              NorpcCall  *call)
{
  norpc_wait_queue_send (NORPC_CONCURRENCY_LIMIT (layer)->queue, layer, call);
}

static gboolean
norpc_concurrency_limit_has_capacity (NorpcLayer *layer)
{
  return norpc_wait_queue_is_ready (NORPC_CONCURRENCY_LIMIT (layer)->queue, layer);
}

static void
norpc_concurrency_limit_await_capacity (NorpcLayer *layer,
                                        NorpcCall  *probe)
{
  norpc_wait_queue_await_ready (NORPC_CONCURRENCY_LIMIT (layer)->queue, layer, probe);
}

static void
norpc_concurrency_limit_set_property (GObject      *object,
                                      guint         property_id,
                                      const GValue *value,
                                      GParamSpec   *pspec)
{
  NorpcConcurrencyLimit *self = NORPC_CONCURRENCY_LIMIT (object);

  switch ((NorpcConcurrencyLimitProperty) property_id)
    {
    case PROP_MAX_CALLS:
      norpc_concurrency_limit_set_max_calls (self, g_value_get_uint (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_concurrency_limit_get_property (GObject    *object,
                                      guint       property_id,
                                      GValue     *value,
                                      GParamSpec *pspec)
{
  NorpcConcurrencyLimit *self = NORPC_CONCURRENCY_LIMIT (object);

  switch ((NorpcConcurrencyLimitProperty) property_id)
    {
    case PROP_MAX_CALLS:
      g_value_set_uint (value, norpc_concurrency_limit_get_max_calls (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_concurrency_limit_dispose (GObject *object)
{
  norpc_wait_queue_close (NORPC_CONCURRENCY_LIMIT (object)->queue);

  G_OBJECT_CLASS (norpc_concurrency_limit_parent_class)->dispose (object);
}

static void
norpc_concurrency_limit_finalize (GObject *object)
{
  norpc_wait_queue_unref (NORPC_CONCURRENCY_LIMIT (object)->queue);

  G_OBJECT_CLASS (norpc_concurrency_limit_parent_class)->finalize (object);
}

static void
norpc_concurrency_limit_class_init (NorpcConcurrencyLimitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  NorpcLayerClass *layer_class = NORPC_LAYER_CLASS (klass);

  object_class->set_property = norpc_concurrency_limit_set_property;
  object_class->get_property = norpc_concurrency_limit_get_property;
  object_class->dispose = norpc_concurrency_limit_dispose;
  object_class->finalize = norpc_concurrency_limit_finalize;

  layer_class->send = norpc_concurrency_limit_send;
  layer_class->has_capacity = norpc_concurrency_limit_has_capacity;
  layer_class->await_capacity = norpc_concurrency_limit_await_capacity;

  /**
   * NorpcConcurrencyLimit:max-calls: (getter get_max_calls) (setter set_max_calls)
   *
   * The maximum number of calls in flight behind the layer.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CALLS] =
    g_param_spec_uint ("max-calls", NULL, NULL,
                       1, G_MAXINT, 1,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_concurrency_limit_init (NorpcConcurrencyLimit *self)
{
  self->queue = norpc_wait_queue_new (NORPC_LAYER (self), &queue_funcs);
  self->max_calls = 1;
}

/**
 * norpc_concurrency_limit_new:
 * @max_calls: the maximum number of calls in flight, at least 1
 *
 * Creates a layer that limits the number of calls in flight behind it to @max_calls.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_concurrency_limit_new (guint max_calls)
{
  g_return_val_if_fail (max_calls >= 1 && max_calls <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_CONCURRENCY_LIMIT, "max-calls", max_calls, NULL);
}

/**
 * norpc_concurrency_limit_get_max_calls:
 * @self: a concurrency limit
 *
 * Gets the maximum number of calls in flight behind the layer.
 *
 * Returns: the maximum number of calls
 * Since: 0.1
 */
guint
norpc_concurrency_limit_get_max_calls (NorpcConcurrencyLimit *self)
{
  guint max_calls;

  g_return_val_if_fail (NORPC_IS_CONCURRENCY_LIMIT (self), 0);

  norpc_wait_queue_lock (self->queue);
  max_calls = self->max_calls;
  norpc_wait_queue_unlock (self->queue);

  return max_calls;
}

/**
 * norpc_concurrency_limit_set_max_calls:
 * @self: a concurrency limit
 * @max_calls: the maximum number of calls, at least 1
 *
 * Sets the maximum number of calls in flight behind the layer.
 *
 * If the limit is raised, waiting calls pass. If it is lowered, calls in flight are not
 * affected.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_concurrency_limit_set_max_calls (NorpcConcurrencyLimit *self,
                                       guint                  max_calls)
{
  gboolean changed;

  g_return_if_fail (NORPC_IS_CONCURRENCY_LIMIT (self));
  g_return_if_fail (max_calls >= 1 && max_calls <= G_MAXINT);

  norpc_wait_queue_lock (self->queue);
  changed = self->max_calls != max_calls;
  self->max_calls = max_calls;
  norpc_wait_queue_unlock (self->queue);

  if (!changed)
    return;

  norpc_wait_queue_drain (self->queue);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_CALLS]);
}
