/* norpc-stats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-stats-private.h"

/**
 * NorpcStats:
 *
 * What became of the calls to a service, at one moment.
 *
 * [method@Norpc.Server.get_stats] takes them. They do not change; to see how
 * things go, take them again and look at the difference. They count from when
 * [property@Norpc.Server:collect-stats] was set first.
 *
 * Nobody is stopped for them. So a call that is sent or ends in the meantime may
 * be in some numbers and not yet in others: but the calls of a method are
 * always those that have ended and those that are in flight, and no number that
 * only grows is ever less than it was before.
 *
 * Since: 0.1
 */

G_DEFINE_BOXED_TYPE (NorpcStats, norpc_stats, norpc_stats_ref, norpc_stats_unref)

/* Returns owned stats of no methods. */
NorpcStats *
norpc_stats_new (void)
{
  NorpcStats *self = g_atomic_rc_box_new0 (NorpcStats);

  self->methods = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_method_stats_unref);
  self->total = norpc_method_stats_new (NULL, NULL);

  return self;
}

static void
norpc_stats_clear (gpointer data)
{
  NorpcStats *self = data;

  g_ptr_array_unref (self->methods);
  norpc_method_stats_unref (self->total);
}

/* Before anybody else has @self, which takes over @method. */
void
norpc_stats_add_method (NorpcStats       *self,
                        NorpcMethodStats *method)
{
  g_ptr_array_add (self->methods, method);

  self->total->n_calls += method->n_calls;
  for (guint i = 0; i < NORPC_N_OUTCOMES; i++)
    self->total->n_ended[i] += method->n_ended[i];
  for (guint i = 0; i < NORPC_N_LATENCIES; i++)
    norpc_histogram_add (&self->total->latencies[i], &method->latencies[i]);
}

/**
 * norpc_stats_ref:
 * @self: statistics
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcStats *
norpc_stats_ref (NorpcStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

/**
 * norpc_stats_unref:
 * @self: (transfer full): statistics
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
norpc_stats_unref (NorpcStats *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, norpc_stats_clear);
}

/**
 * norpc_stats_get_n_waiting:
 * @self: statistics
 *
 * Counts the calls that waited for the service.
 *
 * Returns: how long the queue was
 * Since: 0.1
 */
guint
norpc_stats_get_n_waiting (NorpcStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_waiting;
}

/**
 * norpc_stats_get_max_waiting:
 * @self: statistics
 *
 * Tells how many calls waited for the service at most.
 *
 * Returns: how long the queue has ever been
 * Since: 0.1
 */
guint
norpc_stats_get_max_waiting (NorpcStats *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->max_waiting;
}

/**
 * norpc_stats_get_total:
 * @self: statistics
 *
 * Gets what became of the calls of all methods together.
 *
 * Returns: (transfer none): the statistics of all methods
 * Since: 0.1
 */
NorpcMethodStats *
norpc_stats_get_total (NorpcStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->total;
}

/**
 * norpc_stats_get_methods:
 * @self: statistics
 *
 * Gets what became of the calls of each method that was called.
 *
 * Those of an interface are in the order of the description.
 *
 * Returns: (transfer none) (element-type Norpc.MethodStats): the statistics of
 *   the methods
 * Since: 0.1
 */
GPtrArray *
norpc_stats_get_methods (NorpcStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->methods;
}

/* Whether @name is that of the method, with its interface or without. */
static gboolean
is_named (NorpcMethodStats *method,
          const char       *name)
{
  gsize length = strlen (method->interface_name);

  if (strcmp (method->method_name, name) == 0)
    return TRUE;

  return strncmp (name, method->interface_name, length) == 0 && name[length] == '.' &&
         strcmp (method->method_name, name + length + 1) == 0;
}

/**
 * norpc_stats_get_method:
 * @self: statistics
 * @name: the name of a method, such as `Get`; or, where several interfaces have
 *   one, with the interface: `org.example.Kv.Get`
 *
 * Gets what became of the calls of one method.
 *
 * Returns: (transfer none) (nullable): the statistics of the method, or %NULL
 *   if it was not called
 * Since: 0.1
 */
NorpcMethodStats *
norpc_stats_get_method (NorpcStats *self,
                        const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < self->methods->len; i++)
    if (is_named (self->methods->pdata[i], name))
      return self->methods->pdata[i];

  return NULL;
}
