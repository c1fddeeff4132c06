/* norpc-dbus-unreceived.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-dbus-info-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-unreceived-private.h"

/* @sender is NULL or empty if there is no bus. */
void
norpc_dbus_release_path (GDBusConnection *connection,
                         const char      *sender,
                         const char      *path)
{
  gboolean has_bus = g_dbus_connection_get_unique_name (connection) != NULL;
  g_autoptr (GDBusMessage) note = g_dbus_message_new_method_call (has_bus ? sender : NULL, path, NORPC_DBUS_CALLS,
                                                                  "Release");

  g_dbus_message_set_body (note, g_variant_new ("(u)", 1));
  g_dbus_message_set_flags (note, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED | G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  norpc_dbus_outflow_send (connection, note, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL);
}

/* Only the paths that norpc-glib makes for objects of clients begin so. */
static void
release_value (GDBusConnection *connection,
               const char      *sender,
               GVariant        *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_OBJECT_PATH))
    {
      if (g_str_has_prefix (g_variant_get_string (value, NULL), NORPC_DBUS_OBJECTS_OF_CLIENTS))
        norpc_dbus_release_path (connection, sender, g_variant_get_string (value, NULL));
      return;
    }
  if (!g_variant_is_container (value) || strpbrk (g_variant_get_type_string (value), "ov") == NULL)
    return;

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      release_value (connection, sender, child);
    }
}

void
norpc_dbus_release_unreceived (GDBusConnection *connection,
                               GDBusMessage    *message)
{
  if (g_dbus_message_get_body (message) != NULL)
    release_value (connection, g_dbus_message_get_sender (message), g_dbus_message_get_body (message));
}
