/* norpc-nats-link-unsent.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One-way calls that were not sent, or may be lost. Their callers get no error; the next flush does. */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-link-parts-private.h"

/* Thread-safe. A one-way call was not sent, or is lost. */
void
norpc_nats_link_note_unsent (NorpcNatsLink *self,
                             const GError  *error)
{
  g_mutex_lock (&self->lock);
  if (self->unsent == NULL)
    self->unsent = g_error_copy (error);
  self->n_unsent++;
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns an error (owned) if one-way calls were not sent since this was called before, or NULL. */
GError *
norpc_nats_link_steal_unsent (NorpcNatsLink *self)
{
  GError *error;
  guint n_more;

  g_mutex_lock (&self->lock);
  error = g_steal_pointer (&self->unsent);
  n_more = self->n_unsent - 1;
  self->n_unsent = 0;
  g_mutex_unlock (&self->lock);

  if (error != NULL && n_more > 0)
    {
      g_autofree char *text = g_strdup_printf ("%s (and %u more one-way calls were not sent)", error->message, n_more);

      g_free (error->message);
      error->message = g_steal_pointer (&text);
    }

  return error;
}

/* Called in the thread of the link. A one-way call has been passed to the library. */
void
norpc_nats_link_note_one_way (NorpcNatsLink *self)
{
  self->has_one_way = TRUE;
}

/* Runs in the thread of the link. The connection is lost. The next flush that fails for that reason, or succeeds, says so. */
void
norpc_nats_link_lose_unflushed (NorpcNatsLink *self)
{
  if (self->has_one_way || self->flushes_one_way)
    {
      g_autoptr (GError) error = g_error_new_literal (NORPC_ERROR, NORPC_ERROR_CLOSED, "A one-way call may be lost, because "
                                                      "the connection to NATS was lost");

      norpc_nats_link_note_unsent (self, error);
    }
  self->has_one_way = FALSE;
  self->flushes_one_way = FALSE;
}
