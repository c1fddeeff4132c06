/* norpc-dbus-match.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-match-private.h"

struct _NorpcDBusMatch
{
  GDBusConnection *connection; /* (owned) */
  char            *rule;       /* (owned) (nullable): NULL if there is no bus */
  guint            id;
};

/* None of the values has a quote: they are names and paths. */
static void
add_condition (GString    *rule,
               const char *key,
               const char *value)
{
  if (value != NULL)
    g_string_append_printf (rule, ",%s='%s'", key, value);
}

/* A message that cannot be sent is not missed: the connection is closed. */
static void
tell_bus (NorpcDBusMatch *self,
          const char     *member)
{
  g_autoptr (GDBusMessage) message = NULL;

  if (self->rule == NULL)
    return;

  message = g_dbus_message_new_method_call ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                            member);
  g_dbus_message_set_body (message, g_variant_new ("(s)", self->rule));
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* The signals arrive in the context that is the thread default. */
NorpcDBusMatch *
norpc_dbus_match_new (GDBusConnection     *connection,
                      const char          *sender,
                      const char          *path,
                      const char          *interface_name,
                      const char          *member,
                      const char          *arg0,
                      GDBusSignalCallback  func,
                      gpointer             user_data,
                      GDestroyNotify       destroy)
{
  NorpcDBusMatch *self = g_new0 (NorpcDBusMatch, 1);

  self->connection = g_object_ref (connection);
  self->id = g_dbus_connection_signal_subscribe (connection, NULL, interface_name, member, path, arg0,
                                                 G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, func, user_data, destroy);
  if (g_dbus_connection_get_unique_name (connection) != NULL)
    {
      GString *rule = g_string_new ("type='signal'");

      add_condition (rule, "sender", sender);
      add_condition (rule, "path", path);
      add_condition (rule, "interface", interface_name);
      add_condition (rule, "member", member);
      add_condition (rule, "arg0", arg0);
      self->rule = g_string_free (rule, FALSE);
    }
  tell_bus (self, "AddMatch");

  return self;
}

void
norpc_dbus_match_free (NorpcDBusMatch *self)
{
  tell_bus (self, "RemoveMatch");
  g_dbus_connection_signal_unsubscribe (self->connection, self->id);
  g_free (self->rule);
  g_object_unref (self->connection);
  g_free (self);
}
