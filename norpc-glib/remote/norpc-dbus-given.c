/* norpc-dbus-given.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-given-private.h"

static GMutex lock;
static GHashTable *given; /* (owned) (nullable) [lock]: of owned keys and owned GPtrArray of handles, which do not change */

static char *
make_given_key (GDBusConnection *connection,
                const char      *peer,
                const char      *path)
{
  return g_strdup_printf ("%p %s %s", (gpointer) connection, peer, path);
}

/* The peer has the object. @handles are those of its interfaces, and do not change any more. Somebody else has a reference
 * to those that were added before.
 */
void
norpc_dbus_given_add (GDBusConnection *connection,
                      const char      *peer,
                      const char      *path,
                      GPtrArray       *handles)
{
  g_mutex_lock (&lock);
  if (given == NULL)
    given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_hash_table_replace (given, make_given_key (connection, peer, path), g_ptr_array_ref (handles));
  g_mutex_unlock (&lock);
}

/* The peer has the object no more. Somebody else has a reference to its handles. */
void
norpc_dbus_given_remove (GDBusConnection *connection,
                         const char      *peer,
                         const char      *path)
{
  g_autofree char *key = make_given_key (connection, peer, path);

  g_mutex_lock (&lock);
  g_hash_table_remove (given, key);
  g_mutex_unlock (&lock);
}

/* Returns FALSE if the peer has no such object. Otherwise, sets @handle (owned) (nullable): NULL if it is of another type.
 */
gboolean
norpc_dbus_given_find (GDBusConnection *connection,
                       const char      *peer,
                       const char      *path,
                       GType            type,
                       gpointer        *handle)
{
  g_autofree char *key = make_given_key (connection, peer, path);
  GPtrArray *handles;

  *handle = NULL;
  g_mutex_lock (&lock);
  handles = given != NULL ? g_hash_table_lookup (given, key) : NULL;
  for (guint i = 0; handles != NULL && *handle == NULL && i < handles->len; i++)
    if (g_type_is_a (G_OBJECT_TYPE (handles->pdata[i]), type))
      *handle = g_object_ref (handles->pdata[i]);
  g_mutex_unlock (&lock);

  return handles != NULL;
}
