/* norpc-helper-status.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-helper-status-private.h"

/* Calls are passed to @endpoint (nullable), wait while the program starts, or fail for @reason. */
static void
set_locked (NorpcSupervisedStatus *self,
            NorpcHelperState       state,
            NorpcEndpoint         *endpoint,
            const char            *reason)
{
  norpc_supervised_status_change_locked (self, state);
  norpc_replaceable_forget_locked (self->replaceable);
  if (endpoint != NULL)
    norpc_replaceable_connect_locked (self->replaceable, endpoint);
  else if (reason == NULL)
    norpc_replaceable_expect_locked (self->replaceable);
  else
    norpc_replaceable_close_locked (self->replaceable, reason);
}

/* Changes the state, unless the helper was stopped, or its process is about to be replaced; the result is FALSE then. A
 * helper can be stopped at any time. No proxy sees an endpoint of a process that has ended.
 */
gboolean
norpc_helper_status_set (NorpcSupervisedStatus *self,
                         NorpcHelperState       state,
                         NorpcEndpoint         *endpoint,
                         const char            *reason)
{
  gboolean changes;

  norpc_replaceable_lock (self->replaceable);
  changes = self->state != NORPC_HELPER_STOPPED && (self->n_restarts == 0 || state == NORPC_HELPER_STOPPED);
  if (changes)
    set_locked (self, state, endpoint, reason);
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);

  return changes;
}

/* Calls wait from now on for a process that is started when norpc_helper_status_end_restart () is called, whatever becomes of
 * the one that runs. Returns FALSE if the helper was stopped.
 */
gboolean
norpc_helper_status_begin_restart (NorpcSupervisedStatus *self)
{
  gboolean restarts;

  norpc_replaceable_lock (self->replaceable);
  restarts = self->state != NORPC_HELPER_STOPPED;
  if (restarts)
    {
      self->n_restarts++;
      set_locked (self, NORPC_HELPER_STARTING, NULL, NULL);
    }
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);

  return restarts;
}

/* Returns TRUE if the caller is to start the next process now: the helper was not stopped, nor is it restarted once more. */
gboolean
norpc_helper_status_end_restart (NorpcSupervisedStatus *self)
{
  gboolean starts;

  norpc_replaceable_lock (self->replaceable);
  self->n_restarts--;
  starts = self->n_restarts == 0 && self->state != NORPC_HELPER_STOPPED;
  norpc_replaceable_unlock (self->replaceable);

  return starts;
}

/* Calls wait until the state is set, unless the helper was stopped. */
void
norpc_helper_status_expect (NorpcSupervisedStatus *self)
{
  norpc_replaceable_lock (self->replaceable);
  if (self->state != NORPC_HELPER_STOPPED)
    norpc_replaceable_expect_locked (self->replaceable);
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);
}

/* Takes ownership of @error. */
void
norpc_helper_status_note_reason (NorpcSupervisedStatus *self,
                                 GError            *error)
{
  norpc_replaceable_lock (self->replaceable);
  norpc_supervised_status_note_locked (self, error);
  norpc_replaceable_unlock (self->replaceable);
}

/* Calls fail until the next start, because of @error (owned). Returns FALSE if the helper was stopped. */
gboolean
norpc_helper_status_set_ended (NorpcSupervisedStatus *self,
                               NorpcHelperState   state,
                               GError            *error)
{
  g_autofree char *reason = g_strdup_printf ("its helper process has ended%s: %s",
                                             state == NORPC_HELPER_FAILED ? " too often" : "", error->message);

  norpc_helper_status_note_reason (self, error);

  return norpc_helper_status_set (self, state, NULL, reason);
}

void
norpc_helper_status_count_start (NorpcSupervisedStatus *self)
{
  norpc_replaceable_lock (self->replaceable);
  self->n_starts++;
  norpc_replaceable_unlock (self->replaceable);
}
