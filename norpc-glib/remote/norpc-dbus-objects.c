/* norpc-dbus-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy.h"
#include "norpc-dbus-endpoint-private.h"
#include "norpc-dbus-given-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-objects-private.h"
#include "norpc-dbus-received-private.h"

struct _NorpcDBusObjects
{
  NorpcDBusServing *root;        /* (unowned): owns this */
  GHashTable       *by_path;     /* (owned): of unowned paths and owned Entry */
  GHashTable       *by_endpoint; /* (owned): of unowned NorpcEndpoint and unowned Entry */
  GHashTable       *n_objects;   /* (owned): of owned names of clients and numbers, how many objects each has */
};

/* An object that clients have. */
typedef struct
{
  NorpcDBusObjects *objects; /* (unowned) */
  NorpcDBusServing *serving; /* (owned) */
  GPtrArray        *handles; /* (owned): one for each interface; they keep the object alive, and the array does not change */
  GSource          *closing; /* (owned) (nullable): closes an object that had failed before it was exported */
} Entry;

/* A client announces that it has the object no more, and that it follows it and no longer does. */
#define NOTES_OF_OBJECT 3

static void proxy_connected_cb (NorpcProxy *proxy,
                                GParamSpec *pspec,
                                Entry      *entry);

static void
entry_free (gpointer data)
{
  Entry *self = data;

  if (self->closing != NULL)
    g_source_destroy (self->closing);
  g_clear_pointer (&self->closing, g_source_unref);
  for (guint i = 0; i < self->serving->announcers->len; i++)
    g_signal_handlers_disconnect_by_func (norpc_dbus_announcer_get_proxy (self->serving->announcers->pdata[i]),
                                          proxy_connected_cb, self);
  g_ptr_array_set_size (self->serving->announcers, 0);
  norpc_dbus_serving_unregister (self->serving);
  norpc_dbus_serving_unref (self->serving);
  g_ptr_array_unref (self->handles);
  g_free (self);
}

static guint
count_objects (NorpcDBusObjects *self,
               const char       *client)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->n_objects, client));
}

static void
set_n_objects (NorpcDBusObjects *self,
               const char       *client,
               guint             n)
{
  if (n > 0)
    g_hash_table_replace (self->n_objects, g_strdup (client), GUINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->n_objects, client);
}

/* Returns the entry (owned), which is freed last: code of the application may run, and end the export. */
static Entry *
unlink_entry (NorpcDBusObjects *self,
              Entry            *entry)
{
  g_hash_table_remove (self->by_endpoint, entry->serving->endpoint);
  g_hash_table_steal (self->by_path, entry->serving->path);
  if (g_hash_table_size (self->by_path) == 0 && self->root->emptied != NULL)
    self->root->emptied (self->root);

  return entry;
}

static void
forget_holder (Entry      *entry,
               const char *client)
{
  NorpcDBusObjects *self = entry->objects;

  norpc_dbus_given_remove (self->root->connection, client, entry->serving->path);
  norpc_dbus_mailbox_expect_notes (self->root->mailbox, client, -NOTES_OF_OBJECT);
  set_n_objects (self, client, count_objects (self, client) - 1);
}

static void
remove_holder (Entry      *entry,
               const char *client)
{
  g_hash_table_remove (entry->serving->followers, client);
  if (!g_hash_table_contains (entry->serving->holders, client))
    return;

  forget_holder (entry, client);
  g_hash_table_remove (entry->serving->holders, client);
}

/* Tells the clients that there is no such object any more. Returns the entry (owned). */
static Entry *
close_entry (NorpcDBusObjects *self,
             Entry            *entry)
{
  GHashTableIter iter;
  gpointer name;

  norpc_dbus_outlet_flush (&self->root->outlet);
  g_hash_table_iter_init (&iter, entry->serving->holders);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      norpc_dbus_outlet_send (&self->root->outlet, name, entry->serving->path, NORPC_DBUS_CALLS, "Closed", NULL);
      forget_holder (entry, name);
    }

  return unlink_entry (self, entry);
}

/* The owner has closed the object, or it has failed to start. */
static void
proxy_connected_cb (NorpcProxy *proxy,
                    GParamSpec *pspec G_GNUC_UNUSED,
                    Entry      *entry)
{
  if (!norpc_proxy_is_connected (proxy))
    entry_free (close_entry (entry->objects, entry));
}

/* Runs in the context of the export. */
static gboolean
close_cb (gpointer data)
{
  Entry *entry = data;

  entry_free (close_entry (entry->objects, entry));

  return G_SOURCE_REMOVE;
}

/* Only clients that have the object learn that it is closed: the message that gives it to them is sent first. */
static void
close_soon (Entry *entry)
{
  entry->closing = g_idle_source_new ();
  g_source_set_static_name (entry->closing, "norpc D-Bus object that has failed");
  g_source_set_priority (entry->closing, G_PRIORITY_DEFAULT);
  g_source_set_callback (entry->closing, close_cb, entry, NULL);
  g_source_attach (entry->closing, entry->serving->context);
}

static gboolean
serves_interface (NorpcDBusServing         *serving,
                  const NorpcInterfaceInfo *info)
{
  return g_ptr_array_find (serving->infos, info, NULL);
}

/* Those who have the object have it with the new interface, too. */
static void
append_handle (Entry    *entry,
               gpointer  handle)
{
  g_autoptr (GPtrArray) previous = entry->handles;
  GHashTableIter iter;
  gpointer name;

  entry->handles = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < previous->len; i++)
    g_ptr_array_add (entry->handles, g_object_ref (previous->pdata[i]));
  g_ptr_array_add (entry->handles, g_object_ref (handle));
  g_hash_table_iter_init (&iter, entry->serving->holders);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    norpc_dbus_given_add (entry->serving->connection, name, entry->serving->path, entry->handles);
}

/* Returns FALSE with a message (owned) if the object cannot have the interface of @handle. */
static gboolean
add_handle (Entry   *entry,
            gpointer handle,
            GType    type,
            char   **problem)
{
  const NorpcInterfaceInfo *info = norpc_interface_type_get_info (type);
  g_autoptr (GError) error = NULL;
  NorpcProxy *proxy;

  if (serves_interface (entry->serving, info))
    return TRUE;
  if (!g_dbus_is_interface_name (info->dbus.name) || norpc_dbus_is_standard (info->dbus.name))
    {
      *problem = g_strdup_printf ("the name of its interface, '%s', is not valid on D-Bus", info->dbus.name);
      return FALSE;
    }
  if (!norpc_dbus_serving_add_interface (entry->serving, info, &error))
    {
      *problem = g_strdup_printf ("it cannot be exported: %s", error->message);
      return FALSE;
    }

  append_handle (entry, handle);
  proxy = norpc_dbus_announcer_get_proxy (entry->serving->announcers->pdata[entry->handles->len - 1]);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (proxy_connected_cb), entry);
  if (!norpc_proxy_is_connected (proxy) && entry->closing == NULL)
    close_soon (entry);

  return TRUE;
}

/* Returns the entry (unowned) of a handle, or NULL with a message (owned). */
static Entry *
ensure_entry (NorpcDBusObjects *self,
              gpointer          handle,
              GType             type,
              char            **problem)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (handle);
  Entry *entry = g_hash_table_lookup (self->by_endpoint, endpoint);
  g_autofree char *path = NULL;

  if (entry != NULL)
    return add_handle (entry, handle, type, problem) ? entry : NULL;

  path = norpc_dbus_mailbox_next_path (self->root->mailbox);
  entry = g_new0 (Entry, 1);
  entry->objects = self;
  entry->serving = norpc_dbus_serving_new_below (self->root, path, endpoint);
  entry->handles = g_ptr_array_new_with_free_func (g_object_unref);
  if (!add_handle (entry, handle, type, problem))
    {
      entry_free (entry);
      return NULL;
    }

  g_hash_table_insert (self->by_path, entry->serving->path, entry);
  g_hash_table_insert (self->by_endpoint, endpoint, entry);

  return entry;
}

/* Counts one more time that a client gets the object. Returns FALSE with a message (owned) if it has too many. */
static gboolean
add_holder (NorpcDBusObjects *self,
            Entry            *entry,
            const char       *client,
            char            **problem)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (entry->serving->holders, client));

  if (n == 0 && count_objects (self, client) >= NORPC_DBUS_MAX_OBJECTS)
    {
      *problem = g_strdup_printf ("its receiver has %u objects already, and may have no more", NORPC_DBUS_MAX_OBJECTS);
      return FALSE;
    }
  if (n == G_MAXUINT)
    {
      *problem = g_strdup ("its receiver has got it too often");
      return FALSE;
    }
  if (n == 0)
    {
      norpc_dbus_mailbox_expect_notes (self->root->mailbox, client, NOTES_OF_OBJECT);
      set_n_objects (self, client, count_objects (self, client) + 1);
      norpc_dbus_given_add (self->root->connection, client, entry->serving->path, entry->handles);
      norpc_dbus_clients_watch (self->root->clients, client);
    }
  g_hash_table_replace (entry->serving->holders, g_strdup (client), GUINT_TO_POINTER (n + 1));

  return TRUE;
}

/* Returns the path (owned) of an object, which the client then has once more, or NULL with a message (owned). An object
 * that the client has sent has its own path.
 */
char *
norpc_dbus_objects_give (NorpcDBusServing  *root,
                         const char        *client,
                         gpointer           handle,
                         GType              type,
                         char             **problem)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (handle);
  Entry *entry;

  if (root->objects == NULL)
    {
      *problem = g_strdup ("the object that it belongs to is no longer exported");
      return NULL;
    }

  /* Nothing would tell that the client has left. Otherwise, the connection tells later that it is closed. */
  if (g_dbus_connection_is_closed (root->connection))
    {
      *problem = g_strdup ("the connection is closed");
      return NULL;
    }
  if (norpc_dbus_endpoint_is_received (endpoint, root->connection, client))
    return g_strdup (norpc_dbus_endpoint_get_object_path (NORPC_DBUS_ENDPOINT (endpoint)));

  entry = ensure_entry (root->objects, handle, type, problem);
  if (entry == NULL)
    return NULL;
  if (add_holder (root->objects, entry, client, problem))
    return g_strdup (entry->serving->path);

  if (g_hash_table_size (entry->serving->holders) == 0)
    entry_free (unlink_entry (root->objects, entry));

  return NULL;
}

static char *
give (NorpcDBusPassage  *passage,
      gpointer           handle,
      GType              type,
      char             **problem)
{
  return norpc_dbus_objects_give (passage->data, passage->peer, handle, type, problem);
}

static void
take_back (NorpcDBusPassage *passage,
           const char       *path)
{
  NorpcDBusServing *root = passage->data;

  if (root->objects != NULL)
    norpc_dbus_objects_release (root->objects, passage->peer, path, 1);
}

/* Returns the entry (unowned) of an object that a client has, or NULL. */
static Entry *
find_entry (NorpcDBusObjects *self,
            const char       *client,
            const char       *path)
{
  Entry *entry = g_hash_table_lookup (self->by_path, path);

  return entry != NULL && g_hash_table_contains (entry->serving->holders, client) ? entry : NULL;
}

static gpointer
receive (NorpcDBusPassage  *passage,
         const char        *path,
         GType              type,
         char             **problem)
{
  NorpcDBusServing *root = passage->data;

  return norpc_dbus_receive_object (root->connection, passage, path, type,
                                    g_str_has_prefix (path, NORPC_DBUS_OBJECTS_OF_CLIENTS), TRUE, problem);
}

static const NorpcDBusPassageFuncs passage_funcs = { give, take_back, receive };

NorpcDBusObjects *
norpc_dbus_objects_new (NorpcDBusServing *root)
{
  NorpcDBusObjects *self = g_new0 (NorpcDBusObjects, 1);

  self->root = root;
  self->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->by_endpoint = g_hash_table_new (NULL, NULL);
  self->n_objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  root->outlet.passage = (NorpcDBusPassage) { &passage_funcs, root, NULL, FALSE, FALSE, NULL };

  return self;
}

NorpcDBusPassage
norpc_dbus_objects_begin_passage (NorpcDBusServing *serving,
                                  const char       *client)
{
  NorpcDBusPassage passage = norpc_dbus_serving_get_root (serving)->outlet.passage;

  passage.peer = client;

  return passage;
}

/* Returns the object (unowned) at a path, or NULL if the client does not have it. */
NorpcDBusServing *
norpc_dbus_objects_find (NorpcDBusObjects *self,
                         const char       *client,
                         const char       *path)
{
  Entry *entry = find_entry (self, client, path);

  return entry != NULL ? entry->serving : NULL;
}

gboolean
norpc_dbus_objects_is_empty (NorpcDBusObjects *self)
{
  return g_hash_table_size (self->by_path) == 0;
}

/* A client has got an object @n times, and has it no more, unless it has got it again since. */
void
norpc_dbus_objects_release (NorpcDBusObjects *self,
                            const char       *client,
                            const char       *path,
                            guint             n)
{
  Entry *entry = find_entry (self, client, path);
  guint has;

  if (entry == NULL)
    return;

  has = GPOINTER_TO_UINT (g_hash_table_lookup (entry->serving->holders, client));
  if (n < has)
    {
      g_hash_table_replace (entry->serving->holders, g_strdup (client), GUINT_TO_POINTER (has - n));
      return;
    }

  remove_holder (entry, client);
  if (g_hash_table_size (entry->serving->holders) == 0)
    entry_free (unlink_entry (self, entry));
}

/* Returns the entries (unowned), in a list that does not change with the table. */
static GPtrArray *
list_entries (NorpcDBusObjects *self)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->by_path);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_ptr_array_add (list, entry);

  return list;
}

/* The client has left: it has nothing more. */
void
norpc_dbus_objects_drop_client (NorpcDBusObjects *self,
                                const char       *client)
{
  g_autoptr (GPtrArray) unused = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GPtrArray) list = NULL;

  if (count_objects (self, client) == 0)
    return;

  list = list_entries (self);
  for (guint i = 0; i < list->len; i++)
    {
      Entry *entry = list->pdata[i];

      remove_holder (entry, client);
      if (g_hash_table_size (entry->serving->holders) == 0)
        g_ptr_array_add (unused, unlink_entry (self, entry));
    }
}

/* Closes the objects for all clients. */
void
norpc_dbus_objects_close_all (NorpcDBusObjects *self)
{
  g_autoptr (GPtrArray) closed = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GPtrArray) list = list_entries (self);

  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (closed, close_entry (self, list->pdata[i]));
}

/* Closes the objects for all clients, and frees @self. */
void
norpc_dbus_objects_free (NorpcDBusObjects *self)
{
  norpc_dbus_objects_close_all (self);
  g_hash_table_unref (self->by_path);
  g_hash_table_unref (self->by_endpoint);
  g_hash_table_unref (self->n_objects);
  g_free (self);
}
