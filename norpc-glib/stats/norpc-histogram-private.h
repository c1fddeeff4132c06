/* norpc-histogram-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number of buckets in each power of two. */
#define NORPC_HISTOGRAM_N_PARTS 16

/* The first buckets, which cover two powers of two, have one value each. */
#define NORPC_HISTOGRAM_EXACT_BITS 5
#define NORPC_HISTOGRAM_N_EXACT (1 << NORPC_HISTOGRAM_EXACT_BITS)

G_STATIC_ASSERT (NORPC_HISTOGRAM_N_EXACT == 2 * NORPC_HISTOGRAM_N_PARTS);

/* Covers values up to 2^44; as nanoseconds, that is almost five hours. */
#define NORPC_HISTOGRAM_N_BUCKETS (NORPC_HISTOGRAM_N_PARTS * (44 - 3))

/*
 * Counts values in buckets that grow with the values, like an HDR histogram: values below 32
 * are exact, larger values are accurate to 1/32. A value beyond the range counts as the
 * largest one.
 */
typedef struct
{
  gsize counts[NORPC_HISTOGRAM_N_BUCKETS]; /* atomic */
} NorpcHistogram;

static inline guint
norpc_histogram_get_bucket (guint64 value)
{
  /* 2^(bits - 1) <= value < 2^bits, or the value is smaller and exact. */
  guint bits = 64 - (guint) __builtin_clzll (value | (NORPC_HISTOGRAM_N_EXACT - 1));
  guint shift = bits - NORPC_HISTOGRAM_EXACT_BITS;
  guint bucket = shift * NORPC_HISTOGRAM_N_PARTS + (guint) (value >> shift);

  return MIN (bucket, NORPC_HISTOGRAM_N_BUCKETS - 1);
}

/* Thread-safe and lock-free. */
static inline void
norpc_histogram_record (NorpcHistogram *self,
                        gint64          value)
{
  g_atomic_pointer_add (&self->counts[norpc_histogram_get_bucket ((guint64) MAX (value, 0))], 1);
}

void   norpc_histogram_add            (NorpcHistogram       *self,
                                       NorpcHistogram       *other);
gint64 norpc_histogram_get_percentile (const NorpcHistogram *self,
                                       double                percent);

G_END_DECLS
