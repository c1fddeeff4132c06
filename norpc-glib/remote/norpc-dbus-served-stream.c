/* norpc-dbus-served-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-variant.h"
#include "core/norpc-error.h"
#include "core/norpc-log-private.h"
#include "norpc-dbus-answer-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-served-stream-parts-private.h"
#include "norpc-dbus-stream-info-private.h"

/* Messages of a client that may wait besides items: it needs no more than one of each kind. */
#define MAX_OTHER_MESSAGES 5

G_DEFINE_FINAL_TYPE (NorpcDBusServedStream, norpc_dbus_served_stream, G_TYPE_OBJECT)

static void
norpc_dbus_served_stream_finalize (GObject *object)
{
  NorpcDBusServedStream *self = NORPC_DBUS_SERVED_STREAM (object);

  g_clear_pointer (&self->outcome, norpc_reply_unref);
  g_object_unref (self->cancellable);
  norpc_pipe_unref (self->pipe);
  g_free (self->path);
  norpc_dbus_serving_unref (self->serving);

  G_OBJECT_CLASS (norpc_dbus_served_stream_parent_class)->finalize (object);
}

static void
norpc_dbus_served_stream_class_init (NorpcDBusServedStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_dbus_served_stream_finalize;
}

static void
norpc_dbus_served_stream_init (NorpcDBusServedStream *self G_GNUC_UNUSED)
{
}

/* Sends a signal to the client, after what the service has made before. */
static void
send_to_client (NorpcDBusServedStream *self,
                const char            *member,
                GVariant              *args)
{
  const char *client = *self->request->client != '\0' ? self->request->client : NULL;
  g_autoptr (GError) error = NULL;

  norpc_dbus_serving_flush (self->serving);
  norpc_dbus_outflow_add_owed (self->serving->connection, args);
  if (!g_dbus_connection_emit_signal (self->serving->connection, client, self->path, self->interface_name, member,
                                      args, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    norpc_warning ("%s.%s was not sent over D-Bus: %s", self->interface_name, member, error->message);
}

/* Answers a message of the client that waits until the stream has ended. */
static void
answer_waiting (NorpcDBusServedStream *self)
{
  NorpcDBusRequest *waiting = g_steal_pointer (&self->waiting);

  if (waiting == NULL)
    return;

  norpc_dbus_answer_body (waiting, g_variant_new ("()"), NULL);
  norpc_dbus_request_free (waiting);
}

/* Ends the stream: the object is no longer there. */
static void
end_served_stream (NorpcDBusServedStream *self)
{
  NorpcDBusRequest *request = g_steal_pointer (&self->request);
  NorpcDBusServing *root = norpc_dbus_serving_get_root (self->serving);

  if (request == NULL)
    return;

  answer_waiting (self);
  g_clear_signal_handler (&self->cancelled_id, self->cancellable);
  if (self->reads != NULL)
    {
      norpc_pipe_set_watch (self->pipe, NORPC_PIPE_WRITER, NULL);
      g_source_destroy (self->reads);
    }
  g_clear_pointer (&self->reads, g_source_unref);
  norpc_dbus_mailbox_remove_branch (root->mailbox, self->path);
  g_dbus_connection_unregister_object (root->connection, self->registration);
  if (root->clients != NULL)
    norpc_dbus_clients_finish (root->clients, request->client, g_dbus_message_get_serial (request->message));
  norpc_dbus_request_free (request);
  g_hash_table_remove (root->streams, self->path);
}

/* Ends the stream and its call. A service that is cancelled runs code of the application. */
void
norpc_dbus_served_stream_abort (NorpcDBusServedStream *self)
{
  end_served_stream (self);
  g_cancellable_cancel (self->cancellable);
  norpc_pipe_close (self->pipe, TRUE);
}

static void
send_failure (NorpcDBusServedStream *self,
              const GError          *error)
{
  g_autofree char *name = norpc_dbus_error_get_name (error);
  g_autofree char *text = norpc_dbus_error_get_text (error);

  send_to_client (self, NORPC_DBUS_STREAM_FAILED, g_variant_new ("(ss)", name, text));
}

/* Takes ownership of @error. */
static void
fail_served_stream (NorpcDBusServedStream *self,
                    GError                *error)
{
  send_failure (self, error);
  g_error_free (error);
  norpc_dbus_served_stream_abort (self);
}

/* Returns the form (owned) of values on D-Bus, or NULL with an error. */
static GVariant *
get_values_form (NorpcDBusServedStream *self,
                 GVariant              *values,
                 GDBusArgInfo * const  *infos,
                 const char            *kind,
                 GError               **error)
{
  g_autofree char *problem = norpc_dbus_find_args_excess (infos, values, kind);
  g_autoptr (GVariant) form = NULL;

  if (problem == NULL)
    form = norpc_dbus_to_form (values, NULL, &problem);
  if (form != NULL)
    problem = norpc_dbus_find_body_excess (form);
  if (problem == NULL)
    return g_steal_pointer (&form);

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", self->request->info->dbus.name,
               self->info->dbus.name, problem);

  return NULL;
}

/* Sends the outcome, which ends the stream. */
static void
send_outcome (NorpcDBusServedStream *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = NULL;
  g_autoptr (GVariant) form = NULL;

  if (norpc_reply_get_error (self->outcome) != NULL)
    error = g_error_copy (norpc_reply_get_error (self->outcome));
  else
    results = norpc_reply_dup_variant (self->outcome, &error);
  if (results != NULL)
    form = get_values_form (self, results, self->info->dbus.out_args, "result", &error);

  norpc_dbus_request_free_slot (self->request);
  if (form != NULL)
    send_to_client (self, NORPC_DBUS_STREAM_END, form);
  else
    send_failure (self, error);
  end_served_stream (self);
}

/* Takes ownership of @item. Returns FALSE and sets @error if D-Bus cannot carry it. */
static gboolean
send_item (NorpcDBusServedStream  *self,
           NorpcItem              *item,
           GError                **error)
{
  g_autoptr (NorpcItem) owned = item;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GVariant) form = NULL;

  norpc_item_import (item);
  values = norpc_item_dup_variant (item, error);
  if (values != NULL)
    form = get_values_form (self, values, self->info->items, "item", error);
  if (form == NULL)
    return FALSE;

  self->n_sent++;
  send_to_client (self, NORPC_DBUS_STREAM_ITEM, form);

  return TRUE;
}

static gboolean
has_unsent_items (NorpcDBusServedStream *self)
{
  return !norpc_dbus_stream_goes_in (self->info) && norpc_pipe_has_items (self->pipe);
}

/* Sends the items that the client has given credit for, and then the outcome. */
static void
continue_sending (NorpcDBusServedStream *self)
{
  g_autoptr (NorpcDBusServedStream) kept = g_object_ref (self);
  GError *error = NULL;
  NorpcItem *item;
  gboolean at_end;

  while (self->request != NULL && self->n_sent < self->n_granted &&
         (item = norpc_pipe_take (self->pipe, self->n_arrived, &at_end)) != NULL)
    if (!send_item (self, item, &error))
      {
        fail_served_stream (self, error);
        return;
      }

  if (self->request != NULL && self->started && self->outcome != NULL && !has_unsent_items (self))
    send_outcome (self);
}

/* Runs in the context of the export, in the order of replies and signals. */
static void
items_arrived_cb (GObject *object,
                  guint64  number)
{
  NorpcDBusServedStream *self = NORPC_DBUS_SERVED_STREAM (object);

  self->n_arrived = MAX (self->n_arrived, number);
  continue_sending (self);
}

/* Runs in the context of the export, after all items. Takes ownership of @reply. */
static void
outcome_arrived (NorpcReply *reply,
                 gpointer    user_data)
{
  g_autoptr (NorpcDBusServedStream) self = user_data;

  self->outcome = reply;
  continue_sending (self);
}

/* Runs in the context of the export: the client has cancelled the call, or has left the bus. */
static void
stream_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                     gpointer      user_data)
{
  g_autoptr (NorpcDBusServedStream) self = g_object_ref (user_data);

  end_served_stream (self);
}

/* Gives the client credit for the items that the service has read. */
static void
send_credit (NorpcDBusServedStream *self)
{
  guint64 n_read = self->n_written - norpc_pipe_get_n_items (self->pipe);
  guint64 n_new = n_read + self->capacity - self->n_credited;

  if (!self->started || n_new == 0)
    return;

  self->n_credited += n_new;
  send_to_client (self, NORPC_DBUS_STREAM_CREDIT, g_variant_new ("(u)", (guint32) n_new));
}

/* Runs in the context of the export. */
static gboolean
reads_source_dispatch (GSource     *source,
                       GSourceFunc  callback G_GNUC_UNUSED,
                       gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  send_credit (user_data);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reads_source_funcs = { NULL, NULL, reads_source_dispatch, NULL, NULL, NULL };

static void
watch_reads (NorpcDBusServedStream *self)
{
  self->reads = g_source_new (&reads_source_funcs, sizeof (GSource));
  g_source_set_static_name (self->reads, "norpc D-Bus stream");
  g_source_set_callback (self->reads, NULL, self, NULL);
  g_source_attach (self->reads, self->serving->context);
  norpc_pipe_set_watch (self->pipe, NORPC_PIPE_WRITER, self->reads);
}

/* The client is ready for signals: what has happened before is sent now. */
void
norpc_dbus_served_stream_start (NorpcDBusServedStream *self)
{
  self->started = TRUE;
  if (norpc_dbus_stream_goes_in (self->info))
    send_credit (self);
  continue_sending (self);
}

/* The client takes @n_items more. An item takes up room until the client has taken the one that comes so many
 * items after it as the backlog has: a client that gives credit for each item that it reads has no more than that.
 */
void
norpc_dbus_served_stream_grant (NorpcDBusServedStream *self,
                                guint                  n_items)
{
  guint64 n_freed = MAX (self->n_granted, self->capacity) - self->capacity;

  self->n_granted += n_items;
  norpc_pipe_free_slots (self->pipe, MAX (self->n_granted, self->capacity) - self->capacity - n_freed);
}

/* Makes the object known. Returns FALSE if there is one at its path. */
static gboolean
export_served_stream (NorpcDBusServedStream *self)
{
  NorpcDBusRequest *request = self->request;
  GDBusInterfaceInfo *info = norpc_dbus_stream_get_info (request->info, request->method);

  self->interface_name = info->name;
  if (!norpc_dbus_mailbox_add_branch (self->serving->mailbox, self->path, info->name, request->client,
                                      self->capacity + MAX_OTHER_MESSAGES))
    return FALSE;

  /* GDBus describes the object. The mailbox gets the messages before it. */
  self->registration = g_dbus_connection_register_object (self->serving->connection, self->path, info, NULL, NULL,
                                                          NULL, NULL);
  if (self->registration == 0)
    norpc_dbus_mailbox_remove_branch (self->serving->mailbox, self->path);

  return self->registration != 0;
}

/* Takes ownership of the request. */
static NorpcDBusServedStream *
served_stream_new (NorpcDBusRequest *request,
                   GCancellable     *cancellable)
{
  NorpcDBusServedStream *self = g_object_new (NORPC_TYPE_DBUS_SERVED_STREAM, NULL);
  NorpcDBusServing *serving = request->serving;

  self->serving = norpc_dbus_serving_ref (serving);
  self->request = request;
  self->info = request->info->methods[request->method];
  self->path = g_strdup_printf ("%s/" NORPC_DBUS_STREAMS "/%" G_GUINT64_FORMAT, g_str_equal (serving->path, "/") ? "" : serving->path,
                                ++norpc_dbus_serving_get_root (serving)->n_streams);
  self->pipe = norpc_pipe_new (request->info, request->method);
  self->capacity = self->pipe->capacity;
  self->cancellable = g_object_ref (cancellable);

  return self;
}

/* Sends the call (owned). */
static void
send_stream_call (NorpcDBusServedStream *self,
                  NorpcCall             *call)
{
  norpc_call_get_stream_part (call)->items = &norpc_pipe_ref (self->pipe)->parent;
  norpc_pipe_watch_call (self->pipe, call);
  if (norpc_dbus_stream_goes_in (self->info))
    {
      watch_reads (self);
    }
  else
    {
      norpc_pipe_keep_slots (self->pipe);
      norpc_pipe_attach (self->pipe, G_OBJECT (self), items_arrived_cb);
    }

  norpc_endpoint_call (self->serving->endpoint, call, self->cancellable, outcome_arrived, g_object_ref (self));
}

/* Answers a request (owned) whose stream cannot be opened. */
static void
reject_stream (NorpcDBusRequest *request,
               NorpcCall        *call,
               const char       *name,
               const char       *text)
{
  norpc_dbus_answer_error (request, name, text);
  norpc_call_unref (call);
  norpc_dbus_request_free (request);
}

/* Takes ownership of @request and of @call, which has its arguments. The client has the path before anything else, and
 * gets the items at once if it has given credit already.
 */
void
norpc_dbus_served_stream_open (NorpcDBusRequest *request,
                               NorpcDBusClient  *client,
                               NorpcCall        *call)
{
  NorpcDBusServing *root = norpc_dbus_serving_get_root (request->serving);
  guint32 serial = g_dbus_message_get_serial (request->message);
  g_autoptr (GCancellable) cancellable = norpc_dbus_client_begin (client, serial);
  g_autoptr (NorpcDBusServedStream) self = NULL;

  if (cancellable == NULL)
    {
      reject_stream (request, call, NORPC_DBUS_INVALID_ARGS, "Another call has the same serial number");
      return;
    }

  self = served_stream_new (request, cancellable);
  if (!export_served_stream (self))
    {
      norpc_dbus_clients_finish (root->clients, client->name, serial);
      reject_stream (g_steal_pointer (&self->request), call, "org.freedesktop.DBus.Error.ObjectPathInUse",
                     "There is another object at the path of the stream");
      return;
    }

  g_hash_table_insert (root->streams, self->path, g_object_ref (self));
  self->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (stream_cancelled_cb), self);
  norpc_dbus_answer_body (request, g_variant_new ("(o)", self->path), NULL);
  if (request->has_credit)
    {
      norpc_dbus_served_stream_grant (self, MIN (request->credit, self->capacity));
      norpc_dbus_served_stream_start (self);
    }
  send_stream_call (self, call);
}

/* Ends all streams of an export, because its object is no longer there. */
void
norpc_dbus_served_stream_close_all (NorpcDBusServing *root)
{
  GList *streams = g_hash_table_get_values (root->streams);

  g_list_foreach (streams, (GFunc) (void (*) (void)) g_object_ref, NULL);
  for (GList *l = streams; l != NULL; l = l->next)
    {
      NorpcDBusServedStream *self = l->data;

      if (self->request != NULL)
        fail_served_stream (self, g_error_new_literal (NORPC_ERROR, NORPC_ERROR_CLOSED,
                                                       "The object is no longer exported"));
    }
  g_list_free_full (streams, g_object_unref);
}
