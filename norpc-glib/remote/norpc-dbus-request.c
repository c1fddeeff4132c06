/* norpc-dbus-request.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One message of a client of an exported object: it becomes a call, whose reply becomes a message. */

#include "call/norpc-call-variant.h"
#include "call/norpc-sender-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "norpc-dbus-answer-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-objects-private.h"
#include "norpc-dbus-router-private.h"
#include "norpc-dbus-served-stream-private.h"

/* A value that the property of the service does not allow is one that the export rejects. */
static void
answer_failed_call (NorpcDBusRequest *self,
                    NorpcReply       *reply)
{
  const GError *error = norpc_reply_get_error (reply);

  if (self->answer == NORPC_DBUS_ANSWER_NOTHING &&
      g_error_matches (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT))
    norpc_dbus_answer_error (self, NORPC_DBUS_INVALID_ARGS, error->message);
  else
    norpc_dbus_answer_failure (self, norpc_reply_get_call (reply), error);
}

/* Runs in the context of the export. Takes ownership of @reply. The answer to a message that wants none is not sent. A
 * client that has cancelled a call waits for the answer nevertheless, because that might have an object. It gets none
 * then.
 */
static void
request_replied_cb (NorpcReply *reply,
                    gpointer    user_data)
{
  g_autoptr (NorpcReply) owned = reply;
  NorpcDBusRequest *self = user_data;
  NorpcDBusClients *clients = norpc_dbus_serving_get_root (self->serving)->clients;
  gboolean waits = clients == NULL || !self->is_begun ||
                   norpc_dbus_clients_finish (clients, self->client, g_dbus_message_get_serial (self->message));

  norpc_dbus_request_free_slot (self);
  if (!self->answered && norpc_reply_get_error (reply) != NULL)
    answer_failed_call (self, reply);
  else if (!self->answered && waits)
    norpc_dbus_answer_reply (self, reply);
  else if (!self->answered)
    norpc_dbus_answer_error (self, "org.norpc.Error.NoReply", "The call was cancelled");
  norpc_dbus_request_free (self);
}

static void
set_sender (NorpcDBusRequest *self,
            NorpcDBusClient  *client,
            NorpcCall        *call)
{
  norpc_call_set_sender (call, client->sender, G_OBJECT (self->message));
  call->client = client->number;
}

/* Applies what the client has told about the call before it has sent it. */
static void
take_notes (NorpcDBusRequest *self,
            NorpcDBusClient  *client,
            NorpcCall        *call)
{
  NorpcDBusNotes *notes = norpc_dbus_client_get_notes (client, g_dbus_message_get_serial (self->message));

  if (notes->limit != 0)
    norpc_call_set_timeout (call, notes->limit);
  if (notes->trace != NULL)
    norpc_call_take_trace_context (call, g_steal_pointer (&notes->trace));
  self->has_credit = notes->has_credit;
  self->credit = notes->credit;
}

/* Returns TRUE if the call is cancelled when its client leaves. Not all clients say that they wait for no reply, but no
 * client needs that to a one-way call: it may leave at once.
 */
static gboolean
needs_client (NorpcDBusRequest      *self,
              const NorpcMethodInfo *method)
{
  return norpc_dbus_answer_is_wanted (self) && (method->flags & NORPC_METHOD_FLAGS_ONEWAY) == 0;
}

/* Sends the call (owned) of a request (owned). */
static void
send_request_call (NorpcDBusRequest *self,
                   NorpcDBusClient  *client,
                   NorpcCall        *call,
                   NorpcDBusAnswer   kind)
{
  gboolean waits = needs_client (self, norpc_call_get_method_info (call));
  g_autoptr (GCancellable) cancellable =
    waits ? norpc_dbus_client_begin (client, g_dbus_message_get_serial (self->message)) : NULL;

  if (waits && (cancellable == NULL || client->has_left))
    {
      if (client->has_left)
        norpc_dbus_answer_error (self, "org.freedesktop.DBus.Error.Disconnected", "The client has left");
      else
        norpc_dbus_answer_error (self, NORPC_DBUS_INVALID_ARGS, "Another call has the same serial number");
      norpc_call_unref (call);
      norpc_dbus_request_free (self);
      return;
    }

  if (!waits)
    {
      self->unawaited = norpc_dbus_unawaited_begin (norpc_dbus_serving_get_root (self->serving)->unawaited, self->client);
      cancellable = g_object_ref (self->unawaited->cancellable);
    }
  self->is_begun = waits;
  self->answer = kind;
  set_sender (self, client, call);
  take_notes (self, client, call);
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
          g_autofree char *reason = norpc_dbus_find_not_portable (*info, (guint) method);

          return reason == NULL ? method : -1;
        }
    }

  return -1;
}

/* Returns FALSE and answers the request (owned) if its arguments are of other types. */
static gboolean
check_signature (NorpcDBusRequest *self,
                 const char       *expected)
{
  const char *interface_name = g_dbus_message_get_interface (self->message);

  if (g_str_equal (g_dbus_message_get_signature (self->message), expected))
    return TRUE;

  norpc_dbus_answer_wrong (self, NORPC_DBUS_INVALID_ARGS, "%s.%s: expected arguments of the types '%s', got '%s'",
                           interface_name != NULL ? interface_name : "", g_dbus_message_get_member (self->message),
                           expected, g_dbus_message_get_signature (self->message));
  norpc_dbus_request_free (self);

  return FALSE;
}

/* Sets the arguments of a call from a message whose signature is right. The call has the descriptors in it, as long as
 * it exists.
 */
static gboolean
set_args_from_message (NorpcDBusRequest     *self,
                       NorpcCall            *call,
                       GDBusArgInfo * const *infos,
                       GError              **error)
{
  GVariant *body = g_dbus_message_get_body (self->message);
  NorpcDBusPassage passage = norpc_dbus_objects_begin_passage (self->serving, self->client);
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) args = NULL;
  guint n_args;
  GValue *values = norpc_call_get_args (call, &n_args);

  if (body == NULL)
    return TRUE;

  args = norpc_dbus_args_from_form (infos, "argument", body, g_dbus_message_get_unix_fd_list (self->message), &problem);
  self->received = args != NULL;
  if (args != NULL && norpc_dbus_passage_set_values (&passage, infos, values, n_args, args, "argument", &problem))
    return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", self->info->dbus.name,
               g_dbus_message_get_member (self->message), problem);

  return FALSE;
}

/* Opens a stream by its call (owned). Takes ownership of the request. A client that wants no reply, or has left,
 * cannot use it.
 */
static void
open_stream (NorpcDBusRequest *self,
             NorpcDBusClient  *client,
             NorpcCall        *call)
{
  if (norpc_dbus_answer_is_wanted (self) && !client->has_left)
    {
      set_sender (self, client, call);
      take_notes (self, client, call);
      norpc_dbus_served_stream_open (self, client, call);
    }
  else
    {
      norpc_call_unref (call);
      norpc_dbus_request_free (self);
    }
}

/* Takes ownership of the request. */
static void
call_method (NorpcDBusRequest *self,
             NorpcDBusClient  *client,
             guint             method)
{
  NorpcCall *call = norpc_call_new (self->info, method);
  g_autoptr (GError) error = NULL;

  if (set_args_from_message (self, call, self->info->methods[method]->dbus.in_args, &error))
    {
      self->method = method;
      if (norpc_method_info_is_stream (self->info->methods[method]))
        open_stream (self, client, call);
      else
        send_request_call (self, client, call, NORPC_DBUS_ANSWER_RESULTS);
      return;
    }

  norpc_dbus_answer_error (self, NORPC_DBUS_INVALID_ARGS, error->message);
  norpc_call_unref (call);
  norpc_dbus_request_free (self);
}

/* Takes ownership of the request. */
static void
handle_method (NorpcDBusRequest *self,
               NorpcDBusClient  *client)
{
  const char *interface_name = g_dbus_message_get_interface (self->message);
  const char *member = g_dbus_message_get_member (self->message);
  int method = find_exported_method (self->serving, interface_name, member, &self->info);
  g_autofree char *expected = NULL;

  if (method < 0)
    {
      norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_METHOD, "There is no method %s.%s",
                               interface_name != NULL ? interface_name : "", member);
      norpc_dbus_request_free (self);
      return;
    }

  expected = norpc_dbus_args_get_form (self->info->methods[method]->dbus.in_args);
  if (!check_signature (self, expected))
    return;

  call_method (self, client, (guint) method);
}

/* Takes ownership of the request. */
static void
handle_get_all (NorpcDBusRequest *self,
                NorpcDBusClient  *client,
                NorpcDBusAnswer   kind)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);

  if (access->n_readable > 0)
    {
      send_request_call (self, client, norpc_call_new (&access->info, NORPC_PROPERTY_GET_ALL), kind);
      return;
    }

  norpc_dbus_answer_body (self, g_variant_new ("(a{sv})", NULL), NULL);
  norpc_dbus_request_free (self);
}

/* Takes ownership of the request. */
static void
handle_set (NorpcDBusRequest *self,
            NorpcDBusClient  *client,
            GVariant         *value)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  const NorpcArgInfo *arg = &access->args[self->property];
  NorpcCall *call = norpc_call_new (&access->info, norpc_property_access_get_setter ((guint) self->property, FALSE));
  g_autofree char *problem = norpc_dbus_find_value_excess (value);
  NorpcDBusPassage passage = norpc_dbus_objects_begin_passage (self->serving, self->client);

  /* A value that is accepted must fit in the announcement of the change. */
  self->received = problem == NULL;
  if (problem == NULL)
    problem = norpc_dbus_set_value (&passage, arg, norpc_call_get_args (call, NULL), value);
  if (problem == NULL)
    {
      send_request_call (self, client, call, NORPC_DBUS_ANSWER_NOTHING);
      return;
    }

  norpc_dbus_answer_wrong (self, NORPC_DBUS_INVALID_ARGS, "%s.%s: %s", self->info->dbus.name, arg->dbus.name, problem);
  norpc_call_unref (call);
  norpc_dbus_request_free (self);
}

/* Takes ownership of the request. */
static void
handle_one_property (NorpcDBusRequest *self,
                     NorpcDBusClient  *client,
                     gboolean          sets)
{
  const char *name;
  const NorpcPropertyInfo *info;
  g_autoptr (GVariant) value = NULL;

  g_variant_get_child (g_dbus_message_get_body (self->message), 1, "&s", &name);
  self->property = norpc_dbus_find_property (self->info, name);
  info = self->property >= 0 ? self->info->properties[self->property] : NULL;
  if (info == NULL)
    norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_PROPERTY, "There is no property %s.%s", self->info->dbus.name,
                             name);
  else if (sets && !norpc_property_is_writable (info))
    norpc_dbus_answer_wrong (self, NORPC_DBUS_PROPERTY_READ_ONLY, "The property %s.%s can only be read",
                             self->info->dbus.name, name);
  else if (!sets && !norpc_property_is_readable (info))
    norpc_dbus_answer_wrong (self, NORPC_DBUS_INVALID_ARGS, "The property %s.%s can only be written",
                             self->info->dbus.name, name);
  else if (!sets)
    {
      handle_get_all (self, client, NORPC_DBUS_ANSWER_ONE_VALUE);
      return;
    }
  else
    {
      g_variant_get_child (g_dbus_message_get_body (self->message), 2, "v", &value);
      handle_set (self, client, value);
      return;
    }
  norpc_dbus_request_free (self);
}

/* Takes ownership of the request. */
static void
handle_properties (NorpcDBusRequest *self,
                   NorpcDBusClient  *client)
{
  const char *member = g_dbus_message_get_member (self->message);
  gboolean gets_all = g_str_equal (member, "GetAll");
  gboolean sets = g_str_equal (member, "Set");
  const char *name;

  if (!gets_all && !sets && !g_str_equal (member, "Get"))
    {
      norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_METHOD, "There is no method %s.%s", NORPC_DBUS_PROPERTIES,
                               member);
      norpc_dbus_request_free (self);
      return;
    }
  if (!check_signature (self, gets_all ? "s" : sets ? "ssv" : "ss"))
    return;

  g_variant_get_child (g_dbus_message_get_body (self->message), 0, "&s", &name);
  self->info = find_info (self->serving, name);
  if (self->info == NULL)
    {
      norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_INTERFACE, "The object has no interface %s", name);
      norpc_dbus_request_free (self);
    }
  else if (gets_all)
    {
      handle_get_all (self, client, NORPC_DBUS_ANSWER_ALL_VALUES);
    }
  else
    {
      handle_one_property (self, client, sets);
    }
}

static guint32
get_number (GVariant *body)
{
  guint32 number;

  g_variant_get (body, "(u)", &number);

  return number;
}

/* A client has the object no more, as often as it has got it. The object of the export itself stays. */
static void
note_release (NorpcDBusRequest *self,
              NorpcDBusClient  *client,
              GVariant         *body)
{
  guint32 number = get_number (body);
  NorpcDBusServing *root = norpc_dbus_serving_get_root (self->serving);

  if (self->serving != root && root->objects != NULL)
    norpc_dbus_objects_release (root->objects, client->name, self->serving->path, number);
}

static void
note_limit (NorpcDBusRequest *self G_GNUC_UNUSED,
            NorpcDBusClient  *client,
            GVariant         *body)
{
  guint32 serial, limit;

  g_variant_get (body, "(uu)", &serial, &limit);
  norpc_dbus_client_get_notes (client, serial)->limit = MAX (limit, 1);
}

static void
note_trace (NorpcDBusRequest *self G_GNUC_UNUSED,
            NorpcDBusClient  *client,
            GVariant         *body)
{
  const char *parent, *state;
  NorpcDBusNotes *notes;
  guint32 serial;

  g_variant_get (body, "(u&s&s)", &serial, &parent, &state);
  notes = norpc_dbus_client_get_notes (client, serial);
  g_clear_pointer (&notes->trace, norpc_trace_context_unref);
  notes->trace = norpc_trace_context_new (parent, state);
}

static void
note_cancel (NorpcDBusRequest *self G_GNUC_UNUSED,
             NorpcDBusClient  *client,
             GVariant         *body)
{
  norpc_dbus_client_cancel (client, get_number (body));
}

static void
note_credit (NorpcDBusRequest *self G_GNUC_UNUSED,
             NorpcDBusClient  *client,
             GVariant         *body)
{
  NorpcDBusNotes *notes;
  guint32 serial, credit;

  g_variant_get (body, "(uu)", &serial, &credit);
  notes = norpc_dbus_client_get_notes (client, serial);
  notes->has_credit = TRUE;
  notes->credit = credit;
}

static void
note_follow (NorpcDBusRequest *self,
             NorpcDBusClient  *client,
             GVariant         *body)
{
  norpc_dbus_serving_follow (self->serving, client->name, get_number (body) != 0);
}

static const struct
{
  const char *member;
  const char *signature;
  void      (*func) (NorpcDBusRequest *self,
                     NorpcDBusClient  *client,
                     GVariant         *body);
} notes[] = {
  { "Limit", "uu", note_limit },
  { "Trace", "uss", note_trace },
  { "Cancel", "u", note_cancel },
  { "Credit", "uu", note_credit },
  { "Release", "u", note_release },
  { "Follow", "u", note_follow },
};

/* Takes ownership of the request. A client with norpc-glib tells about a call or an object. */
static void
handle_note (NorpcDBusRequest *self,
             NorpcDBusClient  *client)
{
  const char *member = g_dbus_message_get_member (self->message);
  gsize i = 0;

  while (i < G_N_ELEMENTS (notes) && !g_str_equal (notes[i].member, member))
    i++;
  if (i == G_N_ELEMENTS (notes))
    {
      norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_METHOD, "There is no method %s.%s", NORPC_DBUS_CALLS, member);
      norpc_dbus_request_free (self);
      return;
    }
  if (!check_signature (self, notes[i].signature))
    return;

  norpc_dbus_answer_body (self, g_variant_new ("()"), NULL);
  notes[i].func (self, client, g_dbus_message_get_body (self->message));
  norpc_dbus_request_free (self);
}

static NorpcDBusRequest *
request_new (NorpcDBusServing *serving,
             NorpcDBusClient  *client,
             GDBusMessage     *message)
{
  NorpcDBusRequest *self = g_new0 (NorpcDBusRequest, 1);

  self->serving = norpc_dbus_serving_ref (serving);
  self->client = g_strdup (client->name);
  self->message = message;
  self->has_slot = g_strcmp0 (g_dbus_message_get_interface (message), NORPC_DBUS_CALLS) != 0;

  return self;
}

void
norpc_dbus_request_reject (NorpcDBusServing *serving,
                           NorpcDBusClient  *client,
                           GDBusMessage     *message,
                           const char       *name,
                           const char       *text)
{
  NorpcDBusRequest *self = request_new (serving, client, message);

  norpc_dbus_answer_error (self, name, text);
  norpc_dbus_request_free (self);
}

/* Runs in the context of the export, which is the thread-default one. Takes ownership of @message. */
void
norpc_dbus_request_handle (NorpcDBusServing *serving,
                           NorpcDBusClient  *client,
                           GDBusMessage     *message)
{
  const char *interface_name = g_dbus_message_get_interface (message);
  NorpcDBusRequest *request = request_new (serving, client, message);

  if (!request->has_slot)
    handle_note (request, client);
  else if (g_strcmp0 (interface_name, NORPC_DBUS_PROPERTIES) == 0)
    handle_properties (request, client);
  else
    handle_method (request, client);
}

/* Runs in the context of the export. Handles a message to the object of a stream. Takes ownership of @message. */
void
norpc_dbus_request_handle_stream (NorpcDBusServing *serving,
                                  NorpcDBusClient  *client,
                                  GDBusMessage     *message)
{
  NorpcDBusRequest *request = request_new (serving, client, message);

  request->has_slot = FALSE;
  norpc_dbus_stream_methods_handle (request);
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
      NorpcDBusRequest *request = value;

      request->answered = TRUE;
      norpc_dbus_router_fail (serving->connection, request->message, "org.norpc.Error.Closed",
                              "the object is no longer exported");
    }
}
