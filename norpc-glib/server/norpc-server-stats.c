/* norpc-server-stats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The statistics of a server's calls. */

#include "channel/norpc-channel-private.h"
#include "norpc-server-private.h"
#include "stats/norpc-stats-private.h"

/**
 * norpc_server_get_collect_stats:
 * @self: a server
 *
 * Checks whether the server collects statistics of its calls.
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if statistics are collected
 * Since: 0.1
 */
gboolean
norpc_server_get_collect_stats (NorpcServer *self)
{
  NorpcStatsRecorder *recorder;

  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);

  recorder = g_atomic_pointer_get (&self->channel->recorder);

  return recorder != NULL && norpc_stats_recorder_is_on (recorder);
}

/* Thread-safe. */
static NorpcStatsRecorder *
ensure_recorder (NorpcChannel *channel)
{
  NorpcStatsRecorder *recorder = g_atomic_pointer_get (&channel->recorder);

  if (recorder != NULL)
    return recorder;

  recorder = norpc_stats_recorder_new ();
  if (g_atomic_pointer_compare_and_exchange (&channel->recorder, NULL, recorder))
    return recorder;

  norpc_stats_recorder_free (recorder);

  return g_atomic_pointer_get (&channel->recorder);
}

/**
 * norpc_server_set_collect_stats:
 * @self: a server
 * @collect_stats: whether to collect statistics
 *
 * Sets whether the server collects statistics of the calls that are sent to it from now
 * on.
 *
 * The default is %FALSE, and calls then have no overhead. Statistics that were collected
 * before it was set to %FALSE are kept.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_server_set_collect_stats (NorpcServer *self,
                                gboolean     collect_stats)
{
  g_return_if_fail (NORPC_IS_SERVER (self));

  collect_stats = !!collect_stats;
  if (norpc_server_get_collect_stats (self) == collect_stats)
    return;

  norpc_stats_recorder_set_on (ensure_recorder (self->channel), collect_stats);
  g_object_notify (G_OBJECT (self), "collect-stats");
}

/**
 * norpc_server_get_stats:
 * @self: a server
 *
 * Gets statistics of the calls that were sent to the server since
 * [property@Norpc.Server:collect-stats] was set.
 *
 * This function is thread-safe, and blocks no other thread.
 *
 * Returns: (transfer full): the statistics
 * Since: 0.1
 */
NorpcStats *
norpc_server_get_stats (NorpcServer *self)
{
  NorpcStatsRecorder *recorder;
  NorpcStats *stats;
  guint n_waiting;

  g_return_val_if_fail (NORPC_IS_SERVER (self), NULL);

  n_waiting = norpc_channel_get_waiting (self->channel);
  recorder = g_atomic_pointer_get (&self->channel->recorder);
  if (recorder != NULL)
    return norpc_stats_recorder_get_stats (recorder, n_waiting);

  stats = norpc_stats_new ();
  stats->n_waiting = n_waiting;

  return stats;
}
