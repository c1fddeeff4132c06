/* norpc-dbus-answer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The answer to a message of a client of an exported object: a reply of the endpoint, or an error. */

#include "call/norpc-call-private.h"
#include "core/norpc-variant-fds.h"
#include "core/norpc-variant-fds-private.h"
#include "core/norpc-value-types-private.h"
#include "core/norpc-variant-fds.h"
#include "core/norpc-variant-fds-private.h"
#include "events/norpc-property-access-private.h"
#include "norpc-dbus-answer-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-objects-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-router-private.h"
#include "norpc-dbus-unreceived-private.h"

#define LIMITS_EXCEEDED "org.freedesktop.DBus.Error.LimitsExceeded"

/* The service answers with a value that D-Bus cannot carry. */
#define INVALID_RESULT "org.norpc.Error.InvalidArgument"

gboolean
norpc_dbus_answer_is_wanted (NorpcDBusRequest *self)
{
  return norpc_dbus_router_wants_reply (self->message);
}

/* Called before the answer: a client that has it may make another call. */
void
norpc_dbus_request_free_slot (NorpcDBusRequest *self)
{
  if (self->has_slot)
    norpc_dbus_mailbox_free_slot (self->serving->mailbox, self->message);
  self->has_slot = FALSE;
}

/* The request has been answered, or its client does not wait for an answer. */
void
norpc_dbus_request_free (NorpcDBusRequest *self)
{
  g_hash_table_remove (self->serving->requests, self);
  g_clear_pointer (&self->unawaited, norpc_dbus_unawaited_call_free);
  if (!self->received)
    norpc_dbus_release_unreceived (self->serving->connection, self->message);
  norpc_dbus_request_free_slot (self);
  g_object_unref (self->message);
  g_free (self->client);
  norpc_dbus_serving_unref (self->serving);
  g_free (self);
}

/* @domain tells clients with norpc-glib of which domain the error is, or is NULL if the name does. */
static void
answer_domain_error (NorpcDBusRequest *self,
                     const char       *name,
                     const char       *domain,
                     const char       *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GDBusMessage) reply = NULL;

  if (!norpc_dbus_answer_is_wanted (self))
    return;

  reply = g_dbus_message_new_method_error_literal (self->message, name, valid);
  if (domain != NULL)
    g_dbus_message_set_interface (reply, domain);
  norpc_dbus_serving_flush (self->serving);
  norpc_dbus_outflow_send (self->serving->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL);
}

void
norpc_dbus_answer_error (NorpcDBusRequest *self,
                         const char       *name,
                         const char       *text)
{
  const char *domain = g_str_equal (name, NORPC_DBUS_INVALID_ARGS) ? NORPC_DBUS_RUNTIME_ERRORS : NULL;

  answer_domain_error (self, name, domain, text);
}

void
norpc_dbus_answer_wrong (NorpcDBusRequest *self,
                         const char       *name,
                         const char       *format,
                         ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  norpc_dbus_answer_error (self, name, text);
}

void
norpc_dbus_answer_gerror (NorpcDBusRequest *self,
                          const GError     *error)
{
  g_autofree char *name = norpc_dbus_error_get_name (error);
  g_autofree char *text = norpc_dbus_error_get_text (error);
  const char *domain = error->domain == G_DBUS_ERROR ? NORPC_DBUS_STANDARD_ERRORS : NULL;

  answer_domain_error (self, name, domain, text);
}

/* The call has failed with @error. The client learns if no handler has begun with it, such as after a layer has
 * rejected it.
 */
void
norpc_dbus_answer_failure (NorpcDBusRequest *self,
                           NorpcCall        *call,
                           const GError     *error)
{
  g_autofree char *name = norpc_dbus_error_get_name (error);
  g_autofree char *text = norpc_dbus_error_get_text (error);

  if (error->domain == NORPC_ERROR && (error->code == NORPC_ERROR_BUSY || error->code == NORPC_ERROR_CLOSED) &&
      norpc_call_had_no_effect (call))
    answer_domain_error (self, name, NORPC_DBUS_RUNTIME_ERRORS, text);
  else
    norpc_dbus_answer_gerror (self, error);
}

/* Sends a reply with @body (floating or owned), whose parts have been checked. One that is too large becomes an error.
 */
gboolean
norpc_dbus_answer_body (NorpcDBusRequest *self,
                        GVariant         *body,
                        GUnixFDList      *fds)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autoptr (GDBusMessage) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *excess = NULL;

  if (!norpc_dbus_answer_is_wanted (self))
    return FALSE;

  excess = norpc_dbus_find_body_excess (sunk);
  if (excess == NULL)
    excess = norpc_dbus_find_fds_excess (self->serving->connection, fds);
  if (excess != NULL)
    {
      norpc_dbus_answer_wrong (self, INVALID_RESULT, "%s.%s: the reply: %s", self->info->dbus.name,
                               g_dbus_message_get_member (self->message), excess);
      return FALSE;
    }

  reply = g_dbus_message_new_method_reply (self->message);
  g_dbus_message_set_body (reply, sunk);
  if (fds != NULL)
    g_dbus_message_set_unix_fd_list (reply, fds);
  norpc_dbus_serving_flush (self->serving);
  if (norpc_dbus_outflow_send (self->serving->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, &error))
    return TRUE;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    norpc_dbus_answer_error (self, LIMITS_EXCEEDED, error->message);

  return FALSE;
}

/* Returns the body (floating) of an answer with all values that are not NULL. */
static GVariant *
make_dict (const NorpcPropertyAccess *access,
           GPtrArray                 *values)
{
  GVariantBuilder dict;

  g_variant_builder_init (&dict, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < values->len; i++)
    if (values->pdata[i] != NULL)
      g_variant_builder_add (&dict, "{sv}", access->args[access->readable[i]].dbus.name, values->pdata[i]);

  return g_variant_new ("(a{sv})", &dict);
}

static void
leave_out_largest (const NorpcPropertyAccess *access,
                   GPtrArray                 *values,
                   const char                *problem)
{
  gsize largest_size = 0;
  guint largest = 0;

  for (guint i = 0; i < values->len; i++)
    if (values->pdata[i] != NULL && g_variant_get_size (values->pdata[i]) > largest_size)
      {
        largest = i;
        largest_size = g_variant_get_size (values->pdata[i]);
      }
  g_message ("property %s.%s was not sent over D-Bus with the others: %s", access->interface_info->dbus.name,
             access->args[access->readable[largest]].dbus.name, problem);
  g_clear_pointer (&values->pdata[largest], g_variant_unref);
}

static void
clear_value (gpointer value)
{
  if (value != NULL)
    g_variant_unref (value);
}

/* Returns the body (owned) of an answer with the values of a reply that has all of them. A value that is not there, or has
 * no form, is left out, and so are the largest ones if all do not fit into a message: clients may read them one by one.
 */
static GVariant *
make_all_values (const NorpcPropertyAccess *access,
                 NorpcReply                *reply,
                 NorpcDBusPassage          *passage)
{
  const GValue *results = norpc_reply_get_values (reply, NULL);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (clear_value);
  g_autoptr (GVariant) body = NULL;
  char *excess;

  for (guint i = 0; i < access->n_readable; i++)
    {
      const NorpcArgInfo *arg = &access->args[access->readable[i]];
      g_autofree char *problem = NULL;

      g_ptr_array_add (values, norpc_dbus_arg_is_portable (arg)
                                 ? norpc_dbus_get_value (passage, arg, &results[i], &problem) : NULL);
    }

  body = g_variant_ref_sink (make_dict (access, values));
  while ((excess = norpc_dbus_find_body_excess (body)) != NULL)
    {
      leave_out_largest (access, values, excess);
      g_free (excess);
      g_variant_unref (body);
      body = g_variant_ref_sink (make_dict (access, values));
    }

  return g_steal_pointer (&body);
}

/* Gets the value of the property that the request reads. */
static const GValue *
peek_value (NorpcDBusRequest *self,
            NorpcReply       *reply)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  guint i = 0;

  while (access->readable[i] != (guint) self->property)
    i++;

  return &norpc_reply_get_values (reply, NULL)[i];
}

static void
send_value (NorpcDBusRequest *self,
            NorpcReply       *reply)
{
  const NorpcArgInfo *arg = &norpc_property_access_get (self->info)->args[self->property];
  const GValue *value = peek_value (self, reply);
  NorpcDBusPassage passage = norpc_dbus_objects_begin_passage (self->serving, self->client);
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = norpc_dbus_get_value (&passage, arg, value, &problem);
  gboolean sent = form != NULL && norpc_dbus_answer_body (self, g_variant_new ("(v)", form), NULL);

  norpc_dbus_passage_end (&passage, sent);
  if (form != NULL)
    return;
  if (g_value_fits_pointer (value) && g_value_peek_pointer (value) == NULL)
    norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_PROPERTY, "The property %s.%s has no value",
                             self->info->dbus.name, arg->dbus.name);
  else
    norpc_dbus_answer_wrong (self, INVALID_RESULT, "%s: property '%s': %s", self->info->dbus.name, arg->dbus.name,
                             problem);
}

static void
send_all_values (NorpcDBusRequest *self,
                 NorpcReply       *reply)
{
  NorpcDBusPassage passage = norpc_dbus_objects_begin_passage (self->serving, self->client);
  g_autoptr (GVariant) body = make_all_values (norpc_property_access_get (self->info), reply, &passage);

  norpc_dbus_passage_end (&passage, norpc_dbus_answer_body (self, body, NULL));
}

/* Returns TRUE if the form (nullable) of the results was sent. */
static gboolean
send_form (NorpcDBusRequest *self,
           GVariant         *form,
           GUnixFDList      *fds,
           const char       *problem)
{
  if (form == NULL)
    norpc_dbus_answer_wrong (self, INVALID_RESULT, "%s.%s: %s", self->info->dbus.name,
                             self->info->methods[self->method]->dbus.name, problem);
  else if (fds != NULL && (g_dbus_connection_get_capabilities (self->serving->connection) &
                           G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING) == 0)
    norpc_dbus_answer_wrong (self, NORPC_DBUS_UNKNOWN_METHOD,
                             "%s.%s cannot be called over D-Bus: the connection cannot pass file descriptors",
                             self->info->dbus.name, self->info->methods[self->method]->dbus.name);
  else
    return norpc_dbus_answer_body (self, form, fds);

  return FALSE;
}

/* Closes the descriptors in records, and in arrays of them: the reply closes only results of the type h, and a variant
 * owns its descriptors.
 */
static void
close_fds_in_records (GDBusArgInfo * const *infos,
                      GVariant             *results)
{
  for (gsize i = 0; i < g_variant_n_children (results); i++)
    {
      g_autoptr (GVariant) result = g_variant_get_child_value (results, i);
      GType gtype = norpc_arg_info_get_gtype (infos[i]);

      if (gtype != G_TYPE_VARIANT && gtype != G_TYPE_INT && norpc_variant_has_fds (result))
        g_variant_unref (norpc_variant_take_fds (result));
    }
}

/* The descriptors in the results belong to this client, and the message has duplicates. */
static void
send_results (NorpcDBusRequest *self,
              NorpcReply       *reply)
{
  GDBusArgInfo **infos = self->info->methods[self->method]->dbus.out_args;
  NorpcDBusPassage passage = norpc_dbus_objects_begin_passage (self->serving, self->client);
  guint n_values;
  const GValue *values = norpc_reply_get_values (reply, &n_values);
  g_autofree char *problem = NULL;
  GVariant *floating = norpc_dbus_passage_get_values (&passage, infos, values, n_values, "result", &problem);
  g_autoptr (GVariant) results = floating != NULL ? g_variant_ref_sink (floating) : NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) form = NULL;

  if (results != NULL)
    problem = norpc_dbus_find_args_excess (infos, results, "result");
  if (problem == NULL)
    form = norpc_dbus_to_form (results, &fds, &problem);
  if (results != NULL)
    close_fds_in_records (infos, results);
  norpc_dbus_passage_end (&passage, send_form (self, form, fds, problem));
}

void
norpc_dbus_answer_reply (NorpcDBusRequest *self,
                         NorpcReply       *reply)
{
  switch (self->answer)
    {
    case NORPC_DBUS_ANSWER_RESULTS:
      send_results (self, reply);
      break;

    case NORPC_DBUS_ANSWER_ALL_VALUES:
      send_all_values (self, reply);
      break;

    case NORPC_DBUS_ANSWER_ONE_VALUE:
      send_value (self, reply);
      break;

    case NORPC_DBUS_ANSWER_NOTHING:
    default:
      norpc_dbus_answer_body (self, g_variant_new ("()"), NULL);
      break;
    }
}
