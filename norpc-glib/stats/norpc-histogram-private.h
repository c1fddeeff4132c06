/* norpc-histogram-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each power of two is split in so many parts. */
#define NORPC_HISTOGRAM_N_PARTS 16

/* Values up to 2^44: as nanoseconds, almost five hours. */
#define NORPC_HISTOGRAM_N_BUCKETS (NORPC_HISTOGRAM_N_PARTS * (44 - 3))

/*
 * How often each value came, with buckets that grow with the values, as those
 * of HDR histograms: values below 32 are told exactly, those above within 1/32.
 * What is too large counts as the largest.
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
