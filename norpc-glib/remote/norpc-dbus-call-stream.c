/* norpc-dbus-call-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A call that opens a stream, from its first credit to its outcome. */

#include "norpc-dbus-call-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-message-private.h"

/* This reply comes before that to the call. */
static void
credit_noted_cb (GObject      *connection,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  NorpcDBusCall *self = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);

  if (reply == NULL)
    self->sent_credit = FALSE;
  norpc_dbus_call_unref (self);
}

/* Gives the first credit for the items of a stream, so that none of them waits while other signals do not. */
void
norpc_dbus_call_prepare_stream (NorpcDBusCall *self)
{
  norpc_dbus_opened_stream_prepare (self->object, self->call);
  self->sent_credit = self->object->service_kind == NORPC_DBUS_SERVICE_NORPC;
  if (self->sent_credit)
    g_dbus_connection_call (self->object->connection, self->object->name, self->object->path, NORPC_DBUS_CALLS,
                            "Credit",
                            g_variant_new ("(uu)", norpc_dbus_call_ensure_serial (self),
                                           (guint32) norpc_dbus_opened_stream_get_first_credit (self->call)),
                            NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL,
                            credit_noted_cb, norpc_dbus_call_ref (self));
}

/* The outcome of a stream. Takes ownership of @error. */
static void
end_stream (gpointer  user_data,
            GVariant *results,
            GError   *error,
            gboolean  is_wrong)
{
  NorpcDBusCall *self = norpc_dbus_call_ref (user_data);
  NorpcDBusPassage passage = norpc_dbus_call_begin_passage (self, self->object->owner);
  NorpcCall *call;

  if (is_wrong)
    norpc_dbus_call_tell_cancelled (self);
  call = norpc_dbus_call_take (self);
  if (call != NULL && error != NULL)
    norpc_call_take_error (call, g_steal_pointer (&error));
  else if (call != NULL)
    norpc_dbus_message_answer_results (call, &passage, results, NULL);
  g_clear_error (&error);
  g_clear_pointer (&call, norpc_call_unref);
  self->object->call_ended (self->object);
  norpc_dbus_call_unref (self);
}

/* The service has opened a stream. */
void
norpc_dbus_call_open_stream (NorpcDBusCall *self,
                             GDBusMessage  *reply)
{
  GError *error = NULL;

  self->opened = norpc_dbus_opened_stream_new (self->object, self->call, reply, self->sent_credit, end_stream, self,
                                               &error);
  if (self->opened != NULL)
    norpc_dbus_opened_stream_start (self->opened);
  else
    end_stream (self, NULL, error, TRUE);
}
