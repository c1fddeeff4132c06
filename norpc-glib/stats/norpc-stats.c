/* norpc-stats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-stats-private.h"

/**
 * NorpcStats:
 *
 * Statistics of the calls to a service at one moment.
 *
 * Use [method@Norpc.Server.get_stats] to get the statistics of a server. They are
 * immutable; to observe changes, get them again and compare. They count from the time
 * when [property@Norpc.Server:collect-stats] was first set.
 *
 * Getting statistics blocks no other thread. A call that is sent or completes meanwhile
 * may therefore be included in some numbers and not in others. But the number of calls of
 * a method is always the sum of the completed calls and those in flight, and counters
 * never decrease.
 *
 * Since: 0.1
 */

G_DEFINE_BOXED_TYPE (NorpcStats, norpc_stats, norpc_stats_ref, norpc_stats_unref)

/* Returns statistics without any methods (owned). */
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

static void
add_stats (NorpcMethodStats *self,
           NorpcMethodStats *other)
{
  self->n_calls += other->n_calls;
  for (guint i = 0; i < NORPC_N_OUTCOMES; i++)
    self->n_ended[i] += other->n_ended[i];
  for (guint i = 0; i < NORPC_N_LATENCIES; i++)
    norpc_histogram_add (&self->latencies[i], &other->latencies[i]);
}

/* Called before @self is shared. Takes ownership of @method. Methods of one name, such as the two setters of a property,
 * become one.
 */
void
norpc_stats_add_method (NorpcStats       *self,
                        NorpcMethodStats *method)
{
  g_autoptr (NorpcMethodStats) added = method;

  add_stats (self->total, method);
  for (guint i = 0; i < self->methods->len; i++)
    {
      NorpcMethodStats *other = self->methods->pdata[i];

      /* The names are interned. */
      if (other->interface_name == method->interface_name && other->method_name == method->method_name)
        {
          add_stats (other, method);
          return;
        }
    }

  g_ptr_array_add (self->methods, g_steal_pointer (&added));
}

/**
 * norpc_stats_ref:
 * @self: statistics
 *
 * Increases the reference count of @self.
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
 * Decreases the reference count of @self, and frees it when the count drops to zero.
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
 * Gets the number of calls that were waiting for the service.
 *
 * Returns: the length of the queue
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
 * Gets the largest number of calls that have waited for the service at once.
 *
 * Returns: the greatest length of the queue
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
 * Gets the statistics of all methods together.
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
 * Gets the statistics of each method that was called.
 *
 * The methods of an interface are in the order of the description.
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

/* Returns TRUE if @name is the name of the method, with or without that of its interface. */
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
 * @name: the name of a method, such as `Get`, or, if several interfaces have a method of
 *   that name, the name with the interface, such as `org.example.Kv.Get`
 *
 * Gets the statistics of one method.
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
