/* norpc-time-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-deadline-private.h"
#include "call/norpc-call-private.h"
#include "client/norpc-layer-private.h"
#include "core/norpc-clock-private.h"
#include "norpc-time-limit.h"

/**
 * NorpcTimeLimit:
 *
 * Limits the time that calls take behind it.
 *
 * A call that takes longer fails with %NORPC_ERROR_TIMED_OUT, and the work that a service
 * does for it is cancelled, as at the deadline of a client (see
 * [method@Norpc.Proxy.set_timeout]). The time starts when the call arrives at the layer.
 * In front of a layer that delays calls, it therefore includes the time that they wait.
 *
 * A service sees the limit in [method@Norpc.Call.get_deadline]. It also applies to calls
 * that the service sends on behalf of the call.
 *
 * Since: 0.1
 */

struct _NorpcTimeLimit
{
  NorpcLayer parent_instance;

  guint milliseconds; /* since construction */
};

G_DEFINE_FINAL_TYPE (NorpcTimeLimit, norpc_time_limit, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_MILLISECONDS = 1,
} NorpcTimeLimitProperty;

static GParamSpec *properties[PROP_MILLISECONDS + 1];

static void
norpc_time_limit_send (NorpcLayer *layer,
                       NorpcCall  *call)
{
  NorpcTimeLimit *self = NORPC_TIME_LIMIT (layer);

  norpc_call_limit_deadline (call, norpc_clock_now () + (gint64) self->milliseconds * 1000);
  norpc_call_start_deadline_timer (call);
  norpc_layer_forward (layer, call);
}

static void
norpc_time_limit_set_property (GObject      *object,
                               guint         property_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  NorpcTimeLimit *self = NORPC_TIME_LIMIT (object);

  switch ((NorpcTimeLimitProperty) property_id)
    {
    case PROP_MILLISECONDS:
      self->milliseconds = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_time_limit_get_property (GObject    *object,
                               guint       property_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch ((NorpcTimeLimitProperty) property_id)
    {
    case PROP_MILLISECONDS:
      g_value_set_uint (value, NORPC_TIME_LIMIT (object)->milliseconds);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_time_limit_class_init (NorpcTimeLimitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_time_limit_set_property;
  object_class->get_property = norpc_time_limit_get_property;

  NORPC_LAYER_CLASS (klass)->send = norpc_time_limit_send;

  /**
   * NorpcTimeLimit:milliseconds: (getter get_milliseconds)
   *
   * The time limit of a call, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_MILLISECONDS] =
    g_param_spec_uint ("milliseconds", NULL, NULL,
                       1, G_MAXINT, 1000,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_time_limit_init (NorpcTimeLimit *self G_GNUC_UNUSED)
{
}

/**
 * norpc_time_limit_new:
 * @milliseconds: the time limit of a call in milliseconds, at least 1
 *
 * Creates a layer that makes calls time out after @milliseconds.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_time_limit_new (guint milliseconds)
{
  g_return_val_if_fail (milliseconds >= 1 && milliseconds <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_TIME_LIMIT, "milliseconds", milliseconds, NULL);
}

/**
 * norpc_time_limit_get_milliseconds:
 * @self: a time limit
 *
 * Gets the time limit of a call.
 *
 * Returns: the time in milliseconds
 * Since: 0.1
 */
guint
norpc_time_limit_get_milliseconds (NorpcTimeLimit *self)
{
  g_return_val_if_fail (NORPC_IS_TIME_LIMIT (self), 0);

  return self->milliseconds;
}
