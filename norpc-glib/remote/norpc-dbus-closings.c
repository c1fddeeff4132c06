/* norpc-dbus-closings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-closings-private.h"
#include "norpc-dbus-info-private.h"

/* The function that is called when an object is closed. */
typedef struct
{
  void         (*closed) (gpointer data);
  gpointer       data; /* (owned) */
  GDestroyNotify destroy;
} Closing;

static GMutex lock;
static GHashTable *closings; /* (owned) (nullable) [lock]: of owned keys and owned Closing */

static G_DEFINE_QUARK (norpc-dbus-closings, get_closings)

static char *
make_key (GDBusConnection *connection,
          const char      *name,
          const char      *path)
{
  gboolean has_bus = g_dbus_connection_get_unique_name (connection) != NULL;

  return g_strdup_printf ("%p %s %s", (gpointer) connection, has_bus && name != NULL ? name : "", path);
}

/* Called without the lock: the last reference to an object may go. */
static void
closing_free (Closing *self)
{
  if (self == NULL)
    return;

  self->destroy (self->data);
  g_free (self);
}

/* Runs in the thread of D-Bus endpoints. Any process on the bus can send signals to this one. */
static void
closed_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface_name G_GNUC_UNUSED,
           const char      *member G_GNUC_UNUSED,
           GVariant        *args G_GNUC_UNUSED,
           gpointer         user_data G_GNUC_UNUSED)
{
  g_autofree char *key = make_key (connection, sender, path);
  Closing *closing;

  g_mutex_lock (&lock);
  closing = closings != NULL ? g_hash_table_lookup (closings, key) : NULL;
  if (closing != NULL)
    closing->closed (closing->data);
  g_mutex_unlock (&lock);
}

/* Called in the thread of D-Bus endpoints, before a message is sent whose reply may have objects. The subscription ends with
 * the connection.
 */
void
norpc_dbus_closings_subscribe (GDBusConnection *connection)
{
  guint id;

  if (g_object_get_qdata (G_OBJECT (connection), get_closings_quark ()) != NULL)
    return;

  id = g_dbus_connection_signal_subscribe (connection, NULL, NORPC_DBUS_CALLS, "Closed", NULL, NULL,
                                           G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, closed_cb, NULL, NULL);
  g_object_set_qdata (G_OBJECT (connection), get_closings_quark (), GUINT_TO_POINTER (id));
}

/* Thread-safe. Takes ownership of @data. An object that arrives again after it was released takes the place of the former one. */
void
norpc_dbus_closings_add (GDBusConnection *connection,
                         const char      *name,
                         const char      *path,
                         void           (*closed) (gpointer data),
                         gpointer         data,
                         GDestroyNotify   destroy)
{
  g_autofree char *key = make_key (connection, name, path);
  Closing *closing = g_new (Closing, 1);
  Closing *former;

  *closing = (Closing) { closed, data, destroy };
  g_mutex_lock (&lock);
  if (closings == NULL)
    closings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  former = g_hash_table_lookup (closings, key);
  g_hash_table_replace (closings, g_steal_pointer (&key), closing);
  g_mutex_unlock (&lock);
  closing_free (former);
}

/* Thread-safe. Does nothing if another object has taken the place of @data. */
void
norpc_dbus_closings_remove (GDBusConnection *connection,
                            const char      *name,
                            const char      *path,
                            gpointer         data)
{
  g_autofree char *key = make_key (connection, name, path);
  Closing *closing;

  g_mutex_lock (&lock);
  closing = closings != NULL ? g_hash_table_lookup (closings, key) : NULL;
  if (closing != NULL && closing->data == data)
    g_hash_table_remove (closings, key);
  else
    closing = NULL;
  g_mutex_unlock (&lock);
  closing_free (closing);
}
