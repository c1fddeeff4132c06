/* norpc-buffer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-buffer.h"
#include "norpc-call-watch-private.h"
#include "norpc-line-private.h"
#include "norpc-readiness-private.h"

/**
 * NorpcBuffer:
 *
 * Holds calls until the next endpoint is ready for them.
 *
 * It asks the next endpoint, and waits as [method@Norpc.Endpoint.ready_async]
 * does, before it passes a call on. When it holds as many as it may, the next
 * call is answered %NORPC_ERROR_BUSY. It is ready as long as there is room in
 * it.
 *
 * Since: 0.1
 */

struct _NorpcBuffer
{
  NorpcLayer parent_instance;

  NorpcLine *line;     /* (owned): has its own lock */
  guint      capacity; /* since construction */
  int        asking;   /* atomic: a probe is at the next endpoint */
  int        granted;  /* atomic: it came back, for one call */
};

/* A probe at the next endpoint. */
typedef struct
{
  NorpcCallWatch watch; /* the first */
  GWeakRef       buffer;
} Question;

G_DEFINE_FINAL_TYPE (NorpcBuffer, norpc_buffer, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_CAPACITY = 1,
} NorpcBufferProperty;

static GParamSpec *properties[PROP_CAPACITY + 1];

/* The thread that drains the line. */
static NorpcLineVerdict
judge (NorpcLayer *layer)
{
  NorpcBuffer *self = NORPC_BUFFER (layer);
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  if (g_atomic_int_compare_and_exchange (&self->granted, TRUE, FALSE) ||
      endpoint == NULL || norpc_endpoint_is_ready (endpoint))
    return NORPC_LINE_PASS;

  return NORPC_LINE_HOLD;
}

/* Any thread. */
static gboolean
has_room (NorpcLayer *layer)
{
  NorpcBuffer *self = NORPC_BUFFER (layer);

  return norpc_line_get_n_held (self->line) < self->capacity;
}

/* The thread that ends the probe. If that failed, so will the call. */
static void
question_answered (NorpcCallWatch *watch,
                   NorpcCall      *probe G_GNUC_UNUSED)
{
  Question *question = (Question *) watch;
  g_autoptr (NorpcBuffer) self = g_weak_ref_get (&question->buffer);

  g_weak_ref_clear (&question->buffer);
  g_free (question);

  if (self == NULL)
    return;

  g_atomic_int_set (&self->granted, norpc_line_get_n_held (self->line) > 0);
  g_atomic_int_set (&self->asking, FALSE);
  norpc_line_drain (self->line, NORPC_LAYER (self));
}

/* The thread that drains the line. */
static void
holding (NorpcLayer *layer)
{
  NorpcBuffer *self = NORPC_BUFFER (layer);
  Question *question;
  NorpcCall *probe;

  if (norpc_line_get_n_held (self->line) == 0 ||
      !g_atomic_int_compare_and_exchange (&self->asking, FALSE, TRUE))
    return;

  question = g_new0 (Question, 1);
  g_weak_ref_init (&question->buffer, self);
  probe = norpc_probe_new ();
  norpc_call_add_watch (probe, &question->watch, question_answered);
  norpc_endpoint_await_ready (norpc_layer_get_endpoint (layer), probe);
}

static const NorpcLineFuncs line_funcs = { judge, NULL, has_room, NULL, holding, TRUE };

static void
norpc_buffer_take (NorpcLayer *layer,
                   NorpcCall  *call)
{
  norpc_line_send (NORPC_BUFFER (layer)->line, layer, call);
}

static gboolean
norpc_buffer_has_room (NorpcLayer *layer)
{
  return norpc_line_is_ready (NORPC_BUFFER (layer)->line, layer);
}

static void
norpc_buffer_await_room (NorpcLayer *layer,
                         NorpcCall  *probe)
{
  norpc_line_await_ready (NORPC_BUFFER (layer)->line, layer, probe);
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
      norpc_line_set_max (self->line, self->capacity);
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
  norpc_line_close (NORPC_BUFFER (object)->line);

  G_OBJECT_CLASS (norpc_buffer_parent_class)->dispose (object);
}

static void
norpc_buffer_finalize (GObject *object)
{
  norpc_line_unref (NORPC_BUFFER (object)->line);

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

  layer_class->take = norpc_buffer_take;
  layer_class->has_room = norpc_buffer_has_room;
  layer_class->await_room = norpc_buffer_await_room;

  /**
   * NorpcBuffer:capacity: (getter get_capacity)
   *
   * How many calls it may hold at once.
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
  self->line = norpc_line_new (NORPC_LAYER (self), &line_funcs);
}

/**
 * norpc_buffer_new:
 * @capacity: how many calls it may hold at once, at least 1
 *
 * Makes a layer that holds up to @capacity calls until the next endpoint is
 * ready.
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
 * Tells how many calls it may hold at once.
 *
 * Returns: the number
 * Since: 0.1
 */
guint
norpc_buffer_get_capacity (NorpcBuffer *self)
{
  g_return_val_if_fail (NORPC_IS_BUFFER (self), 0);

  return self->capacity;
}
