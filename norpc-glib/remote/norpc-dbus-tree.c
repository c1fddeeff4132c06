/* norpc-dbus-tree.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-context-private.h"
#include "norpc-dbus-objects-private.h"
#include "norpc-dbus-request-private.h"
#include "norpc-dbus-served-stream-private.h"
#include "norpc-dbus-tree-private.h"

static gboolean
end_tree_cb (gpointer user_data)
{
  NorpcDBusServing *serving = user_data;

  norpc_dbus_served_stream_close_all (serving);
  g_clear_pointer (&serving->objects, norpc_dbus_objects_free);
  g_ptr_array_set_size (serving->announcers, 0);
  g_clear_pointer (&serving->clients, norpc_dbus_clients_free);

  return G_SOURCE_REMOVE;
}

static gboolean
close_tree_cb (gpointer user_data)
{
  NorpcDBusServing *serving = user_data;

  if (serving->clients != NULL)
    norpc_dbus_clients_cancel_all (serving->clients);
  if (serving->objects != NULL)
    norpc_dbus_objects_close_all (serving->objects);

  return G_SOURCE_REMOVE;
}

/* Thread-safe. Calls a function in the context of the export: at once if this is its thread. */
static void
invoke (NorpcDBusServing *serving,
        GSourceFunc       func)
{
  g_main_context_invoke_full (serving->context, G_PRIORITY_DEFAULT, func, norpc_dbus_serving_ref (serving),
                              norpc_dbus_serving_unref);
}

/* Called by a thread that owns the context of the export, which is not the one that usually does. */
static void
end_unattended (NorpcDBusServing *serving)
{
  norpc_dbus_served_stream_close_all (serving);
  norpc_dbus_request_answer_all_closed (serving);
  if (serving->clients != NULL)
    norpc_dbus_clients_cancel_all (serving->clients);
  end_tree_cb (serving);
}

/* The objects of streams, and no others, are below this name. */
static gboolean
is_stream_path (const char *path)
{
  g_autofree char *above = g_path_get_dirname (path);

  return g_str_has_suffix (above, "/" NORPC_DBUS_STREAMS);
}

/* Runs in the context of the export. A client sees the objects that it has, and no others. */
static void
handle_message (NorpcDBusClient *client,
                GDBusMessage    *message,
                gpointer         data)
{
  NorpcDBusServing *root = data;
  const char *path = g_dbus_message_get_path (message);
  NorpcDBusServing *serving = g_str_equal (path, root->path) || root->objects == NULL
                                ? root : norpc_dbus_objects_find (root->objects, client->name, path);

  if (serving != root && is_stream_path (path))
    norpc_dbus_request_handle_stream (root, client, message);
  else if (serving != NULL)
    norpc_dbus_request_handle (serving, client, message);
  else
    norpc_dbus_request_reject (root, client, message, NORPC_DBUS_UNKNOWN_OBJECT, "There is no such object");
}

/* Runs in the context of the export. */
static void
handle_left (const char *name,
             gpointer    data)
{
  NorpcDBusServing *root = norpc_dbus_serving_ref (data);

  /* Code of the application may run, and end the export. */
  g_hash_table_remove (root->followers, name);
  if (root->objects != NULL)
    norpc_dbus_objects_drop_client (root->objects, name);
  norpc_dbus_unawaited_leave (root->unawaited, name);
  norpc_dbus_serving_unref (root);
}

/* Runs in the context of the export. */
static void
take_message (GDBusMessage *message,
              gpointer      data)
{
  NorpcDBusServing *serving = norpc_dbus_serving_ref (data);

  if (serving->clients != NULL)
    norpc_dbus_clients_take (serving->clients, message);
  else
    g_object_unref (message);
  norpc_dbus_serving_unref (serving);
}

/* Runs in the context in which the connection was made. Nobody waits for answers any more, and nobody has the objects. */
static void
tree_closed_cb (GDBusConnection *connection G_GNUC_UNUSED,
                gboolean         remote G_GNUC_UNUSED,
                GError          *error G_GNUC_UNUSED,
                gpointer         serving)
{
  invoke (serving, close_tree_cb);
}

static void
unref_serving_closure (gpointer  serving,
                       GClosure *closure G_GNUC_UNUSED)
{
  norpc_dbus_serving_unref (serving);
}

/* Called in the context of the tree, which is the thread-default one. Returns NULL if there is an object at this path. The
 * object has no interfaces yet; it has none for ever if @endpoint is NULL.
 */
NorpcDBusServing *
norpc_dbus_tree_new (GDBusConnection *connection,
                     const char      *path,
                     NorpcEndpoint   *endpoint,
                     guint            capacity)
{
  NorpcDBusServing *self = g_new0 (NorpcDBusServing, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->path = g_strdup (path);
  self->endpoint = endpoint != NULL ? g_object_ref (endpoint) : NULL;
  self->context = g_main_context_ref_thread_default ();
  self->infos = g_ptr_array_new ();
  self->announcers = g_ptr_array_new_with_free_func (norpc_dbus_announcer_free);
  self->registrations = g_array_new (FALSE, FALSE, sizeof (guint));
  self->followers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->clients = norpc_dbus_clients_new (connection, handle_message, handle_left, self);
  self->requests = g_hash_table_new (NULL, NULL);
  self->unawaited = norpc_dbus_unawaited_new (MAX (capacity / 2, 1));
  self->streams = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->outlet.connection = connection;
  self->objects = norpc_dbus_objects_new (self);
  self->mailbox = norpc_dbus_mailbox_new (connection, path, capacity, take_message, self);
  if (self->mailbox != NULL)
    {
      /* It does not matter if the connection was closed before: nothing is there yet, and no object is given afterwards. */
      self->closed_id = g_signal_connect_data (connection, "closed", G_CALLBACK (tree_closed_cb),
                                               norpc_dbus_serving_ref (self), unref_serving_closure, 0);
      return self;
    }

  g_clear_pointer (&self->objects, norpc_dbus_objects_free);
  norpc_dbus_serving_unref (self);

  return NULL;
}

/* Thread-safe. The objects are no longer there. Takes ownership of @self. */
void
norpc_dbus_tree_end (NorpcDBusServing *self)
{
  g_clear_signal_handler (&self->closed_id, self->connection);
  norpc_dbus_serving_unregister (self);
  norpc_dbus_mailbox_close (self->mailbox);
  if (norpc_context_seize (self->context))
    {
      /* Replies may never be handled there. */
      end_unattended (self);
      g_main_context_release (self->context);
    }
  else
    {
      invoke (self, end_tree_cb);
    }
  norpc_dbus_serving_unref (self);
}
