/* norpc-stats-recorder.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-stats-private.h"
#include "norpc-stats-recorder-private.h"

/* Starts with one user for traces and marks, until it is known whether they are enabled. */
int norpc_n_metrics_users = 1;

struct _NorpcInterfaceRecorder
{
  NorpcInterfaceRecorder   *next; /* (owned) (nullable) */
  const NorpcInterfaceInfo *interface_info;
  guint                     n_methods;
  NorpcMethodRecorder      *methods[]; /* (owned) (nullable), atomic: created for the first call */
};

NorpcStatsRecorder *
norpc_stats_recorder_new (void)
{
  return g_new0 (NorpcStatsRecorder, 1);
}

/* Thread-safe. Releases a method recorder, which is freed when the last of its calls has
 * completed.
 *
 * While the stats recorder exists, the lowest bit of `ended` is 0, and the other bits count
 * calls. This function sets the bit and subtracts the number of calls begun, which does not
 * change any more. The addition thus yields 1, here or when a call completes, once all calls
 * have completed. Calls need no reference to the recorder, so threads do not contend for a
 * reference count.
 */
static void
release (NorpcMethodRecorder *self)
{
  gsize begun = (gsize) g_atomic_pointer_get (&self->begun);
  gsize change = 1 - 2 * begun;

  if ((gsize) g_atomic_pointer_add (&self->ended, (gssize) change) + change == 1)
    g_free (self);
}

/* Thread-safe. Called when no further calls begin. */
void
norpc_stats_recorder_free (NorpcStatsRecorder *self)
{
  NorpcInterfaceRecorder *interface = self->interfaces;

  norpc_stats_recorder_set_on (self, FALSE);

  while (interface != NULL)
    {
      NorpcInterfaceRecorder *next = interface->next;

      for (guint i = 0; i < interface->n_methods; i++)
        if (interface->methods[i] != NULL)
          release (interface->methods[i]);
      g_free (interface);
      interface = next;
    }

  g_free (self);
}

/* Thread-safe. */
void
norpc_stats_recorder_set_on (NorpcStatsRecorder *self,
                             gboolean            on)
{
  if (g_atomic_int_compare_and_exchange (&self->on, !on, on))
    g_atomic_int_add (&norpc_n_metrics_users, on ? 1 : -1);
}

/* Thread-safe. The slow path of norpc_stats_recorder_note_n_waiting (). */
void
norpc_stats_recorder_raise_max_waiting (NorpcStatsRecorder *self,
                                        guint               n_waiting)
{
  int max;

  do
    max = g_atomic_int_get (&self->max_waiting);
  while (n_waiting > (guint) max &&
         !g_atomic_int_compare_and_exchange (&self->max_waiting, max, (int) n_waiting));
}

/* Thread-safe. */
static NorpcInterfaceRecorder *
ensure_interface (NorpcStatsRecorder       *self,
                  const NorpcInterfaceInfo *interface_info)
{
  NorpcInterfaceRecorder *first = g_atomic_pointer_get (&self->interfaces);
  NorpcInterfaceRecorder *new_interface;
  guint n_methods;

  for (NorpcInterfaceRecorder *interface = first; interface != NULL; interface = interface->next)
    if (interface->interface_info == interface_info)
      return interface;

  n_methods = norpc_interface_info_get_n_methods (interface_info);
  new_interface = g_malloc0 (sizeof (NorpcInterfaceRecorder) + n_methods * sizeof (gpointer));
  new_interface->interface_info = interface_info;
  new_interface->n_methods = n_methods;
  new_interface->next = first;
  if (g_atomic_pointer_compare_and_exchange (&self->interfaces, first, new_interface))
    return new_interface;

  /* Another thread has added an entry meanwhile, perhaps the same one. */
  g_free (new_interface);

  return ensure_interface (self, interface_info);
}

/* Thread-safe. */
static G_NO_INLINE NorpcMethodRecorder *
ensure_method (NorpcStatsRecorder       *self,
               const NorpcInterfaceInfo *interface_info,
               guint                     method)
{
  NorpcMethodRecorder **slot = &ensure_interface (self, interface_info)->methods[method];
  NorpcMethodRecorder *recorder = g_atomic_pointer_get (slot);

  if (recorder != NULL)
    return recorder;

  recorder = g_new0 (NorpcMethodRecorder, 1);
  recorder->interface_info = interface_info;
  recorder->method = method;
  if (g_atomic_pointer_compare_and_exchange (slot, NULL, recorder))
    return recorder;

  g_free (recorder);

  return g_atomic_pointer_get (slot);
}

/* Thread-safe. Returns NULL if this is the first call of the method. */
static inline NorpcMethodRecorder *
find_method (NorpcStatsRecorder       *self,
             const NorpcInterfaceInfo *interface_info,
             guint                     method)
{
  NorpcInterfaceRecorder *interface = g_atomic_pointer_get (&self->interfaces);

  while (interface != NULL && interface->interface_info != interface_info)
    interface = interface->next;

  return interface != NULL ? g_atomic_pointer_get (&interface->methods[method]) : NULL;
}

/* Thread-safe. Counts a call that begins. Returns the recorder for its latencies and its
 * outcome (unowned), which is valid until norpc_method_recorder_end ().
 */
NorpcMethodRecorder *
norpc_stats_recorder_begin (NorpcStatsRecorder       *self,
                            const NorpcInterfaceInfo *interface_info,
                            guint                     method)
{
  NorpcMethodRecorder *recorder = find_method (self, interface_info, method);

  if (recorder == NULL)
    recorder = ensure_method (self, interface_info, method);
  g_atomic_pointer_add (&recorder->begun, 1);

  return recorder;
}

/* Thread-safe. Reads the completed calls before the calls begun, so that a call that completes
 * meanwhile counts as in flight.
 */
static NorpcMethodStats *
read_method (NorpcMethodRecorder *self)
{
  NorpcMethodStats *stats =
    norpc_method_stats_new (norpc_interface_info_get_name (self->interface_info),
                            self->interface_info->methods[self->method]->dbus.name);

  for (guint i = 0; i < NORPC_N_LATENCIES; i++)
    norpc_histogram_add (&stats->latencies[i], &self->latencies[i]);
  for (guint i = 0; i < NORPC_N_OUTCOMES; i++)
    stats->n_ended[i] = (gsize) g_atomic_pointer_get (&self->outcomes[i]);
  stats->n_calls = (gsize) g_atomic_pointer_get (&self->begun);

  return stats;
}

/* Thread-safe. @n_waiting is the current length of the queue. Returns the statistics (owned). */
NorpcStats *
norpc_stats_recorder_get_stats (NorpcStatsRecorder *self,
                                guint               n_waiting)
{
  NorpcStats *stats = norpc_stats_new ();

  stats->n_waiting = n_waiting;
  stats->max_waiting = MAX (n_waiting, (guint) g_atomic_int_get (&self->max_waiting));

  for (NorpcInterfaceRecorder *interface = g_atomic_pointer_get (&self->interfaces);
       interface != NULL; interface = interface->next)
    for (guint i = 0; i < interface->n_methods; i++)
      {
        NorpcMethodRecorder *method = g_atomic_pointer_get (&interface->methods[i]);

        if (method != NULL)
          norpc_stats_add_method (stats, read_method (method));
      }

  return stats;
}
