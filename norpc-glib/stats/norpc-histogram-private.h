/* norpc-histogram-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number of buckets in each power of two. */
#define NORPC_HISTOGRAM_N_PARTS 16

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

void   norpc_histogram_record         (NorpcHistogram       *self,
                                       gint64                value);
void   norpc_histogram_add            (NorpcHistogram       *self,
                                       NorpcHistogram       *other);
gint64 norpc_histogram_get_percentile (const NorpcHistogram *self,
                                       double                percent);

G_END_DECLS
