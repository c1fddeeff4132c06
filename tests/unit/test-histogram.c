/* test-histogram.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "stats/norpc-histogram-private.h"

#define LARGEST (((gint64) 1 << 44) - 1)

static void
test_empty (void)
{
  g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);

  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 0), ==, 0);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 100), ==, 0);
}

static void
test_precision (void)
{
  for (gint64 value = 0; value <= LARGEST; value += 1 + value / 97)
    {
      g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);
      gint64 told, difference;

      norpc_histogram_record (histogram, value);
      told = norpc_histogram_get_percentile (histogram, 50);
      difference = ABS (told - value);

      if (value < 32)
        g_assert_cmpint (told, ==, value);
      g_assert_cmpint (difference * 32, <=, value);
    }
}

/* Where a bucket ends and the next begins. */
static void
test_powers (void)
{
  for (guint bits = 0; bits < 44; bits++)
    for (gint64 value = ((gint64) 1 << bits) - 1; value <= (gint64) 1 << bits; value++)
      {
        g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);
        gint64 told;

        norpc_histogram_record (histogram, value);
        told = norpc_histogram_get_percentile (histogram, 100);
        g_assert_cmpint (ABS (told - value) * 32, <=, value);
      }
}

static void
test_out_of_range (void)
{
  g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);

  norpc_histogram_record (histogram, -5);
  norpc_histogram_record (histogram, LARGEST + 1);
  norpc_histogram_record (histogram, G_MAXINT64);

  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 0), ==, 0);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 34), >, LARGEST / 32 * 31);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 100), >, LARGEST / 32 * 31);
}

/* Of the values 1, 2, ... 20, which are told exactly. */
static void
test_percentiles (void)
{
  g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);

  for (gint64 value = 20; value > 0; value--)
    norpc_histogram_record (histogram, value);

  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 0), ==, 1);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 5), ==, 1);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 5.1), ==, 2);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 50), ==, 10);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 95), ==, 19);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 99), ==, 20);
  g_assert_cmpint (norpc_histogram_get_percentile (histogram, 100), ==, 20);
}

static void
test_add (void)
{
  g_autofree NorpcHistogram *sum = g_new0 (NorpcHistogram, 1);
  g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);

  norpc_histogram_record (sum, 3);
  norpc_histogram_record (histogram, 5);
  norpc_histogram_record (histogram, 7);
  norpc_histogram_add (sum, histogram);

  g_assert_cmpint (norpc_histogram_get_percentile (sum, 30), ==, 3);
  g_assert_cmpint (norpc_histogram_get_percentile (sum, 60), ==, 5);
  g_assert_cmpint (norpc_histogram_get_percentile (sum, 90), ==, 7);
}

static gpointer
record_many (gpointer data)
{
  for (int i = 0; i < 10000; i++)
    norpc_histogram_record (data, i % 4);

  return NULL;
}

/* Nothing is lost when two threads record the same. */
static void
test_threads (void)
{
  g_autofree NorpcHistogram *histogram = g_new0 (NorpcHistogram, 1);
  GThread *thread = g_thread_new ("recorder", record_many, histogram);

  record_many (histogram);
  g_thread_join (thread);

  for (int i = 0; i < 4; i++)
    g_assert_cmpuint (histogram->counts[i], ==, 5000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/histogram/empty", test_empty);
  g_test_add_func ("/histogram/precision", test_precision);
  g_test_add_func ("/histogram/powers", test_powers);
  g_test_add_func ("/histogram/out-of-range", test_out_of_range);
  g_test_add_func ("/histogram/percentiles", test_percentiles);
  g_test_add_func ("/histogram/add", test_add);
  g_test_add_func ("/histogram/threads", test_threads);

  return g_test_run ();
}
