/* norpc-buffer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-buffer.h"
#include "norpc-wait-queue-private.h"

/**
 * NorpcBuffer:
 *
 * Queues calls until the next endpoint is ready for them.
 *
 * Before it passes a call on, it checks whether the next endpoint is ready, and otherwise
 * waits as [method@Norpc.Endpoint.ready_async] does. When the buffer is full, the next
 * call fails with %NORPC_ERROR_BUSY. The layer is ready as long as the buffer is not
 * full.
 *
 * Since: 0.1
 */

struct _NorpcBuffer
{
  NorpcLayer parent_instance;

  NorpcWaitQueue *queue;    /* (owned): has its own lock */
  guint           capacity; /* since construction */
};

G_DEFINE_FINAL_TYPE (NorpcBuffer, norpc_buffer, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_CAPACITY = 1,
} NorpcBufferProperty;

static GParamSpec *properties[PROP_CAPACITY + 1];

/* Called with the lock of the queue held. */
static gboolean
admit_to_buffer (NorpcLayer *layer G_GNUC_UNUSED,
                 guint       n_passed G_GNUC_UNUSED,
                 gboolean    has_waited G_GNUC_UNUSED)
{
  return TRUE;
}

/* Called with the lock of the queue held. */
static guint
get_free_in_buffer (NorpcLayer *layer,
                    guint       n_passed G_GNUC_UNUSED,
                    guint       n_waiting)
{
  return NORPC_BUFFER (layer)->capacity - n_waiting;
}

static const NorpcWaitQueueFuncs queue_funcs = { admit_to_buffer, get_free_in_buffer, NULL, NULL, FALSE, TRUE };

static void
norpc_buffer_send (NorpcLayer *layer,
                   NorpcCall  *call)
{
  norpc_wait_queue_send (NORPC_BUFFER (layer)->queue, layer, call);
}

static gboolean
norpc_buffer_has_capacity (NorpcLayer *layer)
{
  return norpc_wait_queue_is_ready (NORPC_BUFFER (layer)->queue, layer);
}

static void
norpc_buffer_await_capacity (NorpcLayer *layer,
                             NorpcCall  *probe)
{
  norpc_wait_queue_await_ready (NORPC_BUFFER (layer)->queue, layer, probe);
}

static void
norpc_buffer_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NorpcBuffer *self = NORPC_BUFFER (object);

  switch ((NorpcBufferProperty) property_id)
    {
    case PROP_CAPACITY:
      self->capacity = g_value_get_uint (value);
      norpc_wait_queue_set_max (self->queue, self->capacity);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_buffer_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch ((NorpcBufferProperty) property_id)
    {
    case PROP_CAPACITY:
      g_value_set_uint (value, NORPC_BUFFER (object)->capacity);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_buffer_dispose (GObject *object)
{
  norpc_wait_queue_close (NORPC_BUFFER (object)->queue);

  G_OBJECT_CLASS (norpc_buffer_parent_class)->dispose (object);
}

static void
norpc_buffer_finalize (GObject *object)
{
  norpc_wait_queue_unref (NORPC_BUFFER (object)->queue);

  G_OBJECT_CLASS (norpc_buffer_parent_class)->finalize (object);
}

static void
norpc_buffer_class_init (NorpcBufferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  NorpcLayerClass *layer_class = NORPC_LAYER_CLASS (klass);

  object_class->set_property = norpc_buffer_set_property;
  object_class->get_property = norpc_buffer_get_property;
  object_class->dispose = norpc_buffer_dispose;
  object_class->finalize = norpc_buffer_finalize;

  layer_class->send = norpc_buffer_send;
  layer_class->has_capacity = norpc_buffer_has_capacity;
  layer_class->await_capacity = norpc_buffer_await_capacity;

  /**
   * NorpcBuffer:capacity: (getter get_capacity)
   *
   * The maximum number of calls in the buffer.
   *
   * Since: 0.1
   */
  properties[PROP_CAPACITY] =
    g_param_spec_uint ("capacity", NULL, NULL,
                       1, G_MAXINT, 1,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_buffer_init (NorpcBuffer *self)
{
  self->queue = norpc_wait_queue_new (NORPC_LAYER (self), &queue_funcs);
}

/**
 * norpc_buffer_new:
 * @capacity: the maximum number of calls in the buffer, at least 1
 *
 * Creates a layer that queues up to @capacity calls until the next endpoint is ready.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_buffer_new (guint capacity)
{
  g_return_val_if_fail (capacity >= 1 && capacity <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_BUFFER, "capacity", capacity, NULL);
}

/**
 * norpc_buffer_get_capacity:
 * @self: a buffer
 *
 * Gets the maximum number of calls in the buffer.
 *
 * Returns: the capacity
 * Since: 0.1
 */
guint
norpc_buffer_get_capacity (NorpcBuffer *self)
{
  g_return_val_if_fail (NORPC_IS_BUFFER (self), 0);

  return self->capacity;
}
