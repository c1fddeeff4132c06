/* norpc-dbus-client-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-client-objects-private.h"
#include "norpc-dbus-export.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-objects-private.h"
#include "norpc-dbus-received-private.h"
#include "norpc-dbus-thread-private.h"
#include "norpc-dbus-tree-private.h"

/* The objects that this process has passed to services over one connection. All of it is used in the thread of D-Bus
 * endpoints. It exists, and keeps the connection alive, as long as one of them is in use.
 */
typedef struct
{
  NorpcDBusServing *root; /* (owned) */
} ClientObjects;

static GHashTable *all; /* (owned) (nullable): of unowned GDBusConnection and owned ClientObjects */

static void
client_objects_free (gpointer data)
{
  ClientObjects *self = data;

  norpc_dbus_tree_end (self->root);
  g_free (self);
}

static void
end_if_empty (gpointer data)
{
  g_autoptr (GDBusConnection) connection = data;
  ClientObjects *self = g_hash_table_lookup (all, connection);

  if (self != NULL && norpc_dbus_objects_is_empty (self->root->objects))
    g_hash_table_remove (all, connection);
}

/* More objects may be passed before the function runs. */
static void
emptied (NorpcDBusServing *root)
{
  norpc_dbus_thread_invoke (end_if_empty, g_object_ref (root->connection));
}

/* The path is one that no other process and no other connection has: an object that comes back must not be taken for
 * another one.
 */
static char *
make_root_path (void)
{
  g_autofree char *uuid = g_uuid_string_random ();

  return g_strconcat (NORPC_DBUS_OBJECTS_OF_CLIENTS, g_strdelimit (uuid, "-", '_'), NULL);
}

static NorpcDBusServing *
ensure_root (GDBusConnection *connection)
{
  ClientObjects *self;
  g_autofree char *path = NULL;

  if (all == NULL)
    all = g_hash_table_new_full (NULL, NULL, NULL, client_objects_free);
  self = g_hash_table_lookup (all, connection);
  if (self != NULL)
    return self->root;

  path = make_root_path ();
  self = g_new0 (ClientObjects, 1);
  self->root = norpc_dbus_tree_new (connection, path, NULL, NORPC_DBUS_EXPORT_DEFAULT_CAPACITY);
  self->root->emptied = emptied;
  g_hash_table_insert (all, connection, self);

  return self->root;
}

static char *
give_to_service (NorpcDBusPassage  *passage,
                 gpointer           handle,
                 GType              type,
                 char             **problem)
{
  NorpcDBusServing *root = ensure_root (passage->data);
  char *path = norpc_dbus_objects_give (root, passage->peer, handle, type, problem);

  /* An object of the service itself has its path there. */
  if (norpc_dbus_objects_is_empty (root->objects))
    emptied (root);

  return path;
}

static void
take_back_from_service (NorpcDBusPassage *passage,
                        const char       *path)
{
  norpc_dbus_objects_release (ensure_root (passage->data)->objects, passage->peer, path, 1);
}

static gpointer
receive_from_service (NorpcDBusPassage  *passage,
                      const char        *path,
                      GType              type,
                      char             **problem)
{
  return norpc_dbus_receive_object (passage->data, passage, path, type, passage->has_norpc, FALSE, problem);
}

const NorpcDBusPassageFuncs norpc_dbus_client_passage_funcs = { give_to_service, take_back_from_service,
                                                                receive_from_service };
