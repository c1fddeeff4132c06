/* norpc-helper-status.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-helper-status-private.h"

/* Called in the thread that constructs @helper. Calls fail for @reason. */
void
norpc_helper_status_init (NorpcHelperStatus *self,
                          GObject           *helper,
                          const char        *reason)
{
  *self = (NorpcHelperStatus) { .state = NORPC_HELPER_FAILED };
  self->notifier = norpc_state_notifier_new (helper);
  self->replaceable = norpc_replaceable_new (reason);
}

void
norpc_helper_status_clear (NorpcHelperStatus *self)
{
  g_clear_error (&self->error);
  norpc_replaceable_unref (self->replaceable);
  norpc_state_notifier_unref (self->notifier);
}

/* Changes the state, unless the helper was stopped, in which case the result is FALSE. Calls are passed to @endpoint
 * (nullable), wait while the program starts, or fail for @reason. No proxy sees an endpoint of a process that has ended.
 */
gboolean
norpc_helper_status_set (NorpcHelperStatus *self,
                         NorpcHelperState   state,
                         NorpcEndpoint     *endpoint,
                         const char        *reason)
{
  gboolean stopped, changes;

  norpc_replaceable_lock (self->replaceable);
  stopped = self->state == NORPC_HELPER_STOPPED;
  if (!stopped)
    {
      changes = self->state != state;
      self->state = state;
      if (changes)
        norpc_state_notifier_push (self->notifier);
      norpc_replaceable_forget_locked (self->replaceable);
      if (endpoint != NULL)
        norpc_replaceable_connect_locked (self->replaceable, endpoint);
      else if (reason == NULL)
        norpc_replaceable_expect_locked (self->replaceable);
      else
        norpc_replaceable_close_locked (self->replaceable, reason);
    }
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);

  return !stopped;
}

/* Calls wait until the state is set, unless the helper was stopped. */
void
norpc_helper_status_expect (NorpcHelperStatus *self)
{
  norpc_replaceable_lock (self->replaceable);
  if (self->state != NORPC_HELPER_STOPPED)
    norpc_replaceable_expect_locked (self->replaceable);
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);
}

/* Takes ownership of @error. */
void
norpc_helper_status_note_reason (NorpcHelperStatus *self,
                                 GError            *error)
{
  norpc_replaceable_lock (self->replaceable);
  g_clear_error (&self->error);
  self->error = error;
  norpc_replaceable_unlock (self->replaceable);
}

/* Calls fail until the next start, because of @error (owned). Returns FALSE if the helper was stopped. */
gboolean
norpc_helper_status_set_ended (NorpcHelperStatus *self,
                               NorpcHelperState   state,
                               GError            *error)
{
  g_autofree char *reason = g_strdup_printf ("its helper process has ended%s: %s",
                                             state == NORPC_HELPER_FAILED ? " too often" : "", error->message);

  norpc_helper_status_note_reason (self, error);

  return norpc_helper_status_set (self, state, NULL, reason);
}

void
norpc_helper_status_count_start (NorpcHelperStatus *self)
{
  norpc_replaceable_lock (self->replaceable);
  self->n_starts++;
  norpc_replaceable_unlock (self->replaceable);
}

NorpcHelperState
norpc_helper_status_get_state (NorpcHelperStatus *self)
{
  NorpcHelperState state;

  norpc_replaceable_lock (self->replaceable);
  state = self->state;
  norpc_replaceable_unlock (self->replaceable);

  return state;
}

guint
norpc_helper_status_get_n_starts (NorpcHelperStatus *self)
{
  guint n_starts;

  norpc_replaceable_lock (self->replaceable);
  n_starts = self->n_starts;
  norpc_replaceable_unlock (self->replaceable);

  return n_starts;
}

/* Returns why the last process has ended (owned), or NULL. */
GError *
norpc_helper_status_dup_error (NorpcHelperStatus *self)
{
  GError *error;

  norpc_replaceable_lock (self->replaceable);
  error = self->error != NULL ? g_error_copy (self->error) : NULL;
  norpc_replaceable_unlock (self->replaceable);

  return error;
}
