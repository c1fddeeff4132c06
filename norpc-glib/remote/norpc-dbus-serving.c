/* norpc-dbus-serving.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-error-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-serving-private.h"

/* Returns an object (owned) below that of an export, which no client has yet. */
NorpcDBusServing *
norpc_dbus_serving_new_below (NorpcDBusServing *root,
                              const char       *path,
                              NorpcEndpoint    *endpoint)
{
  NorpcDBusServing *self = g_new0 (NorpcDBusServing, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->root = norpc_dbus_serving_ref (root);
  self->connection = g_object_ref (root->connection);
  self->path = g_strdup (path);
  self->endpoint = g_object_ref (endpoint);
  self->context = g_main_context_ref (root->context);
  self->infos = g_ptr_array_new ();
  self->announcers = g_ptr_array_new_with_free_func (norpc_dbus_announcer_free);
  self->registrations = g_array_new (FALSE, FALSE, sizeof (guint));
  self->holders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->followers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->mailbox = norpc_dbus_mailbox_ref (root->mailbox);
  self->requests = g_hash_table_ref (root->requests);

  return self;
}

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
  g_array_unref (self->registrations);
  g_clear_pointer (&self->holders, g_hash_table_unref);
  g_hash_table_unref (self->followers);
  g_hash_table_unref (self->requests);
  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_clear_pointer (&self->clients, norpc_dbus_clients_free);
  g_clear_pointer (&self->unawaited, norpc_dbus_unawaited_unref);
  g_clear_pointer (&self->mailbox, norpc_dbus_mailbox_unref);
  g_main_context_unref (self->context);
  g_clear_object (&self->endpoint);
  g_free (self->path);
  g_object_unref (self->connection);
  g_clear_pointer (&self->root, norpc_dbus_serving_unref);
  g_free (self);
}

NorpcDBusServing *
norpc_dbus_serving_get_root (NorpcDBusServing *self)
{
  return self->root != NULL ? self->root : self;
}

/* Returns the clients (owned) (nullable) that get a signal of the object: all, if that is NULL. */
static GPtrArray *
list_receivers (gpointer data,
                gboolean with_objects)
{
  NorpcDBusServing *self = data;
  GHashTable *names = with_objects ? self->followers : self->holders;
  GHashTableIter iter;
  gpointer name;
  GPtrArray *list;

  if (names == NULL)
    return NULL;

  list = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (list, name);

  return list;
}

/* Adds an interface, unless GDBus does not allow that: it describes the object. The mailbox gets the messages before it. */
gboolean
norpc_dbus_serving_add_interface (NorpcDBusServing          *self,
                                  const NorpcInterfaceInfo  *info,
                                  GError                   **error)
{
  guint registration = g_dbus_connection_register_object (self->connection, self->path,
                                                          norpc_dbus_get_exported_info (info), NULL, NULL, NULL,
                                                          error);

  if (registration == 0)
    return FALSE;

  g_array_append_val (self->registrations, registration);
  norpc_dbus_error_register (info);
  g_ptr_array_add (self->infos, (gpointer) info);
  g_ptr_array_add (self->announcers,
                   norpc_dbus_announcer_new (&norpc_dbus_serving_get_root (self)->outlet, self->path, self->endpoint,
                                             info, list_receivers, self));
  norpc_dbus_mailbox_add (self->mailbox, info->dbus.name);

  return TRUE;
}

/* Thread-safe, as long as no interface is added. */
void
norpc_dbus_serving_unregister (NorpcDBusServing *self)
{
  for (guint i = 0; i < self->registrations->len; i++)
    g_dbus_connection_unregister_object (self->connection, g_array_index (self->registrations, guint, i));
  g_array_set_size (self->registrations, 0);
}

/* Called before a message is sent: the changes of properties that came before it are sent before it. */
void
norpc_dbus_serving_flush (NorpcDBusServing *self)
{
  norpc_dbus_outlet_flush (&norpc_dbus_serving_get_root (self)->outlet);
}

/* A client with several proxies follows the object as often. */
void
norpc_dbus_serving_follow (NorpcDBusServing *self,
                           const char       *client,
                           gboolean          follows)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->followers, client));

  if (follows)
    g_hash_table_replace (self->followers, g_strdup (client), GUINT_TO_POINTER (n < G_MAXUINT ? n + 1 : n));
  else if (n > 1)
    g_hash_table_replace (self->followers, g_strdup (client), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (self->followers, client);
}
