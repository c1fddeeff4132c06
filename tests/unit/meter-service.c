/* meter-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meter-service.h"

static GMutex lock;
static char *noted; /* (owned) (nullable) [lock] */

typedef enum
{
  PROP_LEVEL = 1,
  PROP_TITLE,
  PROP_TAGS,
  PROP_EXTRA,
} MeterServiceProperty;

struct _MeterService
{
  GObject    parent_instance;
  double     level;
  char     **tags;   /* (owned) */
  NorpcCall *waiting; /* (owned) (nullable) */
};

static void
note (const char *text)
{
  g_mutex_lock (&lock);
  g_free (noted);
  noted = g_strdup (text);
  g_mutex_unlock (&lock);
}

char *
meter_service_dup_noted (void)
{
  char *copy;

  g_mutex_lock (&lock);
  copy = g_strdup (noted);
  g_mutex_unlock (&lock);

  return copy;
}

static char *
meter_service_double (MeterMeter  *self,
                      const char  *text,
                      GError     **error)
{
  if (*text != '\0')
    return g_strconcat (text, text, NULL);

  g_set_error_literal (error, METER_FAILURE, METER_FAILURE_BROKEN, "There is no text");

  return NULL;
}

static gboolean
meter_service_handle_echo (MeterMeter         *self,
                           NorpcCall          *call,
                           guint8              byte,
                           gboolean            flag,
                           gint16              arg_short,
                           guint16             arg_ushort,
                           gint                arg_int,
                           guint               arg_uint,
                           gint64              arg_long,
                           guint64             arg_ulong,
                           double              real,
                           const char         *text,
                           const char         *path,
                           const char         *signature,
                           const char * const *texts,
                           const char * const *paths,
                           GBytes             *data,
                           GVariant           *dict,
                           GVariant           *any,
                           const char         *maybe_text,
                           GVariant           *maybe_int,
                           const char         *nullable,
                           GFile              *file,
                           GError            **error)
{
  meter_meter_complete_echo (self, call, byte, flag, arg_short, arg_ushort, arg_int, arg_uint, arg_long, arg_ulong,
                             real, text, path, signature, texts, paths, data, dict, any, maybe_text, maybe_int,
                             nullable, file);

  return TRUE;
}

static gboolean
meter_service_raise (MeterMeter  *self,
                     double       by,
                     GError     **error)
{
  meter_meter_emit_changed (self, METER_SERVICE (self)->level, NULL);
  METER_SERVICE (self)->level += by;
  g_object_notify (G_OBJECT (self), "level");
  meter_meter_emit_changed (self, METER_SERVICE (self)->level, "raised");

  return TRUE;
}

static gboolean
meter_service_keep (MeterMeter  *self,
                    GBytes      *data,
                    guint64     *size,
                    GError     **error)
{
  *size = g_bytes_get_size (data);
  g_bytes_unref (data);

  return TRUE;
}

static gboolean
meter_service_note (MeterMeter  *self,
                    const char  *text,
                    GError     **error)
{
  note (text);

  return TRUE;
}

static gboolean
meter_service_handle_wait (MeterMeter  *self,
                           NorpcCall   *call,
                           GError     **error)
{
  g_clear_pointer (&METER_SERVICE (self)->waiting, norpc_call_unref);
  METER_SERVICE (self)->waiting = norpc_call_ref (call);

  return TRUE;
}

/* The client reads before more than four items wait. */
static gboolean
meter_service_handle_count (MeterMeter             *self,
                            NorpcCall              *call,
                            MeterMeterCountStream  *stream,
                            guint                   upto,
                            GError                **error)
{
  for (guint i = 1; i <= upto; i++)
    if (!meter_meter_count_stream_write (stream, i, error))
      return FALSE;
  meter_meter_complete_count (self, call, (guint64) upto * (upto + 1) / 2);

  return TRUE;
}

static void
meter_service_iface_init (MeterMeterInterface *iface)
{
  iface->double_ = meter_service_double;
  iface->handle_echo = meter_service_handle_echo;
  iface->raise_ = meter_service_raise;
  iface->keep = meter_service_keep;
  iface->note = meter_service_note;
  iface->handle_wait = meter_service_handle_wait;
  iface->handle_count = meter_service_handle_count;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MeterService, meter_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (METER_TYPE_METER, meter_service_iface_init))

static void
meter_service_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  MeterService *self = METER_SERVICE (object);

  switch ((MeterServiceProperty) property_id)
    {
    case PROP_LEVEL:
      g_value_set_double (value, self->level);
      break;
    case PROP_TITLE:
      g_value_set_static_string (value, "meter");
      break;
    case PROP_TAGS:
      g_value_set_boxed (value, self->tags);
      break;
    case PROP_EXTRA:
      g_value_set_variant (value, g_variant_new ("a{sv}", NULL));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
meter_service_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  MeterService *self = METER_SERVICE (object);

  if (property_id == PROP_TAGS)
    {
      g_strfreev (self->tags);
      self->tags = g_value_dup_boxed (value);
    }
  else if (g_value_get_double (value) < 0)
    {
      norpc_call_return_error (norpc_call_get_current (), METER_FAILURE, METER_FAILURE_LOST, "Too low");
    }
  else
    {
      self->level = g_value_get_double (value);
    }
}

static void
meter_service_finalize (GObject *object)
{
  g_strfreev (METER_SERVICE (object)->tags);
  g_clear_pointer (&METER_SERVICE (object)->waiting, norpc_call_unref);

  G_OBJECT_CLASS (meter_service_parent_class)->finalize (object);
}

static void
meter_service_class_init (MeterServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const char * const names[] = { "level", "title", "tags", "extra" };

  object_class->get_property = meter_service_get_property;
  object_class->set_property = meter_service_set_property;
  object_class->finalize = meter_service_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_class_override_property (object_class, i + 1, names[i]);
}

static void
meter_service_init (MeterService *self)
{
  self->tags = g_new0 (char *, 1);
}

/* The same, with a description at run time. */

static gboolean
dynamic_double (NorpcDynamicService  *service,
                NorpcCall            *call,
                GVariant             *args,
                GError              **error)
{
  g_autofree char *doubled = NULL;
  const char *text;

  g_variant_get (args, "(&s)", &text);
  if (*text == '\0')
    {
      g_propagate_error (error, norpc_interface_info_new_error (norpc_dynamic_service_get_interface_info (service),
                                                                "Failure.Broken", "There is no text"));
      return FALSE;
    }

  doubled = g_strconcat (text, text, NULL);
  norpc_call_return_variant (call, g_variant_new ("(s)", doubled));

  return TRUE;
}

static void
dynamic_raise (NorpcDynamicService *service,
               NorpcCall           *call,
               GVariant            *args)
{
  double level, by;

  g_variant_get (args, "(d)", &by);
  g_object_get (service, "level", &level, NULL);
  g_assert_true (norpc_dynamic_service_emit_variant (service, "Changed", g_variant_new ("(dms)", level, NULL), NULL));
  g_assert_true (norpc_dynamic_service_set_value (service, "Level", g_variant_new_double (level + by), NULL));
  g_signal_emit_by_name (service, "changed", level + by, "raised");
  norpc_call_return_variant (call, NULL);
}

static gboolean
dynamic_count (NorpcCall  *call,
               GVariant   *args,
               GError    **error)
{
  NorpcDynamicStream *stream = norpc_dynamic_stream_get_for_call (call);
  guint upto;

  g_variant_get (args, "(u)", &upto);
  for (guint i = 1; i <= upto; i++)
    if (!norpc_dynamic_stream_write (stream, g_variant_new ("(u)", i), error))
      return FALSE;
  norpc_call_return_variant (call, g_variant_new ("(t)", (guint64) upto * (upto + 1) / 2));

  return TRUE;
}

static gboolean
handle_dynamic_call (NorpcDynamicService  *service,
                     NorpcCall            *call,
                     const char           *method_name,
                     GVariant             *args,
                     gpointer              user_data,
                     GError              **error)
{
  NorpcCall **waiting = user_data;

  if (g_str_equal (method_name, "Double"))
    return dynamic_double (service, call, args, error);
  if (g_str_equal (method_name, "Count"))
    return dynamic_count (call, args, error);

  if (g_str_equal (method_name, "Echo"))
    {
      norpc_call_return_variant (call, args);
    }
  else if (g_str_equal (method_name, "Raise"))
    {
      dynamic_raise (service, call, args);
    }
  else if (g_str_equal (method_name, "Keep"))
    {
      g_autoptr (GVariant) data = g_variant_get_child_value (args, 0);

      norpc_call_return_variant (call, g_variant_new ("(t)", (guint64) g_variant_n_children (data)));
    }
  else if (g_str_equal (method_name, "Note"))
    {
      const char *text;

      g_variant_get (args, "(&s)", &text);
      note (text);
    }
  else
    {
      g_assert_cmpstr (method_name, ==, "Wait");
      g_clear_pointer (waiting, norpc_call_unref);
      *waiting = norpc_call_ref (call);
    }

  return TRUE;
}

static gboolean
allow_write (NorpcDynamicService  *service,
             const char           *property_name,
             const GValue         *value,
             gpointer              user_data,
             GError              **error)
{
  if (!g_str_equal (property_name, "Level") || g_value_get_double (value) >= 0)
    return TRUE;

  g_propagate_error (error, norpc_interface_info_new_error (norpc_dynamic_service_get_interface_info (service),
                                                            "org.example.Meter.Failure.Lost", "Too low"));

  return FALSE;
}

static void
free_waiting (gpointer user_data)
{
  NorpcCall **waiting = user_data;

  g_clear_pointer (waiting, norpc_call_unref);
  g_free (waiting);
}

GObject *
meter_service_new_dynamic (const NorpcInterfaceInfo *info)
{
  NorpcDynamicService *service = norpc_dynamic_service_new (info, handle_dynamic_call, g_new0 (NorpcCall *, 1),
                                                            free_waiting);

  norpc_dynamic_service_set_write_func (service, allow_write, NULL, NULL);
  g_object_set (service, "title", "meter", NULL);

  return G_OBJECT (service);
}
