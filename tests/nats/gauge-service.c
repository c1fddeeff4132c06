/* gauge-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "gauge-service.h"

struct _GaugeService
{
  GObject parent_instance;

  GMutex    lock;
  GaugeFunc func; /* (nullable) [lock] */
  gpointer  data; /* [lock] */

  int           level;
  char         *label; /* (owned) (nullable) */
  char         *text;  /* (owned) (nullable) */
  guint         count;
  GVariant     *any;   /* (owned) */
  GCancellable *token; /* (owned) */
};

typedef enum
{
  PROP_LEVEL = 1,
  PROP_LABEL,
  PROP_TEXT,
  PROP_COUNT,
  PROP_ANY,
  PROP_TOKEN,
} GaugeServiceProperty;

static gboolean
gauge_service_run (DepotGauge  *gauge,
                   int         *out_number,
                   GError     **error)
{
  GaugeService *self = GAUGE_SERVICE (gauge);
  GaugeFunc func;
  gpointer data;

  g_mutex_lock (&self->lock);
  func = self->func;
  data = self->data;
  g_mutex_unlock (&self->lock);
  *out_number = func != NULL ? func (self, data) : 0;

  return TRUE;
}

static void
gauge_service_iface_init (DepotGaugeInterface *iface)
{
  iface->run = gauge_service_run;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (GaugeService, gauge_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DEPOT_TYPE_GAUGE, gauge_service_iface_init))

/* A negative level is rejected, and one above 100 becomes 100. */
static void
set_level (GaugeService *self,
           int           level)
{
  if (level < 0)
    norpc_call_return_error (norpc_call_get_current (), DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL, "%d is too low",
                             level);
  else
    self->level = MIN (level, 100);
}

static void
gauge_service_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  GaugeService *self = GAUGE_SERVICE (object);

  switch ((GaugeServiceProperty) property_id)
    {
    case PROP_LEVEL:
      set_level (self, g_value_get_int (value));
      break;

    case PROP_LABEL:
      g_free (self->label);
      self->label = g_value_dup_string (value);
      break;

    case PROP_ANY:
      g_variant_unref (self->any);
      self->any = g_value_dup_variant (value);
      break;

    case PROP_TOKEN:
      g_set_object (&self->token, g_value_get_object (value));
      break;

    case PROP_TEXT:
    case PROP_COUNT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gauge_service_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  GaugeService *self = GAUGE_SERVICE (object);

  switch ((GaugeServiceProperty) property_id)
    {
    case PROP_LEVEL:
      g_value_set_int (value, self->level);
      break;

    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;

    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;

    case PROP_COUNT:
      g_value_set_uint (value, self->count);
      break;

    case PROP_ANY:
      g_value_set_variant (value, self->any);
      break;

    case PROP_TOKEN:
      g_value_set_object (value, self->token);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gauge_service_finalize (GObject *object)
{
  GaugeService *self = GAUGE_SERVICE (object);

  g_clear_object (&self->token);
  g_variant_unref (self->any);
  g_free (self->text);
  g_free (self->label);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (gauge_service_parent_class)->finalize (object);
}

static void
gauge_service_class_init (GaugeServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gauge_service_set_property;
  object_class->get_property = gauge_service_get_property;
  object_class->finalize = gauge_service_finalize;
  g_object_class_override_property (object_class, PROP_LEVEL, "level");
  g_object_class_override_property (object_class, PROP_LABEL, "label");
  g_object_class_override_property (object_class, PROP_TEXT, "text");
  g_object_class_override_property (object_class, PROP_COUNT, "count");
  g_object_class_override_property (object_class, PROP_TOKEN, "token");
  g_object_class_override_property (object_class, PROP_ANY, "any");
}

static void
gauge_service_init (GaugeService *self)
{
  g_mutex_init (&self->lock);
  self->text = g_strdup ("first");
  self->token = g_cancellable_new ();
  self->any = g_variant_ref_sink (g_variant_new_parsed ("<1>"));
}

GaugeService *
gauge_service_new (int level)
{
  GaugeService *self = g_object_new (GAUGE_TYPE_SERVICE, NULL);

  self->level = level;

  return self;
}

/* Thread-safe. */
void
gauge_service_set_func (GaugeService *self,
                        GaugeFunc     func,
                        gpointer      data)
{
  g_mutex_lock (&self->lock);
  self->func = func;
  self->data = data;
  g_mutex_unlock (&self->lock);
}

void
gauge_service_set_text (GaugeService *self,
                        const char   *text)
{
  g_free (self->text);
  self->text = g_strdup (text);
  g_object_notify (G_OBJECT (self), "text");
}

void
gauge_service_count (GaugeService *self)
{
  self->count++;
  g_object_notify (G_OBJECT (self), "count");
}
