/* norpc-dbus-unsent.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One-way calls that were not sent. Their callers get no error; the next flush does. */

#include "norpc-dbus-object-parts-private.h"

/* Thread-safe. Called before the call completes with @error, or when it has. */
void
norpc_dbus_object_note_unsent (NorpcDBusObject *self,
                               NorpcCall       *call,
                               const GError    *error)
{
  if (!call->one_way)
    return;

  g_mutex_lock (&self->lock);
  if (self->unsent == NULL)
    self->unsent = g_error_copy (error);
  self->n_unsent++;
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns an error (owned) if one-way calls were not sent since this was called before, or NULL. */
GError *
norpc_dbus_object_steal_unsent (NorpcDBusObject *self)
{
  GError *error;
  guint n;

  g_mutex_lock (&self->lock);
  error = g_steal_pointer (&self->unsent);
  n = self->n_unsent;
  self->n_unsent = 0;
  g_mutex_unlock (&self->lock);

  if (n > 1)
    {
      g_autofree char *text = g_strdup_printf ("%s (and %u more one-way calls were not sent)", error->message, n - 1);

      g_free (error->message);
      error->message = g_steal_pointer (&text);
    }

  return error;
}
