/* norpc-histogram.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-histogram-private.h"

/* The first buckets, which cover two powers of two, have one value each. */
#define N_EXACT (2 * NORPC_HISTOGRAM_N_PARTS)
#define EXACT_BITS 5

G_STATIC_ASSERT (1 << EXACT_BITS == N_EXACT);

static guint
get_bucket (guint64 value)
{
  guint bits, shift, bucket;

  if (value < N_EXACT)
    return (guint) value;

  /* 2^(bits - 1) <= value < 2^bits */
  bits = 64 - (guint) __builtin_clzll (value);
  shift = bits - EXACT_BITS;
  bucket = shift * NORPC_HISTOGRAM_N_PARTS + (guint) (value >> shift);

  return MIN (bucket, NORPC_HISTOGRAM_N_BUCKETS - 1);
}

/* Gets the value in the middle of a bucket. */
static gint64
get_value (guint bucket)
{
  guint shift;
  gint64 lowest;

  if (bucket < N_EXACT)
    return bucket;

  shift = bucket / NORPC_HISTOGRAM_N_PARTS - 1;
  lowest = (gint64) (bucket % NORPC_HISTOGRAM_N_PARTS + NORPC_HISTOGRAM_N_PARTS) << shift;

  return lowest + ((gint64) 1 << (shift - 1));
}

/* Thread-safe and lock-free. */
void
norpc_histogram_record (NorpcHistogram *self,
                        gint64          value)
{
  g_atomic_pointer_add (&self->counts[get_bucket ((guint64) MAX (value, 0))], 1);
}

/* Called in the thread that owns @self. Other threads may record values in @other meanwhile. */
void
norpc_histogram_add (NorpcHistogram *self,
                     NorpcHistogram *other)
{
  for (guint i = 0; i < NORPC_HISTOGRAM_N_BUCKETS; i++)
    self->counts[i] += (gsize) g_atomic_pointer_get (&other->counts[i]);
}

/* Called in the thread that owns @self. Gets the value that @percent of the values do not
 * exceed, or 0 if the histogram is empty.
 */
gint64
norpc_histogram_get_percentile (const NorpcHistogram *self,
                                double                percent)
{
  guint64 n_values = 0, n_below = 0;
  double wanted;

  for (guint i = 0; i < NORPC_HISTOGRAM_N_BUCKETS; i++)
    n_values += self->counts[i];

  wanted = MAX (percent / 100 * (double) n_values, 1);
  for (guint i = 0; i < NORPC_HISTOGRAM_N_BUCKETS && n_values > 0; i++)
    {
      n_below += self->counts[i];
      if ((double) n_below >= wanted || n_below == n_values)
        return get_value (i);
    }

  return 0;
}
