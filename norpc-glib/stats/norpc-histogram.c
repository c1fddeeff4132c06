/* norpc-histogram.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-histogram-private.h"

/* Gets the value in the middle of a bucket. */
static gint64
get_value (guint bucket)
{
  guint shift;
  gint64 lowest;

  if (bucket < NORPC_HISTOGRAM_N_EXACT)
    return bucket;

  shift = bucket / NORPC_HISTOGRAM_N_PARTS - 1;
  lowest = (gint64) (bucket % NORPC_HISTOGRAM_N_PARTS + NORPC_HISTOGRAM_N_PARTS) << shift;

  return lowest + ((gint64) 1 << (shift - 1));
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
