/* norpc-backoff.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-backoff-private.h"

/* @func is told, with @object and in the alarms' thread, when a time has come. */
void
norpc_backoff_init (NorpcBackoff   *self,
                    GObject        *object,
                    NorpcAlarmFunc  func)
{
  self->alarm = norpc_alarm_new (object, func);
  self->waiting = g_sequence_new (NULL);
  g_mutex_init (&self->lock);
}

void
norpc_backoff_clear (NorpcBackoff *self)
{
  norpc_alarm_free (self->alarm);
  g_sequence_free (self->waiting);
  g_mutex_clear (&self->lock);
}

/* In microseconds. */
static gint64
get_delay (NorpcBackoff *self,
           guint         n_attempts)
{
  double delay = self->delay;

  for (guint i = 1; i < n_attempts && delay < self->max_delay; i++)
    delay *= 2;
  delay = MIN (delay, self->max_delay) * 1000;

  return (gint64) (delay * g_random_double_range (0.5, 1));
}

static int
compare_times (gconstpointer a,
               gconstpointer b,
               gpointer      unused G_GNUC_UNUSED)
{
  const NorpcBackoffEntry *first = a, *second = b;

  return first->time < second->time ? -1 : first->time > second->time;
}

/* With the lock held: the one whose time comes first, or NULL. */
static NorpcBackoffEntry *
get_first_locked (NorpcBackoff *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->waiting);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

/* Any thread: waits, after @n_attempts. */
void
norpc_backoff_add (NorpcBackoff      *self,
                   NorpcBackoffEntry *entry,
                   guint              n_attempts)
{
  g_mutex_lock (&self->lock);
  entry->time = g_get_monotonic_time () + get_delay (self, n_attempts);
  entry->place = g_sequence_insert_sorted (self->waiting, entry, compare_times, NULL);
  norpc_alarm_set (self->alarm, get_first_locked (self)->time);
  g_mutex_unlock (&self->lock);
}

/* Any thread. TRUE if it was waiting. */
gboolean
norpc_backoff_remove (NorpcBackoff      *self,
                      NorpcBackoffEntry *entry)
{
  gboolean waiting;

  g_mutex_lock (&self->lock);
  waiting = entry->place != NULL;
  if (waiting)
    g_sequence_remove (g_steal_pointer (&entry->place));
  g_mutex_unlock (&self->lock);

  return waiting;
}

/* The alarms' thread: takes the first whose time has come, or sets the alarm for
 * it and returns NULL.
 */
gpointer
norpc_backoff_take_due (NorpcBackoff *self)
{
  NorpcBackoffEntry *first;
  gpointer data = NULL;

  g_mutex_lock (&self->lock);
  first = get_first_locked (self);
  if (first != NULL && first->time <= g_get_monotonic_time ())
    {
      data = first->data;
      g_sequence_remove (g_steal_pointer (&first->place));
    }
  else
    {
      norpc_alarm_set (self->alarm, first != NULL ? first->time : -1);
    }
  g_mutex_unlock (&self->lock);

  return data;
}

/* Any thread: takes one that waits, or NULL. */
gpointer
norpc_backoff_take_any (NorpcBackoff *self)
{
  NorpcBackoffEntry *first;
  gpointer data = NULL;

  g_mutex_lock (&self->lock);
  first = get_first_locked (self);
  if (first != NULL)
    {
      data = first->data;
      g_sequence_remove (g_steal_pointer (&first->place));
    }
  g_mutex_unlock (&self->lock);

  return data;
}
