/* norpc-method-stats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-stats-private.h"

/**
 * NorpcMethodStats:
 *
 * Statistics of the calls of one method, or of all methods together.
 *
 * It is part of a [struct@Norpc.Stats] and is immutable.
 *
 * Since: 0.1
 */

G_DEFINE_BOXED_TYPE (NorpcMethodStats, norpc_method_stats,
                     norpc_method_stats_ref, norpc_method_stats_unref)

/* Returns empty statistics (owned). */
NorpcMethodStats *
norpc_method_stats_new (const char *interface_name,
                        const char *method_name)
{
  NorpcMethodStats *self = g_atomic_rc_box_new0 (NorpcMethodStats);

  self->interface_name = g_intern_string (interface_name);
  self->method_name = g_intern_string (method_name);

  return self;
}

/**
 * norpc_method_stats_ref:
 * @self: statistics of a method
 *
 * Increases the reference count of @self.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcMethodStats *
norpc_method_stats_ref (NorpcMethodStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

/**
 * norpc_method_stats_unref:
 * @self: (transfer full): statistics of a method
 *
 * Decreases the reference count of @self, and frees it when the count drops to zero.
 *
 * Since: 0.1
 */
void
norpc_method_stats_unref (NorpcMethodStats *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release (self);
}

/**
 * norpc_method_stats_get_interface_name:
 * @self: statistics of a method
 *
 * Gets the name of the interface of the method.
 *
 * Returns: (transfer none) (nullable): the name of the interface, or %NULL if @self
 *   covers all methods
 * Since: 0.1
 */
const char *
norpc_method_stats_get_interface_name (NorpcMethodStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->interface_name;
}

/**
 * norpc_method_stats_get_method_name:
 * @self: statistics of a method
 *
 * Gets the name of the method.
 *
 * Returns: (transfer none) (nullable): the name of the method, or %NULL if @self covers
 *   all methods
 * Since: 0.1
 */
const char *
norpc_method_stats_get_method_name (NorpcMethodStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->method_name;
}

/**
 * norpc_method_stats_get_n_calls:
 * @self: statistics of a method
 *
 * Gets the number of calls that were sent.
 *
 * Returns: the number of calls
 * Since: 0.1
 */
guint64
norpc_method_stats_get_n_calls (NorpcMethodStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_calls;
}

/**
 * norpc_method_stats_get_n_in_flight:
 * @self: statistics of a method
 *
 * Gets the number of calls that were in flight: sent, but not completed.
 *
 * Returns: the number of calls in flight
 * Since: 0.1
 */
guint64
norpc_method_stats_get_n_in_flight (NorpcMethodStats *self)
{
  guint64 n_in_flight;

  g_return_val_if_fail (self != NULL, 0);

  n_in_flight = self->n_calls;
  for (guint i = 0; i < NORPC_N_OUTCOMES; i++)
    n_in_flight -= self->n_ended[i];

  return n_in_flight;
}

/**
 * norpc_method_stats_get_n_ended:
 * @self: statistics of a method
 * @outcome: an outcome
 *
 * Gets the number of calls that completed with a given outcome.
 *
 * The numbers for all outcomes and the number of calls in flight add up to the number of
 * calls.
 *
 * Returns: the number of calls with @outcome
 * Since: 0.1
 */
guint64
norpc_method_stats_get_n_ended (NorpcMethodStats *self,
                                NorpcOutcome      outcome)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) outcome < NORPC_N_OUTCOMES, 0);

  return self->n_ended[outcome];
}

/**
 * norpc_method_stats_get_percentile:
 * @self: statistics of a method
 * @latency: the latency to get
 * @percent: the percentile, from 0 to 100
 *
 * Gets a percentile of a latency: the median for 50, the maximum for 100.
 *
 * The result is accurate to 1/32. Times of more than four hours count as four hours.
 *
 * Returns: the time in nanoseconds, or 0 if there were no calls
 * Since: 0.1
 */
gint64
norpc_method_stats_get_percentile (NorpcMethodStats *self,
                                   NorpcLatency      latency,
                                   double            percent)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) latency < NORPC_N_LATENCIES, 0);
  g_return_val_if_fail (percent >= 0 && percent <= 100, 0);

  return norpc_histogram_get_percentile (&self->latencies[latency], percent);
}
