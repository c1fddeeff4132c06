/* norpc-nats-request.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A message of a client becomes a call, whose reply becomes a message. */

#include <string.h>

#include "norpc-nats-announcer-private.h"
#include "norpc-nats-error-private.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-request-private.h"

/* A reply on its way to the thread of the link. */
typedef struct
{
  NorpcNatsRequest *request; /* (owned) */
  GVariant         *results; /* (owned) (nullable) */
  GError           *error;   /* (owned) (nullable) */
} Answer;

static const char *
get_method_name (NorpcNatsRequest *self)
{
  return strrchr (natsMsg_GetSubject (self->message), '.') + 1;
}

static NorpcNatsRequestKind
find_kind (NorpcNatsRequest *self)
{
  const char *name = get_method_name (self);

  if (g_str_equal (name, NORPC_NATS_GET))
    return NORPC_NATS_GET_PROPERTIES;

  return g_str_equal (name, NORPC_NATS_SET) ? NORPC_NATS_SET_PROPERTY : NORPC_NATS_CALL;
}

/* Thread-safe. Takes ownership of @message. */
NorpcNatsRequest *
norpc_nats_request_new (NorpcNatsServed *served,
                        natsMsg         *message)
{
  NorpcNatsRequest *self = g_new0 (NorpcNatsRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->served = norpc_nats_served_ref (served);
  self->message = message;
  self->kind = find_kind (self);
  self->method = norpc_interface_info_find_method (served->info, get_method_name (self));
  self->start = g_get_monotonic_time ();
  self->cancellable = g_cancellable_new ();

  return self;
}

NorpcNatsRequest *
norpc_nats_request_ref (NorpcNatsRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. */
void
norpc_nats_request_unref (NorpcNatsRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  natsMsg_Destroy (self->message);
  g_object_unref (self->cancellable);
  norpc_nats_served_unref (self->served);
  g_free (self);
}

/* Thread-safe. There is room for another request. @error is its reply, or NULL. Returns FALSE if it has been answered
 * before.
 */
static gboolean
end_request (NorpcNatsRequest *self,
             const GError     *error)
{
  NorpcNatsServing *serving = self->served->serving;
  gboolean is_first;

  g_mutex_lock (&serving->lock);
  is_first = !self->is_answered;
  self->is_answered = TRUE;
  if (is_first && self->method >= 0)
    norpc_nats_served_count (self->served, (guint) self->method, g_get_monotonic_time () - self->start, error);
  if (self->is_counted)
    serving->n_requests--;
  self->is_counted = FALSE;
  g_mutex_unlock (&serving->lock);

  return is_first;
}

/* Thread-safe. Its reply has been sent: from now on, it is not here any more. */
static void
forget_request (NorpcNatsRequest *self)
{
  NorpcNatsServing *serving = self->served->serving;
  const char *reply = natsMsg_GetReply (self->message);

  g_mutex_lock (&serving->lock);
  if (reply != NULL && g_hash_table_lookup (serving->requests, reply) == self)
    g_hash_table_remove (serving->requests, reply);
  g_mutex_unlock (&serving->lock);
}

/* Says which reply could not be sent. */
static void
prefix_send_error (NorpcNatsRequest  *self,
                   GError           **error)
{
  const char *name = self->served->info->dbus.name;

  if (self->kind == NORPC_NATS_CALL)
    g_prefix_error (error, "%s.%s: the reply could not be sent: ", name, get_method_name (self));
  else
    g_prefix_error (error, "%s: the values of the properties could not be sent: ", name);
}

/* Called in the thread of the link, or in one that ends the export. A reply that cannot be sent becomes an error. */
static void
publish (NorpcNatsRequest *self,
         GVariant         *results,
         const GError     *problem)
{
  const char *reply = natsMsg_GetReply (self->message);
  g_autoptr (GError) error = problem != NULL ? g_error_copy (problem) : NULL;
  natsMsg *message = NULL;

  if (reply == NULL)
    return;

  if (error == NULL)
    message = norpc_nats_message_new (reply, NULL, results, &error);
  if (message != NULL && norpc_nats_link_publish (self->served->serving->link, message, &error))
    return;

  if (problem == NULL)
    prefix_send_error (self, &error);
  if (self->is_rejected)
    message = norpc_nats_error_new_rejection (reply, self->served->info, error);
  else
    message = norpc_nats_error_new_message (reply, self->served->info, error);
  if (message != NULL)
    norpc_nats_link_publish (self->served->serving->link, message, NULL);
}

static void
publish_answer (gpointer data)
{
  Answer *self = data;

  publish (self->request, self->results, self->error);
  forget_request (self->request);
  g_clear_pointer (&self->results, g_variant_unref);
  g_clear_error (&self->error);
  norpc_nats_request_unref (self->request);
  g_free (self);
}

/* Thread-safe. Takes ownership of @results and @error, one of which is not NULL. */
static void
answer (NorpcNatsRequest *self,
        GVariant         *results,
        GError           *error)
{
  Answer *job;

  if (!end_request (self, error))
    {
      g_clear_pointer (&results, g_variant_unref);
      g_clear_error (&error);
      return;
    }

  job = g_new (Answer, 1);
  job->request = norpc_nats_request_ref (self);
  job->results = results;
  job->error = error;
  norpc_nats_link_invoke (self->served->serving->link, publish_answer, job);
}

/* Returns an error (owned). */
static GError *
new_rejection (NorpcNatsRequest *self,
               NorpcError        code,
               const char       *outcome)
{
  const char *method = natsMsg_GetSubject (self->message) + strlen (self->served->serving->prefix) + 1;

  return g_error_new (NORPC_ERROR, (int) code, "%s %s", method, outcome);
}

/* Called in a thread that ends the export, or runs its context after the end. It sends the reply itself, because the
 * program may end soon. @outcome is the text after the name of the method.
 */
void
norpc_nats_request_reject (NorpcNatsRequest *self,
                           NorpcError        code,
                           const char       *outcome)
{
  g_autoptr (GError) error = new_rejection (self, code, outcome);

  if (!end_request (self, error))
    return;

  publish (self, NULL, error);
  forget_request (self);
}

/* Called in a thread of the library, for a request that was not taken. @outcome is the text after the name of the
 * method.
 */
void
norpc_nats_request_reject_new (NorpcNatsRequest *self,
                               NorpcError        code,
                               const char       *outcome)
{
  g_autoptr (GError) error = new_rejection (self, code, outcome);
  const char *reply = natsMsg_GetReply (self->message);
  natsMsg *message = reply != NULL ? norpc_nats_error_new_rejection (reply, self->served->info, error) : NULL;

  end_request (self, error);
  if (message != NULL)
    norpc_nats_serving_answer (self->served->serving, message);
}

/* Returns the values of properties as the results (owned), or NULL if @error is set. Those with a file descriptor are left
 * out.
 */
static GVariant *
dup_properties (NorpcReply  *reply,
                GError     **error)
{
  g_autoptr (GVariant) values = norpc_reply_dup_properties (reply, error);
  GVariantBuilder sent;

  if (values == NULL)
    return NULL;

  g_variant_builder_init (&sent, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < g_variant_n_children (values); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (values, i);

      if (!norpc_nats_has_handle (entry))
        g_variant_builder_add_value (&sent, entry);
    }

  return g_variant_ref_sink (g_variant_new ("(a{sv})", &sent));
}

/* Returns the results of a method (owned), or NULL if @error is set. */
static GVariant *
dup_results (NorpcNatsRequest  *self,
             NorpcReply        *reply,
             GError           **error)
{
  g_autoptr (GVariant) results = norpc_reply_dup_variant (reply, error);
  g_autofree char *reason =
    results != NULL ? norpc_nats_find_handle (self->served->info, (guint) self->method, "result", results) : NULL;

  if (reason == NULL)
    return g_steal_pointer (&results);

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, reason);

  return NULL;
}

/* Runs in the context of the export. */
static void
flush_announcers (NorpcNatsServing *serving)
{
  for (guint i = 0; i < serving->announcers->len; i++)
    norpc_nats_announcer_flush (serving->announcers->pdata[i]);
}

/* Runs in the context of the export. */
static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  NorpcNatsRequest *self = user_data;
  GError *error = NULL;
  GVariant *results = self->kind == NORPC_NATS_CALL ? dup_results (self, reply, &error)
                                                    : dup_properties (reply, &error);

  flush_announcers (self->served->serving);
  self->is_rejected = norpc_reply_is_rejection (reply);
  answer (self, results, error);
  norpc_reply_unref (reply);
  norpc_nats_request_unref (self);
}

/* Returns FALSE and sets @error if the request is for no method that can be called. */
static gboolean
check_method (NorpcNatsRequest  *self,
              GError           **error)
{
  g_autofree char *reason =
    self->method >= 0 ? norpc_nats_find_not_portable (self->served->info, (guint) self->method) : NULL;

  if (reason != NULL)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, reason);
  else if (self->method < 0)
    {
      g_autofree char *printable = g_strescape (get_method_name (self), NULL);

      g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "There is no method %s.%.100s",
                   self->served->info->dbus.name, printable);
    }

  return self->method >= 0 && reason == NULL;
}

/* Returns what the message contains (owned), or NULL if @error is set. */
static GVariant *
dup_request_args (NorpcNatsRequest  *self,
                  const char        *type,
                  GError           **error)
{
  GVariant *args = norpc_nats_message_dup_body (self->message, type, error);

  if (args == NULL)
    g_prefix_error (error, "%s.%s: ", self->served->info->dbus.name, get_method_name (self));

  return args;
}

static gboolean
check_property (NorpcNatsRequest  *self,
                const char        *name,
                GError           **error)
{
  const NorpcInterfaceInfo *info = self->served->info;

  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (g_str_equal (info->properties[i]->dbus.name, name) && !norpc_nats_property_is_portable (info->properties[i]))
      {
        g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                     "The property %s.%s cannot be set over NATS: its values have no form there", info->dbus.name,
                     name);
        return FALSE;
      }

  return TRUE;
}

/* Returns a call (owned) that accesses properties, or NULL if @error is set. */
static NorpcCall *
make_property_call (NorpcNatsRequest  *self,
                    GError           **error)
{
  const NorpcInterfaceInfo *info = self->served->info;
  g_autoptr (GVariant) args = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *name;

  if (info->properties == NULL)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "%s has no properties", info->dbus.name);
      return NULL;
    }

  args = dup_request_args (self, self->kind == NORPC_NATS_GET_PROPERTIES ? "()" : "(sv)", error);
  if (args == NULL)
    return NULL;
  if (self->kind == NORPC_NATS_GET_PROPERTIES)
    return norpc_call_new_get_properties (info);

  g_variant_get (args, "(&sv)", &name, &value);

  return check_property (self, name, error) ? norpc_call_new_set_property (info, name, value, error) : NULL;
}

/* Returns a call (owned) of a method, or NULL if @error is set. */
static NorpcCall *
make_method_call (NorpcNatsRequest  *self,
                  GError           **error)
{
  const NorpcInterfaceInfo *info = self->served->info;
  g_autofree char *type = NULL;
  g_autoptr (GVariant) args = NULL;
  g_autoptr (NorpcCall) call = NULL;

  if (!check_method (self, error))
    return NULL;

  type = norpc_interface_info_get_in_type (info, (guint) self->method);
  args = dup_request_args (self, type, error);
  if (args == NULL)
    return NULL;

  call = norpc_call_new (info, (guint) self->method);

  return norpc_call_set_args_variant (call, args, error) ? g_steal_pointer (&call) : NULL;
}

/* Returns a call (owned), or NULL if @error is set. */
static NorpcCall *
make_call (NorpcNatsRequest  *self,
           GError           **error)
{
  g_autoptr (NorpcCall) call = NULL;
  guint timeout;

  if (!norpc_nats_message_get_timeout (self->message, &timeout, error))
    {
      g_prefix_error (error, "%s.%s: ", self->served->info->dbus.name, get_method_name (self));
      return NULL;
    }

  call = self->kind == NORPC_NATS_CALL ? make_method_call (self, error) : make_property_call (self, error);
  if (call == NULL)
    return NULL;
  if (timeout > 0)
    norpc_call_set_timeout (call, timeout);
  norpc_nats_message_get_trace (self->message, call);

  return g_steal_pointer (&call);
}

/* Runs in the context of the export. */
void
norpc_nats_request_handle (NorpcNatsRequest *self)
{
  GError *error = NULL;
  NorpcCall *call = make_call (self, &error);

  if (call == NULL)
    answer (self, NULL, error);
  else
    norpc_endpoint_call (self->served->serving->endpoint, call, self->cancellable, reply_cb, norpc_nats_request_ref (self));
}
