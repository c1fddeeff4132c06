/* norpc-dbus-unreceived.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-dbus-info-private.h"
#include "norpc-dbus-objects-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-unreceived-private.h"

/* @sender is NULL or empty if there is no bus. */
static void
release_path_often (GDBusConnection *connection,
                    const char      *sender,
                    const char      *path,
                    guint            n)
{
  gboolean has_bus = g_dbus_connection_get_unique_name (connection) != NULL;
  g_autoptr (GDBusMessage) note = g_dbus_message_new_method_call (has_bus ? sender : NULL, path, NORPC_DBUS_CALLS,
                                                                  "Release");

  g_dbus_message_set_body (note, g_variant_new ("(u)", n));
  g_dbus_message_set_flags (note, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED | G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  norpc_dbus_outflow_send (connection, note, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL);
}

void
norpc_dbus_release_path (GDBusConnection *connection,
                         const char      *sender,
                         const char      *path)
{
  release_path_often (connection, sender, path, 1);
}

/* Counts how often a value has each path. Only the paths that norpc-glib makes for objects of clients begin so, and a client
 * with norpc-glib has no more of them.
 */
static void
count_paths (GVariant   *value,
             GHashTable *counts)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH))
    {
      const char *path = g_variant_get_string (value, NULL);
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, path));

      if (g_str_has_prefix (path, NORPC_DBUS_OBJECTS_OF_CLIENTS) &&
          (n > 0 || g_hash_table_size (counts) < NORPC_DBUS_MAX_OBJECTS))
        g_hash_table_replace (counts, g_strdup (path), GUINT_TO_POINTER (n + 1));
      return;
    }
  if (!g_variant_is_container (value) || strpbrk (g_variant_get_type_string (value), "ov") == NULL)
    return;

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      count_paths (child, counts);
    }
}

/* One message for each path, so that a message with many paths does not make more messages than necessary. */
void
norpc_dbus_release_unreceived (GDBusConnection *connection,
                               GDBusMessage    *message)
{
  g_autoptr (GHashTable) counts = NULL;
  GHashTableIter iter;
  gpointer path, n;

  if (g_dbus_message_get_body (message) == NULL)
    return;

  counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  count_paths (g_dbus_message_get_body (message), counts);
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &path, &n))
    release_path_often (connection, g_dbus_message_get_sender (message), path, GPOINTER_TO_UINT (n));
}
