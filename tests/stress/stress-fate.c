/* stress-fate.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The histories of services, and groups of services that may get the same call. */

#include "stress.h"

static int n_fates; /* atomic */

StressFate *
stress_fate_new (StressPlace place)
{
  StressFate *self = g_atomic_rc_box_new0 (StressFate);

  self->number = (guint) g_atomic_int_add (&n_fates, 1) + 1;
  self->place = place;
  self->capacity = G_MAXINT;
  self->when_full = NORPC_WHEN_FULL_WAIT;

  return self;
}

StressFate *
stress_fate_ref (StressFate *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
stress_fate_unref (StressFate *self)
{
  g_atomic_rc_box_release (self);
}

/* The service's context, when it gets a call. */
void
stress_fate_open (StressFate *self)
{
  int n_open = g_atomic_int_add (&self->n_open, 1) + 1;

  if (self->max_open != 0)
    g_assert_cmpint (n_open, <=, (int) self->max_open);
}

/* Any thread, before it answers the call, or drops it: whatever its client has done. */
void
stress_fate_close (StressFate *self)
{
  g_atomic_int_add (&self->n_open, -1);
}

gboolean
stress_fate_may_be_closed (StressFate *self,
                           gboolean    was_started)
{
  return !was_started || g_atomic_int_get (&self->ending);
}

/* @fate: the only one, or NULL if some are to be added. */
StressGroup *
stress_group_new (StressFate *fate)
{
  StressGroup *self = g_new0 (StressGroup, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  if (fate != NULL)
    stress_group_add (self, fate);

  return self;
}

StressGroup *
stress_group_ref (StressGroup *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
stress_group_unref (StressGroup *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (int i = 0; i < self->n_fates; i++)
    stress_fate_unref (self->fates[i]);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Any thread, before the service gets calls. FALSE if there is no room for it. */
gboolean
stress_group_add (StressGroup *self,
                  StressFate  *fate)
{
  gboolean has_room;

  g_mutex_lock (&self->lock);
  has_room = self->n_fates < STRESS_MAX_MEMBERS;
  if (has_room)
    {
      /* Calls that were made before may go to it. */
      g_atomic_int_add (&fate->n_probes, g_atomic_int_get (&self->n_arguments));
      self->fates[self->n_fates] = stress_fate_ref (fate);
      g_atomic_int_inc (&self->n_fates);
    }
  g_mutex_unlock (&self->lock);

  return has_room;
}

/* Any thread, before the service gets no more calls. */
void
stress_group_remove (StressGroup *self,
                     StressFate  *fate)
{
  for (int i = 0; i < g_atomic_int_get (&self->n_fates); i++)
    if (self->fates[i] == fate)
      g_atomic_int_set (&self->removed[i], TRUE);
}

/* Returns the unowned one that gets all calls, or NULL if there are several. */
StressFate *
stress_group_get_single (StressGroup *self)
{
  return g_atomic_int_get (&self->n_fates) == 1 ? self->fates[0] : NULL;
}

/* Whether any of the services is at @place. */
gboolean
stress_group_is_at (StressGroup *self,
                    StressPlace  place)
{
  for (int i = 0; i < g_atomic_int_get (&self->n_fates); i++)
    if (self->fates[i]->place == place)
      return TRUE;

  return FALSE;
}

/* Whether all that are left are ending. */
gboolean
stress_group_is_ending (StressGroup *self)
{
  for (int i = 0; i < g_atomic_int_get (&self->n_fates); i++)
    if (!g_atomic_int_get (&self->removed[i]) && !g_atomic_int_get (&self->fates[i]->ending))
      return FALSE;

  return TRUE;
}

/* Whether one of the services lives in @thread. */
gboolean
stress_group_has_thread (StressGroup *self,
                         GThread     *thread)
{
  for (int i = 0; i < g_atomic_int_get (&self->n_fates); i++)
    if (g_atomic_pointer_get (&self->fates[i]->thread) == thread)
      return TRUE;

  return FALSE;
}
