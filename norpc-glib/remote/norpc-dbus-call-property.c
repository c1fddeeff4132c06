/* norpc-dbus-call-property.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The answers to calls that read all properties, or set one. */

#include "core/norpc-info-match-private.h"
#include "norpc-dbus-call-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-remote-call.h"

/* Returns the interface (owned) that the proxy of the call follows, or one with the same name, or NULL. */
static NorpcDBusInterface *
find_interface (NorpcDBusObject *object,
                NorpcCall       *call)
{
  const NorpcInterfaceInfo *info = norpc_call_get_accessed_interface (call);
  NorpcDBusInterface *found = NULL;
  gboolean matches = FALSE;

  g_mutex_lock (&object->lock);
  for (guint i = 0; !matches && i < object->interfaces->len; i++)
    {
      NorpcDBusInterface *iface = object->interfaces->pdata[i];
      const NorpcInterfaceInfo *other = norpc_dbus_interface_get_info (iface);

      matches = norpc_interface_infos_match (other, info);
      if (matches || (found == NULL && g_str_equal (other->dbus.name, info->dbus.name)))
        found = iface;
    }
  if (found != NULL)
    norpc_dbus_interface_ref (found);
  g_mutex_unlock (&object->lock);

  return found;
}

/* The service has sent the values of all properties. */
void
norpc_dbus_call_finish_get_all (NorpcDBusCall *self,
                                GDBusMessage  *reply)
{
  NorpcCall *call = norpc_dbus_call_take (self);
  GVariant *body = g_dbus_message_get_body (reply);
  NorpcDBusInterface *iface = find_interface (self->object, call);
  g_autoptr (GVariant) dict = NULL;

  if (iface == NULL)
    norpc_call_reject (call, NORPC_ERROR_CLOSED, "was rejected: its proxy has been released");
  else if (body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(a{sv})")))
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                             "%s: the reply to GetAll is of type '%s'", norpc_call_get_interface_name (call),
                             body != NULL ? g_variant_get_type_string (body) : "()");
  else
    {
      dict = g_variant_get_child_value (body, 0);
      norpc_dbus_interface_answer_all (iface, g_dbus_message_get_sender (reply), call, dict);
    }
  g_clear_pointer (&iface, norpc_dbus_interface_unref);
  norpc_call_unref (call);
}

/* An export tells of a change before it replies to the call that has made it, so the value that it has told last is
 * that of the property. The proxy shows it before what the service sends later.
 */
static gboolean
get_told (NorpcDBusCall *self,
          GValue        *value)
{
  NorpcDBusInterface *iface = self->object->service_kind == NORPC_DBUS_SERVICE_NORPC
                                ? find_interface (self->object, self->call) : NULL;
  gboolean told = iface != NULL && norpc_dbus_interface_get_told (iface, self->call, value);

  g_clear_pointer (&iface, norpc_dbus_interface_unref);

  return told;
}

/* Before the call is answered, so that an export of the endpoint tells its clients before it answers theirs. */
static void
show_read_back (NorpcDBusCall *self,
                GVariant      *value)
{
  NorpcDBusInterface *iface = find_interface (self->object, self->call);

  if (iface != NULL)
    norpc_dbus_interface_show_read_back (iface, self->call, value);
  g_clear_pointer (&iface, norpc_dbus_interface_unref);
}

static void
read_back_cb (GObject      *connection,
              GAsyncResult *result,
              gpointer      user_data)
{
  NorpcDBusCall *self = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);
  g_autoptr (GVariant) value = NULL;
  NorpcDBusPassage passage = norpc_dbus_call_begin_passage (self, self->object->owner);

  norpc_dbus_call_note_answered (self);
  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (value != NULL && self->call != NULL)
    show_read_back (self, value);
  if (reply == NULL)
    {
      norpc_dbus_call_fail (self, error);
    }
  else if (!norpc_dbus_call_is_waiting (self) && self->call != NULL)
    {
      norpc_dbus_message_discard_set (self->call, &passage, value);
    }
  else if (self->call != NULL)
    {
      NorpcCall *call = norpc_dbus_call_take (self);

      norpc_dbus_message_answer_read_back (call, &passage, value);
      norpc_call_unref (call);
    }
  self->object->call_ended (self->object);
  norpc_dbus_call_unref (self);
}

static void
read_back (NorpcDBusCall *self)
{
  self->awaits_answer = TRUE;
  g_dbus_connection_call (self->object->connection, self->object->name, self->object->path, NORPC_DBUS_PROPERTIES,
                          "Get", g_variant_new ("(ss)", norpc_call_get_interface_name (self->call),
                                                norpc_dbus_message_get_property (self->call)),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable,
                          read_back_cb, norpc_dbus_call_ref (self));
}

/* The service has set a property. The answer has the value that it now has, which may be another one. */
void
norpc_dbus_call_finish_set (NorpcDBusCall *self)
{
  gboolean returns_value = norpc_dbus_message_returns_value (self->call);
  g_auto (GValue) value = G_VALUE_INIT;
  NorpcCall *call;

  if (returns_value && !get_told (self, &value))
    {
      read_back (self);
      return;
    }

  call = norpc_dbus_call_take (self);
  norpc_dbus_message_answer_set (call, returns_value ? &value : NULL);
  norpc_call_unref (call);
}
