/* norpc-dbus-request.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One message of a client of an exported object: it becomes a call, whose reply becomes a message. */

#include "call/norpc-call-variant.h"
#include "call/norpc-sender-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-serving-private.h"

/* The errors of requests that do not become calls. */
#define UNKNOWN_METHOD "org.freedesktop.DBus.Error.UnknownMethod"
#define UNKNOWN_INTERFACE "org.freedesktop.DBus.Error.UnknownInterface"
#define UNKNOWN_PROPERTY "org.freedesktop.DBus.Error.UnknownProperty"
#define PROPERTY_READ_ONLY "org.freedesktop.DBus.Error.PropertyReadOnly"
#define FAILED "org.freedesktop.DBus.Error.Failed"
#define INVALID_ARGS "org.freedesktop.DBus.Error.InvalidArgs"

/* The service answers with a value that D-Bus cannot carry. */
#define INVALID_RESULT "org.norpc.Error.InvalidArgument"

/* The content of the reply. */
typedef enum
{
  RESULTS,    /* of a method */
  ALL_VALUES, /* of the properties */
  ONE_VALUE,
  NOTHING
} Answer;

/* A request that is not answered. */
typedef struct
{
  NorpcDBusServing         *serving;  /* (owned) */
  char                     *client;   /* (owned): its name */
  GDBusMessage             *message;  /* (owned) */
  gboolean                  has_slot; /* of the inbox, which notes do not take */
  gboolean                  answered; /* before its reply */
  const NorpcInterfaceInfo *info;
  Answer                    answer;
  guint                     method;   /* of RESULTS */
  int                       property; /* of ONE_VALUE */
} Request;

static void
request_free (Request *self)
{
  g_hash_table_remove (self->serving->requests, self);
  if (self->has_slot)
    norpc_dbus_inbox_free_slot (self->serving->inbox);
  g_object_unref (self->message);
  g_free (self->client);
  norpc_dbus_serving_unref (self->serving);
  g_free (self);
}

static gboolean
wants_reply (GDBusMessage *message)
{
  return (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0;
}

static void
send_error (Request    *self,
            const char *name,
            const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GDBusMessage) reply = NULL;

  if (!wants_reply (self->message))
    return;

  reply = g_dbus_message_new_method_error_literal (self->message, name, valid);
  norpc_dbus_serving_flush (self->serving);
  g_dbus_connection_send_message (self->serving->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static void send_wrong (Request    *self,
                        const char *name,
                        const char *format,
                        ...) G_GNUC_PRINTF (3, 4);

static void
send_wrong (Request    *self,
            const char *name,
            const char *format,
            ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  send_error (self, name, text);
}

static void
send_gerror (Request      *self,
             const GError *error)
{
  g_autofree char *name = norpc_dbus_error_get_name (error);

  send_error (self, name, error->message);
}

/* Sends a reply with @body (floating or owned), whose parts have been checked. One that is too large becomes an error.
 */
static void
send_reply (Request     *self,
            GVariant    *body,
            GUnixFDList *fds)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autoptr (GDBusMessage) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *excess = NULL;

  if (!wants_reply (self->message))
    return;

  excess = norpc_dbus_find_body_excess (sunk);
  if (excess != NULL)
    {
      send_error (self, INVALID_RESULT, excess);
      return;
    }

  reply = g_dbus_message_new_method_reply (self->message);
  g_dbus_message_set_body (reply, sunk);
  if (fds != NULL)
    g_dbus_message_set_unix_fd_list (reply, fds);
  norpc_dbus_serving_flush (self->serving);
  if (!g_dbus_connection_send_message (self->serving->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                       &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    send_error (self, "org.freedesktop.DBus.Error.LimitsExceeded", error->message);
}

/* Returns the values of a reply that has all of them, as a dictionary (floating). A value that is not there, or
 * has no form, is left out.
 */
static GVariant *
make_dict (const NorpcPropertyAccess *access,
           NorpcReply                *reply)
{
  const GValue *results = norpc_reply_get_values (reply, NULL);
  GVariantBuilder dict;

  g_variant_builder_init (&dict, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < access->n_readable; i++)
    {
      const NorpcArgInfo *arg = &access->args[access->readable[i]];
      g_autofree char *problem = NULL;
      g_autoptr (GVariant) value =
        norpc_dbus_arg_is_portable (arg) ? norpc_dbus_get_value (arg, &results[i], &problem) : NULL;

      if (value != NULL)
        g_variant_builder_add (&dict, "{sv}", arg->dbus.name, value);
    }

  return g_variant_builder_end (&dict);
}

/* Gets the value of the property that the request reads. */
static const GValue *
peek_value (Request    *self,
            NorpcReply *reply)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  guint i = 0;

  while (access->readable[i] != (guint) self->property)
    i++;

  return &norpc_reply_get_values (reply, NULL)[i];
}

static void
send_value (Request    *self,
            NorpcReply *reply)
{
  const NorpcArgInfo *arg = &norpc_property_access_get (self->info)->args[self->property];
  const GValue *value = peek_value (self, reply);
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = norpc_dbus_get_value (arg, value, &problem);

  if (form != NULL)
    send_reply (self, g_variant_new ("(v)", form), NULL);
  else if (g_value_fits_pointer (value) && g_value_peek_pointer (value) == NULL)
    send_wrong (self, UNKNOWN_PROPERTY, "The property %s.%s has no value", self->info->dbus.name, arg->dbus.name);
  else
    send_wrong (self, INVALID_RESULT, "%s: property '%s': %s", self->info->dbus.name, arg->dbus.name, problem);
}

/* The descriptors in the results belong to this client, and the message has duplicates. */
static void
send_results (Request    *self,
              NorpcReply *reply)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = norpc_reply_dup_variant (reply, &error);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = NULL;

  if (results == NULL)
    {
      send_gerror (self, error);
      return;
    }

  problem = norpc_dbus_find_args_excess (self->info->methods[self->method]->dbus.out_args, results, "result");
  if (problem == NULL)
    form = norpc_dbus_to_form (results, &fds, &problem);
  if (form == NULL)
    send_wrong (self, INVALID_RESULT, "%s.%s: %s", self->info->dbus.name,
                self->info->methods[self->method]->dbus.name, problem);
  else if (fds != NULL && (g_dbus_connection_get_capabilities (self->serving->connection) &
                           G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING) == 0)
    send_error (self, FAILED, "The connection cannot pass file descriptors");
  else
    send_reply (self, form, fds);
  norpc_dbus_close_fds (results);
}

static void
send_answer (Request    *self,
             NorpcReply *reply)
{
  switch (self->answer)
    {
    case RESULTS:
      send_results (self, reply);
      break;

    case ALL_VALUES:
      send_reply (self, g_variant_new ("(@a{sv})", make_dict (norpc_property_access_get (self->info), reply)), NULL);
      break;

    case ONE_VALUE:
      send_value (self, reply);
      break;

    case NOTHING:
    default:
      send_reply (self, g_variant_new ("()"), NULL);
      break;
    }
}

/* Runs in the context of the export. Takes ownership of @reply. */
static void
request_replied_cb (NorpcReply *reply,
                    gpointer    user_data)
{
  g_autoptr (NorpcReply) owned = reply;
  Request *self = user_data;
  gboolean waits = self->serving->clients == NULL ||
                   norpc_dbus_clients_finish (self->serving->clients, self->client,
                                              g_dbus_message_get_serial (self->message));

  waits = waits && !self->answered;
  if (waits && norpc_reply_get_error (reply) != NULL)
    send_gerror (self, norpc_reply_get_error (reply));
  else if (waits)
    send_answer (self, reply);
  request_free (self);
}

/* Sends the call (owned) of a request (owned). */
static void
send_request_call (Request         *self,
                   NorpcDBusClient *client,
                   NorpcCall       *call,
                   Answer           kind)
{
  g_autoptr (GCancellable) cancellable =
    norpc_dbus_client_begin (client, g_dbus_message_get_serial (self->message));

  if (cancellable == NULL)
    {
      send_error (self, INVALID_ARGS, "Another call has the same serial number");
      norpc_call_unref (call);
      request_free (self);
      return;
    }

  self->answer = kind;
  norpc_call_set_sender (call, client->sender, G_OBJECT (self->message));
  if (client->limit != 0)
    norpc_call_set_timeout (call, client->limit);
  client->limit = 0;
  g_hash_table_add (self->serving->requests, self);
  norpc_endpoint_call (self->serving->endpoint, call, cancellable, request_replied_cb, self);
}

static const NorpcInterfaceInfo *
find_info (NorpcDBusServing *serving,
           const char       *name)
{
  for (guint i = 0; i < serving->infos->len; i++)
    if (g_str_equal (((const NorpcInterfaceInfo *) serving->infos->pdata[i])->dbus.name, name))
      return serving->infos->pdata[i];

  return NULL;
}

/* Finds a method that can be called over D-Bus. @interface_name is NULL if the client leaves that open. */
static int
find_exported_method (NorpcDBusServing          *serving,
                      const char                *interface_name,
                      const char                *member,
                      const NorpcInterfaceInfo **info)
{
  for (guint i = 0; i < serving->infos->len; i++)
    {
      int method;

      *info = serving->infos->pdata[i];
      if (interface_name != NULL && !g_str_equal ((*info)->dbus.name, interface_name))
        continue;
      method = norpc_interface_info_find_method (*info, member);
      if (method >= 0)
        {
          g_autofree char *reason = norpc_dbus_find_not_portable ((*info)->methods[method]);

          return reason == NULL ? method : -1;
        }
    }

  return -1;
}

static const char *
get_signature (GDBusMessage *message)
{
  const char *signature = g_dbus_message_get_signature (message);

  return signature != NULL ? signature : "";
}

/* Returns FALSE and answers the request (owned) if its arguments are of other types. */
static gboolean
check_signature (Request    *self,
                 const char *expected)
{
  if (g_str_equal (get_signature (self->message), expected))
    return TRUE;

  send_wrong (self, INVALID_ARGS, "%s.%s: expected arguments of the types '%s', got '%s'",
              g_dbus_message_get_interface (self->message) != NULL ? g_dbus_message_get_interface (self->message) : "",
              g_dbus_message_get_member (self->message), expected, get_signature (self->message));
  request_free (self);

  return FALSE;
}

/* Sets the arguments of a call from a message whose signature is right. The call has the descriptors in it, as long as
 * it exists.
 */
static gboolean
set_args (Request               *self,
          NorpcCall             *call,
          GDBusArgInfo * const  *infos,
          GError               **error)
{
  g_autofree char *type = norpc_dbus_args_get_type (infos);
  GVariant *body = g_dbus_message_get_body (self->message);
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) args = NULL;

  if (body == NULL)
    return TRUE;

  args = norpc_dbus_from_form (body, type, g_dbus_message_get_unix_fd_list (self->message), FALSE, &problem);
  if (args != NULL)
    return norpc_call_set_args_variant (call, args, error);

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, problem);

  return FALSE;
}

/* Takes ownership of the request. */
static void
call_method (Request         *self,
             NorpcDBusClient *client,
             guint            method)
{
  NorpcCall *call = norpc_call_new (self->info, method);
  g_autoptr (GError) error = NULL;

  if (set_args (self, call, self->info->methods[method]->dbus.in_args, &error))
    {
      self->method = method;
      send_request_call (self, client, call, RESULTS);
      return;
    }

  send_error (self, INVALID_ARGS, error->message);
  norpc_call_unref (call);
  request_free (self);
}

/* Takes ownership of the request. */
static void
handle_method (Request         *self,
               NorpcDBusClient *client)
{
  const char *interface_name = g_dbus_message_get_interface (self->message);
  const char *member = g_dbus_message_get_member (self->message);
  int method = find_exported_method (self->serving, interface_name, member, &self->info);
  g_autofree char *expected = NULL;

  if (method < 0)
    {
      send_wrong (self, UNKNOWN_METHOD, "There is no method %s.%s", interface_name != NULL ? interface_name : "",
                  member);
      request_free (self);
      return;
    }

  expected = norpc_dbus_args_get_form (self->info->methods[method]->dbus.in_args);
  if (!check_signature (self, expected))
    return;

  call_method (self, client, (guint) method);
}

/* Takes ownership of the request. */
static void
handle_get_all (Request         *self,
                NorpcDBusClient *client,
                Answer           kind)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);

  if (access->n_readable > 0)
    {
      send_request_call (self, client, norpc_call_new (&access->info, NORPC_PROPERTY_GET_ALL), kind);
      return;
    }

  send_reply (self, g_variant_new ("(a{sv})", NULL), NULL);
  request_free (self);
}

/* Takes ownership of the request. */
static void
handle_set (Request         *self,
            NorpcDBusClient *client,
            GVariant        *value)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  const NorpcArgInfo *arg = &access->args[self->property];
  NorpcCall *call = norpc_call_new (&access->info, norpc_property_access_get_setter ((guint) self->property, FALSE));
  g_autofree char *problem = norpc_dbus_find_value_excess (value);

  /* A value that is accepted must fit in the announcement of the change. */
  if (problem == NULL)
    problem = norpc_dbus_set_value (arg, norpc_call_get_args (call, NULL), value);
  if (problem == NULL)
    {
      send_request_call (self, client, call, NOTHING);
      return;
    }

  send_wrong (self, INVALID_ARGS, "%s.%s: %s", self->info->dbus.name, arg->dbus.name, problem);
  norpc_call_unref (call);
  request_free (self);
}

/* Takes ownership of the request. */
static void
handle_one_property (Request         *self,
                     NorpcDBusClient *client,
                     gboolean         sets)
{
  const char *name;
  const NorpcPropertyInfo *info;
  g_autoptr (GVariant) value = NULL;

  g_variant_get_child (g_dbus_message_get_body (self->message), 1, "&s", &name);
  self->property = norpc_dbus_find_property (self->info, name);
  info = self->property >= 0 ? self->info->properties[self->property] : NULL;
  if (info == NULL)
    send_wrong (self, UNKNOWN_PROPERTY, "There is no property %s.%s", self->info->dbus.name, name);
  else if (sets && !norpc_property_is_writable (info))
    send_wrong (self, PROPERTY_READ_ONLY, "The property %s.%s can only be read", self->info->dbus.name, name);
  else if (!sets && !norpc_property_is_readable (info))
    send_wrong (self, INVALID_ARGS, "The property %s.%s can only be written", self->info->dbus.name, name);
  else if (!sets)
    {
      handle_get_all (self, client, ONE_VALUE);
      return;
    }
  else
    {
      g_variant_get_child (g_dbus_message_get_body (self->message), 2, "v", &value);
      handle_set (self, client, value);
      return;
    }
  request_free (self);
}

/* Takes ownership of the request. */
static void
handle_properties (Request         *self,
                   NorpcDBusClient *client)
{
  const char *member = g_dbus_message_get_member (self->message);
  gboolean gets_all = g_str_equal (member, "GetAll");
  gboolean sets = g_str_equal (member, "Set");
  const char *name;

  if (!gets_all && !sets && !g_str_equal (member, "Get"))
    {
      send_wrong (self, UNKNOWN_METHOD, "There is no method %s.%s", NORPC_DBUS_PROPERTIES, member);
      request_free (self);
      return;
    }
  if (!check_signature (self, gets_all ? "s" : sets ? "ssv" : "ss"))
    return;

  g_variant_get_child (g_dbus_message_get_body (self->message), 0, "&s", &name);
  self->info = find_info (self->serving, name);
  if (self->info == NULL)
    {
      send_wrong (self, UNKNOWN_INTERFACE, "The object has no interface %s", name);
      request_free (self);
    }
  else if (gets_all)
    {
      handle_get_all (self, client, ALL_VALUES);
    }
  else
    {
      handle_one_property (self, client, sets);
    }
}

/* Takes ownership of the request. A client with norpc-glib tells about a call. It wants no reply; another one may. */
static void
handle_note (Request         *self,
             NorpcDBusClient *client)
{
  const char *member = g_dbus_message_get_member (self->message);
  gboolean is_limit = g_str_equal (member, "Limit");
  guint32 number;

  if (!is_limit && !g_str_equal (member, "Cancel"))
    {
      send_wrong (self, UNKNOWN_METHOD, "There is no method %s.%s", NORPC_DBUS_CALLS, member);
      request_free (self);
      return;
    }
  if (!check_signature (self, "u"))
    return;

  g_variant_get (g_dbus_message_get_body (self->message), "(u)", &number);
  if (is_limit)
    client->limit = MAX (number, 1);
  else
    norpc_dbus_client_cancel (client, number);
  send_reply (self, g_variant_new ("()"), NULL);
  request_free (self);
}

/* Runs in the context of the export, which is the thread-default one. Takes ownership of @message. */
void
norpc_dbus_request_handle (NorpcDBusServing *serving,
                           NorpcDBusClient  *client,
                           GDBusMessage     *message)
{
  const char *interface_name = g_dbus_message_get_interface (message);
  Request *request = g_new0 (Request, 1);

  request->serving = norpc_dbus_serving_ref (serving);
  request->client = g_strdup (client->name);
  request->message = message;
  request->has_slot = g_strcmp0 (interface_name, NORPC_DBUS_CALLS) != 0;
  if (!request->has_slot)
    handle_note (request, client);
  else if (g_strcmp0 (interface_name, NORPC_DBUS_PROPERTIES) == 0)
    handle_properties (request, client);
  else
    handle_method (request, client);
}

/* Called by the thread that owns the context of the export. */
void
norpc_dbus_request_answer_all_closed (NorpcDBusServing *serving)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, serving->requests);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    {
      Request *request = value;

      request->answered = TRUE;
      norpc_dbus_inbox_answer_closed (serving->connection, request->message);
    }
}
