/* norpc-stats-recorder.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-stats-private.h"
#include "norpc-stats-recorder-private.h"

/* What the caches of processors hand to each other as one. */
#define CACHE_LINE 64

/* One for the trace and the marks, until it is known that nobody wants them. */
int norpc_n_metrics_users = 1;

struct _NorpcMethodRecorder
{
  const NorpcInterfaceInfo *interface_info;
  guint                     method;

  /* What clients write is apart from what services write. */
  gsize begun; /* atomic: calls */
  char  padding[CACHE_LINE];

  gsize          ended; /* atomic: calls, twice; see release () */
  gsize          outcomes[NORPC_N_OUTCOMES]; /* atomic */
  NorpcHistogram latencies[NORPC_N_LATENCIES]; /* atomic */
};

typedef struct _InterfaceRecorder InterfaceRecorder;

struct _InterfaceRecorder
{
  InterfaceRecorder        *next; /* (owned) (nullable) */
  const NorpcInterfaceInfo *interface_info;
  guint                     n_methods;
  NorpcMethodRecorder      *methods[]; /* (owned) (nullable), atomic: made with the first call */
};

struct _NorpcStatsRecorder
{
  InterfaceRecorder *interfaces; /* (owned) (nullable), atomic: only grows */
  int                on;         /* atomic */
  int                max_waiting; /* atomic */
};

NorpcStatsRecorder *
norpc_stats_recorder_new (void)
{
  return g_new0 (NorpcStatsRecorder, 1);
}

/* Any thread: lets go of a method, which the last of its calls takes with it.
 *
 * As long as the recorder is there, the lowest bit of `ended` is unset, and the
 * others count. This sets the bit and takes away what was begun, which is all
 * that ever will be: so 1 comes out of the addition, here or with a call, when
 * as many have ended. No call needs a reference, which two threads would
 * fight for.
 */
static void
release (NorpcMethodRecorder *self)
{
  gsize begun = (gsize) g_atomic_pointer_get (&self->begun);
  gsize change = 1 - 2 * begun;

  if ((gsize) g_atomic_pointer_add (&self->ended, (gssize) change) + change == 1)
    g_free (self);
}

/* Any thread: no more calls come. */
void
norpc_stats_recorder_free (NorpcStatsRecorder *self)
{
  InterfaceRecorder *interface = self->interfaces;

  norpc_stats_recorder_set_on (self, FALSE);

  while (interface != NULL)
    {
      InterfaceRecorder *next = interface->next;

      for (guint i = 0; i < interface->n_methods; i++)
        if (interface->methods[i] != NULL)
          release (interface->methods[i]);
      g_free (interface);
      interface = next;
    }

  g_free (self);
}

/* Any thread. */
void
norpc_stats_recorder_set_on (NorpcStatsRecorder *self,
                             gboolean            on)
{
  if (g_atomic_int_compare_and_exchange (&self->on, !on, on))
    g_atomic_int_add (&norpc_n_metrics_users, on ? 1 : -1);
}

/* Any thread. */
gboolean
norpc_stats_recorder_is_on (NorpcStatsRecorder *self)
{
  return g_atomic_int_get (&self->on);
}

/* Any thread: how long the queue is just now. */
void
norpc_stats_recorder_note_n_waiting (NorpcStatsRecorder *self,
                                     guint               n_waiting)
{
  int max;

  if (!norpc_stats_recorder_is_on (self))
    return;

  do
    max = g_atomic_int_get (&self->max_waiting);
  while (n_waiting > (guint) max &&
         !g_atomic_int_compare_and_exchange (&self->max_waiting, max, (int) n_waiting));
}

/* Any thread. */
static InterfaceRecorder *
ensure_interface (NorpcStatsRecorder       *self,
                  const NorpcInterfaceInfo *interface_info)
{
  InterfaceRecorder *interface, *new_interface;
  guint n_methods;

  for (interface = g_atomic_pointer_get (&self->interfaces); interface != NULL;
       interface = interface->next)
    if (interface->interface_info == interface_info)
      return interface;

  n_methods = norpc_interface_info_get_n_methods (interface_info);
  new_interface = g_malloc0 (sizeof (InterfaceRecorder) + n_methods * sizeof (gpointer));
  new_interface->interface_info = interface_info;
  new_interface->n_methods = n_methods;
  new_interface->next = g_atomic_pointer_get (&self->interfaces);
  if (g_atomic_pointer_compare_and_exchange (&self->interfaces, new_interface->next, new_interface))
    return new_interface;

  /* Another thread was faster, maybe with the same one. */
  g_free (new_interface);

  return ensure_interface (self, interface_info);
}

/* Any thread. */
static NorpcMethodRecorder *
ensure_method (NorpcStatsRecorder       *self,
               const NorpcInterfaceInfo *interface_info,
               guint                     method)
{
  NorpcMethodRecorder **place = &ensure_interface (self, interface_info)->methods[method];
  NorpcMethodRecorder *recorder = g_atomic_pointer_get (place);

  if (recorder != NULL)
    return recorder;

  recorder = g_new0 (NorpcMethodRecorder, 1);
  recorder->interface_info = interface_info;
  recorder->method = method;
  if (g_atomic_pointer_compare_and_exchange (place, NULL, recorder))
    return recorder;

  g_free (recorder);

  return g_atomic_pointer_get (place);
}

/* Any thread: a call comes by. Returns what its latencies and its end are told
 * to, unowned: it is there until norpc_method_recorder_end ().
 */
NorpcMethodRecorder *
norpc_stats_recorder_begin (NorpcStatsRecorder       *self,
                            const NorpcInterfaceInfo *interface_info,
                            guint                     method)
{
  NorpcMethodRecorder *recorder = ensure_method (self, interface_info, method);

  g_atomic_pointer_add (&recorder->begun, 1);

  return recorder;
}

/* Any thread. */
void
norpc_method_recorder_add_latency (NorpcMethodRecorder *self,
                                   NorpcLatency         latency,
                                   gint64               nanoseconds)
{
  norpc_histogram_record (&self->latencies[latency], nanoseconds);
}

/* Any thread. */
void
norpc_method_recorder_end (NorpcMethodRecorder *self,
                           NorpcOutcome         outcome)
{
  g_atomic_pointer_add (&self->outcomes[outcome], 1);

  if ((gsize) g_atomic_pointer_add (&self->ended, 2) + 2 == 1)
    g_free (self);
}

/* Any thread. What has ended is read before what has begun, so that calls are
 * in flight rather than missing.
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

/* Any thread. @n_waiting is how long the queue is just now. Returns owned stats. */
NorpcStats *
norpc_stats_recorder_get_stats (NorpcStatsRecorder *self,
                                guint               n_waiting)
{
  NorpcStats *stats = norpc_stats_new ();

  stats->n_waiting = n_waiting;
  stats->max_waiting = MAX (n_waiting, (guint) g_atomic_int_get (&self->max_waiting));

  for (InterfaceRecorder *interface = g_atomic_pointer_get (&self->interfaces);
       interface != NULL; interface = interface->next)
    for (guint i = 0; i < interface->n_methods; i++)
      {
        NorpcMethodRecorder *method = g_atomic_pointer_get (&interface->methods[i]);

        if (method != NULL)
          norpc_stats_add_method (stats, read_method (method));
      }

  return stats;
}

/* A call that is rejected takes next to no time: if it counted, a service that
 * rejects most calls would look fast.
 */
gboolean
norpc_outcome_is_rejection (NorpcOutcome outcome)
{
  return outcome == NORPC_OUTCOME_BUSY || outcome == NORPC_OUTCOME_CLOSED ||
         outcome == NORPC_OUTCOME_NOT_IMPLEMENTED || outcome == NORPC_OUTCOME_WOULD_DEADLOCK;
}
