/* norpc-dbus-serving.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-serving-private.h"

NorpcDBusServing *
norpc_dbus_serving_ref (NorpcDBusServing *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_dbus_serving_unref (gpointer data)
{
  NorpcDBusServing *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->announcers);
  g_ptr_array_unref (self->infos);
  g_hash_table_unref (self->requests);
  g_clear_pointer (&self->clients, norpc_dbus_clients_free);
  g_clear_pointer (&self->inbox, norpc_dbus_inbox_unref);
  g_main_context_unref (self->context);
  g_object_unref (self->endpoint);
  g_free (self->path);
  g_object_unref (self->connection);
  g_free (self);
}

/* Called before a message is sent: the changes of properties that came before it are sent before it. */
void
norpc_dbus_serving_flush (NorpcDBusServing *self)
{
  for (guint i = 0; i < self->announcers->len; i++)
    norpc_dbus_announcer_flush (self->announcers->pdata[i]);
}
