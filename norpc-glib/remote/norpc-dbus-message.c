/* norpc-dbus-message.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-variant.h"
#include "events/norpc-property-access-private.h"
#include "norpc-dbus-departure-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-remote-call.h"

/* Thread-safe. */
NorpcDBusKind
norpc_dbus_message_get_kind (NorpcCall *call)
{
  if (norpc_call_gets_properties (call))
    return NORPC_DBUS_GET_ALL;

  return norpc_call_get_set_property (call) != NULL ? NORPC_DBUS_SET : NORPC_DBUS_METHOD;
}

/* Gets the description of the property that a call sets, as an argument. */
static const NorpcArgInfo *
get_set_property (NorpcCall *call)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;

  return &access->args[norpc_property_access_get_property (call->method)];
}

/* Gets the name of the property that a call sets. */
const char *
norpc_dbus_message_get_property (NorpcCall *call)
{
  return get_set_property (call)->dbus.name;
}

static gboolean
set_not_portable (GError     **error,
                  NorpcCall   *call,
                  const char  *reason)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "%s.%s cannot be called over D-Bus: %s",
               norpc_call_get_interface_name (call), norpc_call_peek_method_name (call), reason);

  return FALSE;
}

/* Returns FALSE and sets @error if the call cannot leave the process. */
static gboolean
check_portable (NorpcCall  *call,
                GError    **error)
{
  g_autofree char *reason = NULL;

  if (!g_dbus_is_interface_name (norpc_call_get_interface_name (call)))
    return set_not_portable (error, call, "the name of its interface is not valid there");

  switch (norpc_dbus_message_get_kind (call))
    {
    case NORPC_DBUS_GET_ALL:
      return TRUE;

    case NORPC_DBUS_SET:
      if (norpc_dbus_arg_is_portable (get_set_property (call)))
        return TRUE;
      return set_not_portable (error, call, "its values have no form there");

    case NORPC_DBUS_METHOD:
    default:
      reason = norpc_dbus_find_not_portable (call->interface_info, call->method);
      return reason == NULL || set_not_portable (error, call, reason);
    }
}

/* GDBus closes a connection on which a descriptor cannot be sent. */
static gboolean
check_capabilities (NorpcCall        *call,
                    GDBusConnection  *connection,
                    GError          **error)
{
  return (g_dbus_connection_get_capabilities (connection) & G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING) != 0 ||
         set_not_portable (error, call, "the connection cannot pass file descriptors");
}

/* Returns a text (owned) that says which argument D-Bus cannot carry, or NULL. */
static char *
find_excess (NorpcCall *call,
             GVariant  *args)
{
  g_autoptr (GVariant) value = NULL;
  g_autofree char *problem = NULL;

  if (norpc_dbus_message_get_kind (call) == NORPC_DBUS_METHOD)
    return norpc_dbus_find_args_excess (norpc_call_get_method_info (call)->dbus.in_args, args, "argument");
  if (norpc_dbus_message_get_kind (call) == NORPC_DBUS_GET_ALL)
    return NULL;

  value = g_variant_get_child_value (args, 0);
  problem = norpc_dbus_find_value_excess (value);

  return problem != NULL ? g_strdup_printf ("property '%s': %s", get_set_property (call)->dbus.name, problem) : NULL;
}

/* Returns the form (owned) of the arguments, or NULL if @error is set. */
static GVariant *
get_args_form (NorpcCall        *call,
               GDBusConnection  *connection,
               GUnixFDList     **fds,
               GError          **error)
{
  g_autoptr (GVariant) args = norpc_call_dup_args_variant (call, error);
  g_autoptr (GVariant) form = NULL;
  g_autofree char *problem = NULL;

  if (args == NULL)
    return NULL;

  problem = find_excess (call, args);
  if (problem == NULL)
    form = norpc_dbus_to_form (args, norpc_dbus_message_get_kind (call) == NORPC_DBUS_METHOD ? fds : NULL, &problem);
  if (problem == NULL)
    problem = norpc_dbus_find_fds_excess (connection, *fds);
  if (problem != NULL)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", norpc_call_get_interface_name (call),
                   norpc_call_peek_method_name (call), problem);
      return NULL;
    }
  if (*fds != NULL && !check_capabilities (call, connection, error))
    return NULL;

  return g_steal_pointer (&form);
}

static GDBusMessage *
new_message (NorpcCall  *call,
             const char *destination,
             const char *path)
{
  switch (norpc_dbus_message_get_kind (call))
    {
    case NORPC_DBUS_GET_ALL:
      return g_dbus_message_new_method_call (destination, path, NORPC_DBUS_PROPERTIES, "GetAll");

    case NORPC_DBUS_SET:
      return g_dbus_message_new_method_call (destination, path, NORPC_DBUS_PROPERTIES, "Set");

    case NORPC_DBUS_METHOD:
    default:
      return g_dbus_message_new_method_call (destination, path, norpc_call_get_interface_name (call),
                                             norpc_call_peek_method_name (call));
    }
}

/* @args is the form of the arguments. */
static void
set_body (GDBusMessage *message,
          NorpcCall    *call,
          GVariant     *args)
{
  const char *interface_name = norpc_call_get_interface_name (call);
  g_autoptr (GVariant) value = NULL;

  switch (norpc_dbus_message_get_kind (call))
    {
    case NORPC_DBUS_GET_ALL:
      g_dbus_message_set_body (message, g_variant_new ("(s)", interface_name));
      break;

    case NORPC_DBUS_SET:
      value = g_variant_get_child_value (args, 0);
      g_dbus_message_set_body (message, g_variant_new ("(ssv)", interface_name,
                                                       norpc_dbus_message_get_property (call), value));
      break;

    case NORPC_DBUS_METHOD:
    default:
      g_dbus_message_set_body (message, args);
      break;
    }
}

static G_DEFINE_QUARK (norpc-dbus-departure, get_departure)

static void
set_wrong_args (GError     **error,
                NorpcCall   *call,
                const char  *problem)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", norpc_call_get_interface_name (call),
               norpc_call_peek_method_name (call), problem);
}

/* Returns FALSE if @error is set. The message with objects gets its arguments later. */
static gboolean
set_args (GDBusMessage     *message,
          NorpcCall        *call,
          GDBusConnection  *connection,
          GError          **error)
{
  g_autoptr (GVariant) args = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autofree char *problem = NULL;
  NorpcDBusDeparture *departure;

  if (!norpc_dbus_args_have_objects (norpc_call_get_method_info (call)->dbus.in_args))
    {
      args = get_args_form (call, connection, &fds, error);
      if (args == NULL)
        return FALSE;
      set_body (message, call, args);
      /* From here on, the body has the bytes of its parts, and does not refer to memory of the application, which threads
       * of GDBus would release.
       */
      g_variant_get_data (g_dbus_message_get_body (message));
      if (fds != NULL)
        g_dbus_message_set_unix_fd_list (message, fds);
      return TRUE;
    }

  departure = norpc_dbus_departure_new (call, &problem);
  if (departure == NULL)
    {
      set_wrong_args (error, call, problem);
      return FALSE;
    }
  g_object_set_qdata_full (G_OBJECT (message), get_departure_quark (), departure, norpc_dbus_departure_free);

  return TRUE;
}

/* Returns FALSE if the message needs norpc_dbus_message_complete (). */
gboolean
norpc_dbus_message_is_complete (GDBusMessage *message)
{
  return g_object_get_qdata (G_OBJECT (message), get_departure_quark ()) == NULL;
}

/* Called in the thread of D-Bus endpoints. Gives the objects in the message to the peer, to which it is sent. Returns FALSE
 * if @error is set. The message keeps the objects until it is freed.
 */
gboolean
norpc_dbus_message_complete (GDBusMessage      *message,
                             NorpcCall         *call,
                             NorpcDBusPassage  *passage,
                             GError           **error)
{
  NorpcDBusDeparture *departure = g_object_get_qdata (G_OBJECT (message), get_departure_quark ());
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = norpc_dbus_departure_make (departure, passage, &problem);

  norpc_dbus_passage_end (passage, form != NULL);
  if (form == NULL)
    {
      set_wrong_args (error, call, problem);
      return FALSE;
    }

  set_body (message, call, form);
  if (*passage->peer != '\0')
    g_dbus_message_set_destination (message, passage->peer);

  return TRUE;
}

/* Called in the thread that sends the call. Returns a message (owned), or NULL if @error is set. */
GDBusMessage *
norpc_dbus_message_new_call (NorpcCall        *call,
                             GDBusConnection  *connection,
                             const char       *destination,
                             const char       *path,
                             GError          **error)
{
  g_autoptr (GDBusMessage) message = NULL;

  if (!check_portable (call, error))
    return NULL;
  message = new_message (call, destination, path);
  if (!set_args (message, call, connection, error))
    return NULL;

  if ((norpc_call_get_method_info (call)->flags & NORPC_METHOD_FLAGS_ONEWAY) != 0)
    g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);

  return g_steal_pointer (&message);
}

/* Takes ownership of @problem. */
static void
answer_wrong (NorpcCall *call,
              char      *problem)
{
  norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: the reply: %s",
                           norpc_call_get_interface_name (call), norpc_call_peek_method_name (call), problem);
  g_free (problem);
}

/* Makes the values (owned) of the results. If one is wrong, sets @problem (owned). */
static GValue *
receive_results (NorpcCall         *call,
                 NorpcDBusPassage  *passage,
                 GVariant          *results,
                 char             **problem)
{
  GDBusArgInfo **infos = norpc_call_get_method_info (call)->dbus.out_args;
  GValue *values = g_new0 (GValue, call->n_results);

  for (guint i = 0; i < call->n_results; i++)
    g_value_init (&values[i], norpc_arg_info_get_gtype (infos[i]));
  norpc_dbus_passage_set_values (passage, infos, values, call->n_results, results, "result", problem);

  return values;
}

static void
clear_received (NorpcCall *call,
                GValue    *values)
{
  for (guint i = 0; i < call->n_results; i++)
    g_value_unset (&values[i]);
}

/* Answers with results that have their types. */
static void
return_results (NorpcCall        *call,
                NorpcDBusPassage *passage,
                GVariant         *results)
{
  char *problem = NULL;
  g_autofree GValue *values = receive_results (call, passage, results, &problem);

  if (problem == NULL)
    norpc_call_take_values (call, call->n_results, values);
  else
    answer_wrong (call, problem);
  clear_received (call, values);
}

/* Returns a text (owned) that says what is wrong with the results, or NULL. */
static char *
find_wrong_result (NorpcCall        *call,
                   NorpcDBusPassage *passage,
                   GVariant         *results)
{
  NorpcDBusPassage counted = *passage;
  char *problem = NULL;
  g_autofree GValue *values = NULL;

  counted.counted = TRUE;
  values = receive_results (call, &counted, results, &problem);
  clear_received (call, values);

  return problem;
}

/* Answers with results that have file descriptors. They are taken out of the message when nothing else can be wrong, so
 * that a peer that sends wrong replies does not leave them open.
 */
static void
answer_with_fds (NorpcCall        *call,
                 NorpcDBusPassage *passage,
                 GVariant         *form,
                 GUnixFDList      *fds)
{
  GDBusArgInfo * const *infos = norpc_call_get_method_info (call)->dbus.out_args;
  char *problem = NULL;
  g_autoptr (GVariant) borrowed = norpc_dbus_args_from_form (infos, "result", form, fds, &problem);
  g_autoptr (GVariant) results = NULL;

  if (borrowed != NULL)
    problem = find_wrong_result (call, passage, borrowed);
  if (problem == NULL)
    results = norpc_dbus_own_fds (infos, borrowed, fds, &problem);
  if (problem != NULL)
    answer_wrong (call, problem);
  else
    return_results (call, passage, results);
}

/* Answers the call of a method with the body (nullable) of a message, which is checked against the description. @fds is
 * NULL if the message has none.
 */
void
norpc_dbus_message_answer_results (NorpcCall        *call,
                                   NorpcDBusPassage *passage,
                                   GVariant         *body,
                                   GUnixFDList      *fds)
{
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  GVariant *form = body != NULL ? body : nothing;
  g_autoptr (GVariant) results = NULL;
  char *problem = NULL;

  if (fds != NULL)
    {
      answer_with_fds (call, passage, form, fds);
      return;
    }

  results = norpc_dbus_args_from_form (norpc_call_get_method_info (call)->dbus.out_args, "result", form, NULL, &problem);
  if (results != NULL)
    return_results (call, passage, results);
  else
    answer_wrong (call, problem);
}

/* Answers a call with the error in a message. One of the bus, which has no answer of the service, does not say which call it
 * is for.
 */
static void
answer_error (NorpcCall    *call,
              GDBusMessage *reply)
{
  GError *error = norpc_dbus_error_from_message (reply);

  if (norpc_dbus_error_is_rejection (reply))
    norpc_call_mark_rejected (call);
  if (g_strcmp0 (g_dbus_message_get_sender (reply), "org.freedesktop.DBus") == 0)
    g_prefix_error (&error, "%s.%s failed: ", norpc_call_get_interface_name (call), norpc_call_get_method_name (call));
  norpc_call_take_error (call, error);
}

/* Answers the call of a method with what a message has, which is checked against the description. */
void
norpc_dbus_message_answer_call (GDBusMessage     *reply,
                                NorpcDBusPassage *passage,
                                NorpcCall        *call)
{
  if (g_dbus_message_get_message_type (reply) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
    norpc_dbus_message_answer_results (call, passage, g_dbus_message_get_body (reply),
                                       g_dbus_message_get_unix_fd_list (reply));
  else
    answer_error (call, reply);
}

/* Returns TRUE if the answer may have objects, which the other process counts. */
gboolean
norpc_dbus_message_returns_objects (NorpcCall *call)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;

  switch (norpc_dbus_message_get_kind (call))
    {
    case NORPC_DBUS_GET_ALL:
      for (guint i = 0; i < access->n_readable; i++)
        if (norpc_dbus_arg_get_object_type (&access->args[access->readable[i]]) != G_TYPE_INVALID)
          return TRUE;
      return FALSE;

    case NORPC_DBUS_SET:
      return norpc_dbus_arg_get_object_type (get_set_property (call)) != G_TYPE_INVALID;

    case NORPC_DBUS_METHOD:
    default:
      return norpc_dbus_args_have_objects (norpc_call_get_method_info (call)->dbus.out_args);
    }
}

static void
discard_results (GVariant         *form,
                 NorpcDBusPassage *passage,
                 NorpcCall        *call)
{
  GDBusArgInfo * const *infos = norpc_call_get_method_info (call)->dbus.out_args;
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) results = norpc_dbus_args_from_form (infos, "result", form, NULL, &problem);
  g_autofree GValue *values = NULL;

  if (results == NULL)
    return;

  values = receive_results (call, passage, results, &problem);
  clear_received (call, values);
}

/* Receives and releases the objects in the answer to a call that has completed before. */
void
norpc_dbus_message_discard (GDBusMessage     *reply,
                            NorpcDBusPassage *passage,
                            NorpcCall        *call)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  GVariant *body = g_dbus_message_get_body (reply);
  g_autoptr (GVariant) dict = NULL;

  if (g_dbus_message_get_message_type (reply) != G_DBUS_MESSAGE_TYPE_METHOD_RETURN || body == NULL)
    return;

  if (norpc_dbus_message_get_kind (call) == NORPC_DBUS_METHOD)
    {
      discard_results (body, passage, call);
    }
  else if (norpc_dbus_message_get_kind (call) == NORPC_DBUS_GET_ALL &&
           g_variant_is_of_type (body, G_VARIANT_TYPE ("(a{sv})")))
    {
      dict = g_variant_get_child_value (body, 0);
      for (guint i = 0; i < access->n_readable; i++)
        norpc_dbus_discard_value (passage, &access->args[access->readable[i]], dict);
    }
}

/* As norpc_dbus_message_discard (), for the value that a property has after it was set. */
void
norpc_dbus_message_discard_set (NorpcCall        *call,
                                NorpcDBusPassage *passage,
                                GVariant         *value)
{
  const NorpcArgInfo *info = get_set_property (call);
  g_auto (GValue) discarded = G_VALUE_INIT;

  if (norpc_dbus_arg_get_object_type (info) == G_TYPE_INVALID)
    return;

  g_value_init (&discarded, norpc_arg_info_get_gtype (&info->dbus));
  g_free (norpc_dbus_set_value (passage, info, &discarded, value));
}

/* Returns TRUE if a call that sets a property is answered with the value of the service. */
gboolean
norpc_dbus_message_returns_value (NorpcCall *call)
{
  return call->n_results > 1;
}

/* Answers a call that has set a property. @value is that of the service, or NULL if it cannot be read. */
void
norpc_dbus_message_answer_set (NorpcCall    *call,
                               const GValue *value)
{
  GValue results[2] = { G_VALUE_INIT, G_VALUE_INIT };
  guint n = 0;

  if (value != NULL)
    {
      g_value_init (&results[n], G_VALUE_TYPE (value));
      g_value_copy (value, &results[n++]);
    }
  g_value_init (&results[n], G_TYPE_UINT);
  g_value_set_uint (&results[n++], norpc_property_next_serial ());

  norpc_call_take_values (call, n, results);
  for (guint i = 0; i < n; i++)
    g_value_unset (&results[i]);
}

/* Answers a call that has set a property with the value that was read after it. */
void
norpc_dbus_message_answer_read_back (NorpcCall        *call,
                                     NorpcDBusPassage *passage,
                                     GVariant         *value)
{
  const NorpcArgInfo *info = get_set_property (call);
  g_auto (GValue) read = G_VALUE_INIT;
  g_autofree char *problem = NULL;

  g_value_init (&read, norpc_arg_info_get_gtype (&info->dbus));
  problem = norpc_dbus_set_value (passage, info, &read, value);
  if (problem == NULL)
    norpc_dbus_message_answer_set (call, &read);
  else
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s",
                             norpc_call_get_interface_name (call), info->dbus.name, problem);
}
