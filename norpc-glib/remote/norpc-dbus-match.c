/* norpc-dbus-match.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-match-private.h"

struct _NorpcDBusMatch
{
  GDBusConnection *connection; /* (owned) */
  char            *rule;       /* (owned) (nullable): NULL if the bus need not know of it */
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

/* The error of a message that cannot be sent does not matter: the connection is closed. */
static void
send_rule (NorpcDBusMatch *self,
           const char     *member)
{
  g_autoptr (GDBusMessage) message = NULL;

  message = g_dbus_message_new_method_call ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                            member);
  g_dbus_message_set_body (message, g_variant_new ("(s)", self->rule));
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (self->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* A bus limits the number of rules, and counts those that are equal. */
static GMutex lock;
static GHashTable *rules; /* (owned) (nullable) [lock]: of owned keys and numbers, how many matches have each rule */

/* Adds @n to the number of matches with the same rule, and tells the bus of the first one and the last one, in order. */
static void
count_rule (NorpcDBusMatch *self,
            int             n)
{
  g_autofree char *key = NULL;
  int count;

  if (self->rule == NULL)
    return;

  key = g_strdup_printf ("%p %s", (gpointer) self->connection, self->rule);
  g_mutex_lock (&lock);
  if (rules == NULL)
    rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  count = GPOINTER_TO_INT (g_hash_table_lookup (rules, key)) + n;
  if (count > 0)
    g_hash_table_replace (rules, g_strdup (key), GINT_TO_POINTER (count));
  else
    g_hash_table_remove (rules, key);
  if (count == 0 || (count == 1 && n > 0))
    send_rule (self, count == 0 ? "RemoveMatch" : "AddMatch");
  g_mutex_unlock (&lock);
}

/* The signals arrive in the context that is the thread default. */
NorpcDBusMatch *
norpc_dbus_match_new (GDBusConnection     *connection,
                      const char          *sender,
                      const char          *path,
                      const char          *interface_name,
                      const char          *member,
                      const char          *arg0,
                      NorpcDBusMatchScope  scope,
                      GDBusSignalCallback  func,
                      gpointer             user_data,
                      GDestroyNotify       destroy)
{
  NorpcDBusMatch *self = g_new0 (NorpcDBusMatch, 1);

  self->connection = g_object_ref (connection);
  self->id = g_dbus_connection_signal_subscribe (connection, NULL, interface_name, member, path, arg0,
                                                 G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, func, user_data, destroy);
  if (scope != NORPC_DBUS_MATCH_NOTHING && g_dbus_connection_get_unique_name (connection) != NULL)
    {
      GString *rule = g_string_new ("type='signal'");

      add_condition (rule, "sender", sender);
      if (scope == NORPC_DBUS_MATCH_SIGNAL)
        {
          add_condition (rule, "path", path);
          add_condition (rule, "interface", interface_name);
          add_condition (rule, "member", member);
          add_condition (rule, "arg0", arg0);
        }
      self->rule = g_string_free (rule, FALSE);
    }
  count_rule (self, 1);

  return self;
}

void
norpc_dbus_match_free (NorpcDBusMatch *self)
{
  count_rule (self, -1);
  g_dbus_connection_signal_unsubscribe (self->connection, self->id);
  g_free (self->rule);
  g_object_unref (self->connection);
  g_free (self);
}
