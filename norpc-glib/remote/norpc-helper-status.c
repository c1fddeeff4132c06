/* norpc-helper-status.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-helper-status-private.h"

/* Changes the state, unless the helper was stopped, in which case the result is FALSE. Calls are passed to @endpoint
 * (nullable), wait while the program starts, or fail for @reason. No proxy sees an endpoint of a process that has ended.
 */
gboolean
norpc_helper_status_set (NorpcSupervisedStatus *self,
                         NorpcHelperState   state,
                         NorpcEndpoint     *endpoint,
                         const char        *reason)
{
  gboolean stopped;

  norpc_replaceable_lock (self->replaceable);
  stopped = self->state == NORPC_HELPER_STOPPED;
  if (!stopped)
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
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);

  return !stopped;
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
