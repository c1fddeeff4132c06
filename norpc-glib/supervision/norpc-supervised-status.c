/* norpc-supervised-status.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-supervised-status-private.h"

/* Called in the thread that constructs @owner. Calls fail for @reason. */
void
norpc_supervised_status_init (NorpcSupervisedStatus *self,
                              GObject               *owner,
                              int                    state,
                              const char            *reason)
{
  *self = (NorpcSupervisedStatus) { .state = state };
  self->notifier = norpc_state_notifier_new (owner);
  self->replaceable = norpc_replaceable_new (reason);
}

void
norpc_supervised_status_clear (NorpcSupervisedStatus *self)
{
  g_clear_error (&self->error);
  norpc_replaceable_unref (self->replaceable);
  norpc_state_notifier_unref (self->notifier);
}

/* The owner notifies of a new state. */
void
norpc_supervised_status_change_locked (NorpcSupervisedStatus *self,
                                       int                    state)
{
  if (self->state == state)
    return;

  self->state = state;
  norpc_state_notifier_push (self->notifier);
}

/* Takes ownership of @error, for which the service has ended. */
void
norpc_supervised_status_note_locked (NorpcSupervisedStatus *self,
                                     GError                *error)
{
  g_clear_error (&self->error);
  self->error = error;
}

int
norpc_supervised_status_get_state (NorpcSupervisedStatus *self)
{
  int state;

  norpc_replaceable_lock (self->replaceable);
  state = self->state;
  norpc_replaceable_unlock (self->replaceable);

  return state;
}

guint
norpc_supervised_status_get_n_starts (NorpcSupervisedStatus *self)
{
  guint n_starts;

  norpc_replaceable_lock (self->replaceable);
  n_starts = self->n_starts;
  norpc_replaceable_unlock (self->replaceable);

  return n_starts;
}

/* Returns why the last service has ended (owned), or NULL. */
GError *
norpc_supervised_status_dup_error (NorpcSupervisedStatus *self)
{
  GError *error;

  norpc_replaceable_lock (self->replaceable);
  error = self->error != NULL ? g_error_copy (self->error) : NULL;
  norpc_replaceable_unlock (self->replaceable);

  return error;
}
