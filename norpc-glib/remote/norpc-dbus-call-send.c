/* norpc-dbus-call-send.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The message of a call, and its reply. */

#include "call/norpc-trace-context.h"
#include "core/norpc-clock-private.h"
#include "norpc-dbus-call-private.h"
#include "norpc-dbus-disconnection-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-unanswered-private.h"

/* Returns TRUE if another process has sent the path of an object that it does not have, which is nothing to warn of. */
static gboolean
is_missing (NorpcDBusObject *object,
            GDBusMessage    *reply)
{
  const char *name = g_dbus_message_get_error_name (reply);

  return g_atomic_int_get (&object->n_received) > 0 && g_strcmp0 (name, "org.freedesktop.DBus.Error.UnknownMethod") == 0;
}

/* The reply is what the service has sent, whatever that is. */
static void
answer_from_reply (NorpcDBusCall *self,
                   GDBusMessage  *reply)
{
  NorpcDBusKind kind = norpc_dbus_message_get_kind (self->call);
  gboolean succeeded = g_dbus_message_get_message_type (reply) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN;

  if (norpc_method_info_is_stream (norpc_call_get_method_info (self->call)) && succeeded)
    {
      norpc_dbus_call_open_stream (self, reply);
    }
  else if (kind == NORPC_DBUS_SET && succeeded)
    {
      norpc_dbus_call_finish_set (self);
    }
  else if (kind == NORPC_DBUS_GET_ALL && succeeded)
    {
      norpc_dbus_call_finish_get_all (self, reply);
    }
  else
    {
      NorpcDBusPassage passage = norpc_dbus_call_begin_passage (self, g_dbus_message_get_sender (reply));
      NorpcCall *call = norpc_dbus_call_take (self);

      if (kind == NORPC_DBUS_GET_ALL && is_missing (self->object, reply))
        norpc_call_reject (call, NORPC_ERROR_CLOSED, "failed: the object is not there");
      else
        norpc_dbus_message_answer_call (reply, &passage, call);
      norpc_call_unref (call);
    }
}

/* The call has completed before. */
static void
discard_reply (NorpcDBusCall *self,
               GDBusMessage  *reply)
{
  NorpcDBusPassage passage = norpc_dbus_call_begin_passage (self, g_dbus_message_get_sender (reply));

  if (norpc_dbus_message_returns_objects (self->call))
    norpc_dbus_message_discard (reply, &passage, self->call);
}

static void
replied_cb (GObject      *connection,
            GAsyncResult *result,
            gpointer      user_data)
{
  NorpcDBusCall *self = user_data;
  GError *error = NULL;
  g_autoptr (GDBusMessage) reply =
    g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (connection), result, &error);

  norpc_dbus_call_note_answered (self);
  if (reply == NULL)
    norpc_dbus_disconnection_check (self->object->connection);
  if (reply == NULL)
    norpc_dbus_call_fail (self, error);
  else if (norpc_dbus_call_is_waiting (self))
    answer_from_reply (self, reply);
  else if (self->call != NULL)
    discard_reply (self, reply);
  self->object->call_ended (self->object);
  norpc_dbus_call_unref (self);
}

static GDBusSendMessageFlags
get_send_flags (NorpcDBusCall *self)
{
  return g_dbus_message_get_serial (self->message) != 0 ? G_DBUS_SEND_MESSAGE_FLAGS_PRESERVE_SERIAL
                                                        : G_DBUS_SEND_MESSAGE_FLAGS_NONE;
}

static void
send_one_way (NorpcDBusCall *self)
{
  NorpcCall *call;
  GError *error = NULL;

  if (!norpc_dbus_outflow_send (self->object->connection, self->message, get_send_flags (self), &error))
    {
      norpc_dbus_call_fail (self, error);
      return;
    }

  call = norpc_dbus_call_take (self);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
}

/* Tells the service how much time is left, if it is one that understands. */
static void
send_deadline (NorpcDBusCall *self)
{
  gint64 left = (self->call->deadline - norpc_clock_now ()) / G_TIME_SPAN_MILLISECOND;

  if (self->call->deadline != 0 && self->object->service_kind == NORPC_DBUS_SERVICE_NORPC)
    norpc_dbus_call_tell_service (self, "Limit", g_variant_new ("(uu)", norpc_dbus_call_ensure_serial (self),
                                                                (guint32) CLAMP (left, 1, G_MAXINT32)));
}

/* Tells the service which trace the call belongs to, if it is one that understands. */
static void
send_trace (NorpcDBusCall *self)
{
  g_autofree char *trace_parent = norpc_call_dup_trace_parent (self->call);
  g_autofree char *trace_state = norpc_call_dup_trace_state (self->call);

  if (trace_parent != NULL && self->object->service_kind == NORPC_DBUS_SERVICE_NORPC)
    norpc_dbus_call_tell_service (self, "Trace", g_variant_new ("(uss)", norpc_dbus_call_ensure_serial (self),
                                                                trace_parent, trace_state != NULL ? trace_state : ""));
}

/* Only the process that has the name now may call the objects in the message. Returns FALSE if the call has failed. */
static gboolean
complete_message (NorpcDBusCall *self)
{
  NorpcDBusPassage passage = norpc_dbus_call_begin_passage (self, self->object->owner);
  GError *error = NULL;

  if (self->object->owner == NULL)
    {
      norpc_call_mark_rejected (self->call);
      norpc_dbus_call_reject (self, "failed: its service is not there");
      return FALSE;
    }
  if (norpc_dbus_message_complete (self->message, self->call, &passage, &error))
    return TRUE;

  if (g_dbus_connection_is_closed (self->object->connection))
    {
      g_error_free (error);
      norpc_call_mark_rejected (self->call);
      norpc_dbus_call_reject (self, "failed: the connection is closed");
      return FALSE;
    }
  norpc_dbus_call_fail (self, error);

  return FALSE;
}

/* Returns FALSE if the call has failed, because its process does not answer. */
static gboolean
check_answers (NorpcDBusCall *self)
{
  if (!norpc_dbus_object_counts_answers (self->object) ||
      !norpc_dbus_unanswered_is_full (self->object->connection, self->object->name))
    return TRUE;

  norpc_dbus_call_fail_unsent (self, g_error_new (NORPC_ERROR, NORPC_ERROR_TIMED_OUT, "%s.%s was rejected: "
                                                  "too many calls of the objects of %s or of others have no answer",
                                                  norpc_call_get_interface_name (self->call),
                                                  norpc_call_get_method_name (self->call), self->object->name));

  return FALSE;
}

/* Returns FALSE if the call has failed, because the other side of the connection does not read. */
static gboolean
check_outflow (NorpcDBusCall *self)
{
  if (!norpc_dbus_outflow_is_excessive (self->object->connection))
    return TRUE;

  norpc_dbus_call_fail_unsent (self, g_error_new (NORPC_ERROR, NORPC_ERROR_BUSY, "%s.%s was rejected: "
                                                  "the other side of the connection has not read the calls before it",
                                                  norpc_call_get_interface_name (self->call),
                                                  norpc_call_get_method_name (self->call)));

  return FALSE;
}

/* Sends the call, unless it has completed, or a newer one has superseded it. */
void
norpc_dbus_call_send (NorpcDBusCall *self)
{
  gboolean one_way = (g_dbus_message_get_flags (self->message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) != 0;

  if (self->call == NULL || g_atomic_int_get (&self->call->state) != NORPC_CALL_OPEN ||
      !norpc_call_mark_sent (self->call))
    {
      g_clear_pointer (&self->call, norpc_call_unref);
      return;
    }

  if (!check_outflow (self) || (!one_way && !check_answers (self)))
    return;
  if (!norpc_dbus_message_is_complete (self->message) && !complete_message (self))
    return;

  g_hash_table_add (self->object->calls, norpc_dbus_call_ref (self));
  send_trace (self);
  if (one_way)
    {
      send_one_way (self);
      return;
    }

  send_deadline (self);
  if (norpc_method_info_is_stream (norpc_call_get_method_info (self->call)))
    norpc_dbus_call_prepare_stream (self);
  self->awaits_answer = TRUE;
  norpc_dbus_outflow_add (self->object->connection, g_dbus_message_get_body (self->message));
  g_dbus_connection_send_message_with_reply (self->object->connection, self->message, get_send_flags (self),
                                             G_MAXINT, (volatile guint32 *) &self->serial, self->cancellable,
                                             replied_cb, norpc_dbus_call_ref (self));
}
