/* bench-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The service that the calls of norpc-glib's rows go to. */

#include "bench-service.h"

#include <string.h>

G_DECLARE_FINAL_TYPE (Service, service, BENCH, SERVICE, GObject)

struct _Service
{
  GObject parent_instance;

  GHashTable *values; /* (owned) (nullable): owned keys to owned GBytes; made when first used */
};

static gboolean
service_noop (BenchTarget  *target,
              GError      **error)
{
  return TRUE;
}

static GHashTable *
make_values (void)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < BENCH_N_KEYS; i++)
    {
      char *value = g_malloc (BENCH_VALUE_SIZE);

      memset (value, 'v', BENCH_VALUE_SIZE);
      g_hash_table_insert (values, g_strdup_printf ("%u", i),
                           g_bytes_new_take (value, BENCH_VALUE_SIZE));
    }

  return values;
}

static GBytes *
service_get (BenchTarget  *target,
             const char   *key,
             GError      **error)
{
  Service *self = BENCH_SERVICE (target);
  GBytes *value;

  if (self->values == NULL)
    self->values = make_values ();

  value = g_hash_table_lookup (self->values, key);
  if (value == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no key '%s'", key);
      return NULL;
    }

  return g_bytes_ref (value);
}

static gboolean
service_mix (BenchTarget *target,
             guint8 a, gboolean b, gint16 c, guint16 d, gint e, guint f, gint64 g, guint64 h,
             double i, const char *j,
             guint8 k, gboolean l, gint16 m, guint16 n, gint o, guint p, gint64 q, guint64 r,
             double s, const char *t,
             guint8 u, gboolean v, gint16 w, guint16 x, gint y, guint z,
             guint64 *sum, GError **error)
{
  *sum = (guint64) (a + b + c + d + e + f + g + h + (gint64) i + strlen (j) +
                    k + l + m + n + o + p + q + r + (gint64) s + strlen (t) +
                    u + v + w + x + y + z);

  return TRUE;
}

static gboolean
service_weigh (BenchTarget  *target,
               GBytes       *bytes,
               guint64      *size,
               GError      **error)
{
  *size = g_bytes_get_size (bytes);

  return TRUE;
}

static gboolean
service_measure (BenchTarget  *target,
                 const char   *text,
                 guint64      *length,
                 GError      **error)
{
  *length = strlen (text);

  return TRUE;
}

static GObject *
service_pass_on (BenchTarget  *target,
                 GObject      *object,
                 GError      **error)
{
  return g_object_ref (object);
}

static void
service_target_iface_init (BenchTargetInterface *iface)
{
  iface->noop = service_noop;
  iface->get = service_get;
  iface->mix = service_mix;
  iface->weigh = service_weigh;
  iface->measure = service_measure;
  iface->pass_on = service_pass_on;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Service, service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BENCH_TYPE_TARGET,
                                                      service_target_iface_init))

static void
service_finalize (GObject *object)
{
  g_clear_pointer (&BENCH_SERVICE (object)->values, g_hash_table_unref);

  G_OBJECT_CLASS (service_parent_class)->finalize (object);
}

static void
service_class_init (ServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = service_finalize;
}

static void
service_init (Service *self)
{
}

GObject *
bench_service_new (void)
{
  return g_object_new (service_get_type (), NULL);
}
