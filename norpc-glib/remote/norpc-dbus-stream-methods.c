/* norpc-dbus-stream-methods.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The methods of a stream, which its client calls. */

#include "core/norpc-error.h"
#include "norpc-dbus-answer-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-served-stream-parts-private.h"
#include "norpc-dbus-stream-info-private.h"

static void
handle_credit (NorpcDBusServedStream *self,
               NorpcDBusRequest      *request)
{
  guint64 n_left = self->capacity - (self->n_granted - self->n_sent);
  guint32 n_items;

  g_variant_get (g_dbus_message_get_body (request->message), "(u)", &n_items);
  if (n_items > n_left)
    {
      norpc_dbus_answer_wrong (request, "org.freedesktop.DBus.Error.LimitsExceeded",
                               "Expected credit for at most %" G_GUINT64_FORMAT " more items, got %u", n_left, n_items);
      return;
    }

  norpc_dbus_served_stream_grant (self, n_items);
  norpc_dbus_answer_body (request, g_variant_new ("()"), NULL);
  norpc_dbus_served_stream_start (self);
}

/* Writes an item to the service. Returns FALSE and sets @error if it does not match the description, or has no credit.
 */
static gboolean
write_client_item (NorpcDBusServedStream  *self,
                   NorpcDBusRequest       *request,
                   GError                **error)
{
  g_autoptr (NorpcItem) item = norpc_item_new (self->request->info, self->request->method);
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  GVariant *body = g_dbus_message_get_body (request->message);
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) values = norpc_dbus_args_from_form (self->info->items, "item", body != NULL ? body : nothing, NULL,
                                                           &problem);
  GError *wrong = NULL;

  if (values == NULL)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, problem);
      return FALSE;
    }
  if (!norpc_item_set_variant (item, values, error))
    return FALSE;
  wrong = norpc_item_find_problem (item);
  if (wrong != NULL)
    {
      g_propagate_error (error, wrong);
      return FALSE;
    }

  norpc_item_export (item);
  if (!norpc_pipe_write (self->pipe, g_steal_pointer (&item), error))
    return FALSE;

  self->n_written++;

  return TRUE;
}

static void
handle_write (NorpcDBusServedStream *self,
              NorpcDBusRequest      *request)
{
  g_autoptr (GError) error = NULL;

  if (write_client_item (self, request, &error))
    norpc_dbus_answer_body (request, g_variant_new ("()"), NULL);
  else if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT))
    norpc_dbus_answer_wrong (request, NORPC_DBUS_INVALID_ARGS, NORPC_DBUS_STREAM_WRITE ": %s", error->message);
  else
    norpc_dbus_answer_gerror (request, error);
}

static void
handle_start (NorpcDBusServedStream *self,
              NorpcDBusRequest      *request)
{
  norpc_dbus_answer_body (request, g_variant_new ("()"), NULL);
  norpc_dbus_served_stream_start (self);
}

static void
handle_finish (NorpcDBusServedStream *self,
               NorpcDBusRequest      *request)
{
  norpc_pipe_write (self->pipe, norpc_item_new_end (self->request->info, self->request->method), NULL);
  norpc_dbus_answer_body (request, g_variant_new ("()"), NULL);
}

/* Keeps @request. One of them is enough to notice that the connection is closed. */
static void
handle_wait (NorpcDBusServedStream *self,
             NorpcDBusRequest      *request)
{
  if (self->waiting == NULL)
    self->waiting = request;
  else
    norpc_dbus_answer_error (request, "org.freedesktop.DBus.Error.LimitsExceeded",
                             "Another call waits for the stream already");
}

static void
handle_close (NorpcDBusServedStream *self,
              NorpcDBusRequest      *request)
{
  norpc_dbus_answer_body (request, g_variant_new ("()"), NULL);
  norpc_dbus_served_stream_abort (self);
}

static const struct
{
  const char *member;
  gboolean    goes_in; /* it is for streams whose items come from the client */
  gboolean    goes_out;
  const char *signature; /* NULL for the types of an item, which are checked later */
  void      (*handle) (NorpcDBusServedStream *self,
                       NorpcDBusRequest      *request);
} stream_methods[] = {
  { NORPC_DBUS_STREAM_CREDIT, FALSE, TRUE, "u", handle_credit },
  { NORPC_DBUS_STREAM_START, TRUE, FALSE, "", handle_start },
  { NORPC_DBUS_STREAM_WRITE, TRUE, FALSE, NULL, handle_write },
  { NORPC_DBUS_STREAM_FINISH, TRUE, FALSE, "", handle_finish },
  { NORPC_DBUS_STREAM_WAIT, TRUE, TRUE, "", handle_wait },
  { NORPC_DBUS_STREAM_CLOSE, TRUE, TRUE, "", handle_close },
};

static void
handle_stream_method (NorpcDBusServedStream *self,
                      NorpcDBusRequest      *request)
{
  const char *member = g_dbus_message_get_member (request->message);
  const char *signature = g_dbus_message_get_signature (request->message);
  gboolean goes_in = norpc_dbus_stream_goes_in (self->info);

  for (gsize i = 0; i < G_N_ELEMENTS (stream_methods); i++)
    {
      if (!g_str_equal (stream_methods[i].member, member) ||
          !(goes_in ? stream_methods[i].goes_in : stream_methods[i].goes_out))
        continue;

      if (stream_methods[i].signature != NULL && !g_str_equal (stream_methods[i].signature, signature))
        norpc_dbus_answer_wrong (request, NORPC_DBUS_INVALID_ARGS,
                                 "%s: expected arguments of the types '%s', got '%s'", member,
                                 stream_methods[i].signature, signature);
      else
        stream_methods[i].handle (self, request);
      return;
    }

  norpc_dbus_answer_wrong (request, NORPC_DBUS_UNKNOWN_METHOD, "The stream has no method %s", member);
}

/* Takes ownership of @request, a message for an object of a stream. If the stream has ended, the error is the one that
 * GDBus has for objects that are not there.
 */
void
norpc_dbus_stream_methods_handle (NorpcDBusRequest *request)
{
  g_autoptr (NorpcDBusServedStream) self =
    g_hash_table_lookup (norpc_dbus_serving_get_root (request->serving)->streams,
                         g_dbus_message_get_path (request->message));

  if (self != NULL)
    handle_stream_method (g_object_ref (self), request);
  else
    norpc_dbus_answer_error (request, NORPC_DBUS_UNKNOWN_METHOD, "The stream has ended");
  if (self == NULL || self->waiting != request)
    norpc_dbus_request_free (request);
}
