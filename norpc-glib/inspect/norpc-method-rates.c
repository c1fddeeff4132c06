/* norpc-method-rates.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-clock-private.h"
#include "norpc-call-log-private.h"
#include "norpc-method-rates-private.h"
#include "stats/norpc-stats-private.h"

struct _NorpcMethodRates
{
  GHashTable *last; /* (owned): owned names to owned NorpcMethodStats */
  gint64      time; /* of the last list */
};

/* A list that is being made. */
typedef struct
{
  GVariantBuilder   builder;
  NorpcMethodRates *rates;   /* (unowned) */
  GHashTable       *now;     /* (owned): as the field `last` */
  double            seconds; /* since the last list */
} RatesListing;

void
norpc_method_rates_free (NorpcMethodRates *self)
{
  g_hash_table_unref (self->last);
  g_free (self);
}

static guint64
get_n_failed (NorpcMethodStats *method)
{
  return norpc_method_stats_get_n_calls (method) - norpc_method_stats_get_n_in_flight (method) -
         norpc_method_stats_get_n_ended (method, NORPC_OUTCOME_ANSWERED);
}

/* Sets @histogram to the total latencies of @method since @before (nullable). */
static void
get_new_latencies (NorpcHistogram   *histogram,
                   NorpcMethodStats *method,
                   NorpcMethodStats *before)
{
  *histogram = method->latencies[NORPC_LATENCY_TOTAL];
  for (guint i = 0; before != NULL && i < NORPC_HISTOGRAM_N_BUCKETS; i++)
    histogram->counts[i] -= MIN (histogram->counts[i], before->latencies[NORPC_LATENCY_TOTAL].counts[i]);
}

static void
add_percentiles (GVariantBuilder  *builder,
                 NorpcMethodStats *method,
                 NorpcMethodStats *before)
{
  static const struct
  {
    const char *key;
    double      percent;
  } percentiles[] = { { "median", 50 }, { "p90", 90 }, { "p99", 99 }, { "max", 100 } };
  g_autofree NorpcHistogram *histogram = g_new (NorpcHistogram, 1);

  get_new_latencies (histogram, method, before);
  for (guint i = 0; i < G_N_ELEMENTS (percentiles); i++)
    g_variant_builder_add (builder, "{sv}", percentiles[i].key,
                           g_variant_new_int64 (norpc_histogram_get_percentile (histogram, percentiles[i].percent)));
}

static void
add_method (RatesListing     *self,
            guint             server,
            NorpcMethodStats *method)
{
  char *key = g_strdup_printf ("%u %s.%s", server, method->interface_name, method->method_name);
  NorpcMethodStats *before = g_hash_table_lookup (self->rates->last, key);
  guint64 n_new = method->n_calls - (before != NULL ? before->n_calls : 0);
  GVariantBuilder *builder = &self->builder;

  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "service", g_variant_new_uint32 (server));
  g_variant_builder_add (builder, "{sv}", "interface", g_variant_new_string (method->interface_name));
  g_variant_builder_add (builder, "{sv}", "method", g_variant_new_string (method->method_name));
  g_variant_builder_add (builder, "{sv}", "calls", g_variant_new_uint64 (method->n_calls));
  g_variant_builder_add (builder, "{sv}", "in-flight",
                         g_variant_new_uint64 (norpc_method_stats_get_n_in_flight (method)));
  g_variant_builder_add (builder, "{sv}", "failed", g_variant_new_uint64 (get_n_failed (method)));
  g_variant_builder_add (builder, "{sv}", "rate", g_variant_new_double ((double) n_new / self->seconds));
  add_percentiles (builder, method, before);
  g_variant_builder_close (builder);

  g_hash_table_insert (self->now, key, norpc_method_stats_ref (method));
}

static void
add_server_cb (guint       server,
               NorpcStats *stats,
               gpointer    data)
{
  GPtrArray *methods = norpc_stats_get_methods (stats);

  for (guint i = 0; i < methods->len; i++)
    add_method (data, server, methods->pdata[i]);
}

/* Called by one thread at a time. Returns an `aa{sv}` (floating). */
GVariant *
norpc_method_rates_list (NorpcMethodRates *self)
{
  gint64 now = norpc_clock_get ();
  RatesListing listing = { .rates = self, .seconds = (double) MAX (now - self->time, 1) / 1e9 };

  listing.now = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) norpc_method_stats_unref);
  g_variant_builder_init (&listing.builder, G_VARIANT_TYPE ("aa{sv}"));
  norpc_call_log_foreach_stats (add_server_cb, &listing);

  g_hash_table_unref (self->last);
  self->last = listing.now;
  self->time = now;

  return g_variant_builder_end (&listing.builder);
}

/* The first list is of the calls from now on, although another inspector may have recorded some before. */
NorpcMethodRates *
norpc_method_rates_new (void)
{
  NorpcMethodRates *self = g_new0 (NorpcMethodRates, 1);

  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) norpc_method_stats_unref);
  self->time = norpc_clock_get ();
  g_variant_unref (g_variant_ref_sink (norpc_method_rates_list (self)));

  return self;
}
