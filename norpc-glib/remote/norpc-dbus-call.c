/* norpc-dbus-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One call on its way to another process. */

#include "call/norpc-trace-context.h"
#include "core/norpc-clock-private.h"
#include "norpc-dbus-disconnection-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-dbus-object-parts-private.h"
#include "norpc-dbus-opened-stream-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-thread-private.h"
#include "norpc-dbus-unanswered-private.h"

static void
call_unref (NorpcDBusCall *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->call, norpc_call_unref);
  g_object_unref (self->message);
  g_object_unref (self->cancellable);
  norpc_dbus_object_free_slot (self->object);
  norpc_dbus_object_unref (self->object);
  g_free (self);
}

void
norpc_dbus_call_unref (gpointer self)
{
  call_unref (self);
}

static NorpcDBusCall *
call_ref (NorpcDBusCall *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Tells a peer that has norpc-glib about a call. The error of a message that cannot be sent does not matter:
 * the connection is closed.
 */
static void
tell_peer (NorpcDBusCall *self,
           const char    *member,
           GVariant      *args)
{
  g_autoptr (GDBusMessage) message =
    g_dbus_message_new_method_call (self->object->name, self->object->path, NORPC_DBUS_CALLS, member);

  g_dbus_message_set_body (message, args);
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED | G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  norpc_dbus_outflow_send (self->object->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL);
}

static gboolean
is_waiting (NorpcDBusCall *self)
{
  return self->call != NULL && g_hash_table_contains (self->object->calls, self);
}

/* Tells the service that nobody waits for a call that it has. */
static void
tell_cancelled (NorpcDBusCall *self)
{
  if (self->serial == 0)
    return;

  if (self->opened != NULL)
    norpc_dbus_opened_stream_abandon (self->opened);
  if (self->object->peer == NORPC_DBUS_PEER_NORPC)
    tell_peer (self, "Cancel", g_variant_new ("(u)", self->serial));
  else if (self->opened != NULL)
    norpc_dbus_opened_stream_close (self->opened);
}

/* The call was cancelled, has timed out, or was completed by a layer. A peer that has norpc-glib answers it then; the
 * answer may have been sent before, with objects that this process has from then on.
 */
static void
abandon_dbus_call (gpointer data)
{
  NorpcDBusCall *self = data;
  gboolean is_sent = g_hash_table_contains (self->object->calls, self);
  gboolean awaits_objects = is_sent && self->serial != 0 && self->object->peer == NORPC_DBUS_PEER_NORPC &&
                            norpc_dbus_message_returns_objects (self->call);

  if (g_queue_remove (&self->object->waiting, self))
    call_unref (self);
  if (is_sent)
    tell_cancelled (self);
  g_clear_pointer (&self->opened, norpc_dbus_opened_stream_end);
  if (!g_hash_table_remove (self->object->calls, self) || !awaits_objects)
    g_clear_pointer (&self->call, norpc_call_unref);
  self->is_abandoned = is_sent && self->awaits_answer && norpc_dbus_object_counts_answers (self->object);
  if (self->is_abandoned)
    norpc_dbus_unanswered_add (self->object->connection, self->object->name);
  else if (!awaits_objects)
    g_cancellable_cancel (self->cancellable);
  self->object->call_ended (self->object);
  call_unref (self);
}

/* Runs in the thread that completes the call. */
static void
completed (NorpcCompletionHook *hook,
           NorpcCall           *call G_GNUC_UNUSED)
{
  NorpcDBusCall *self = (NorpcDBusCall *) hook;

  if (g_atomic_int_get (&self->answered))
    call_unref (self);
  else
    norpc_dbus_thread_invoke (abandon_dbus_call, self);
}

/* Called in the thread that sends @call (owned). Takes ownership of @message. Returns NULL if the call has
 * completed already.
 */
NorpcDBusCall *
norpc_dbus_call_new (NorpcDBusObject *object,
                     NorpcCall       *call,
                     GDBusMessage    *message)
{
  NorpcDBusCall *self = g_new0 (NorpcDBusCall, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->object = norpc_dbus_object_ref (object);
  self->call = call;
  self->message = message;
  self->cancellable = g_cancellable_new ();

  /* The hook has a reference. */
  call_ref (self);
  if (norpc_call_add_completion_hook (call, &self->hook, completed))
    return self;

  call_unref (self);
  call_unref (self);

  return NULL;
}

/* Returns the call (owned), to be answered, or NULL if that was done. */
static NorpcCall *
take_dbus_call (NorpcDBusCall *self)
{
  NorpcCall *call = g_steal_pointer (&self->call);

  g_atomic_int_set (&self->answered, TRUE);
  g_clear_pointer (&self->opened, norpc_dbus_opened_stream_end);
  g_hash_table_remove (self->object->calls, self);

  return call;
}

/* Completes the call, because there is no service. */
void
norpc_dbus_call_reject (NorpcDBusCall *self,
                        const char    *reason)
{
  NorpcCall *call = take_dbus_call (self);

  if (call != NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, reason);
  g_cancellable_cancel (self->cancellable);
}

/* Answers the call with an error of GDBus (owned). */
static void
fail (NorpcDBusCall *self,
      GError        *error)
{
  NorpcCall *call = take_dbus_call (self);

  if (call == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    {
      norpc_call_reject (call, NORPC_ERROR_CLOSED, "failed: the connection is closed");
      g_error_free (error);
    }
  else
    norpc_call_take_error (call, norpc_dbus_error_translate (error));
  g_clear_pointer (&call, norpc_call_unref);
}

static NorpcDBusInterface *
find_interface (NorpcDBusObject *object,
                const char      *name)
{
  NorpcDBusInterface *found = NULL;

  g_mutex_lock (&object->lock);
  for (guint i = 0; found == NULL && i < object->interfaces->len; i++)
    if (g_str_equal (norpc_dbus_interface_get_info (object->interfaces->pdata[i])->dbus.name, name))
      found = norpc_dbus_interface_ref (object->interfaces->pdata[i]);
  g_mutex_unlock (&object->lock);

  return found;
}

/* Takes ownership of @call. */
static void
answer_all (NorpcDBusObject *object,
            NorpcCall       *call,
            GDBusMessage    *reply)
{
  GVariant *body = g_dbus_message_get_body (reply);
  NorpcDBusInterface *iface = find_interface (object, norpc_call_get_interface_name (call));
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

static NorpcDBusPassage
begin_passage (NorpcDBusCall *self,
               const char    *sender)
{
  return norpc_dbus_passage_begin (self->object->passage_funcs, self->object->connection, sender,
                                   self->object->peer == NORPC_DBUS_PEER_NORPC);
}

/* The bus waits for the answer no more. */
static void
note_answered (NorpcDBusCall *self)
{
  self->awaits_answer = FALSE;
  if (self->is_abandoned)
    norpc_dbus_unanswered_remove (self->object->connection, self->object->name);
  self->is_abandoned = FALSE;
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
  NorpcDBusPassage passage = begin_passage (self, self->object->owner);

  note_answered (self);
  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  if (reply == NULL)
    {
      fail (self, error);
    }
  else if (!is_waiting (self) && self->call != NULL)
    {
      norpc_dbus_message_discard_set (self->call, &passage, value);
    }
  else if (self->call != NULL)
    {
      NorpcCall *call = take_dbus_call (self);

      norpc_dbus_message_answer_read_back (call, &passage, value);
      norpc_call_unref (call);
    }
  self->object->call_ended (self->object);
  call_unref (self);
}

/* An export tells of a change before it replies to the call that has made it, so the value that it has told last is
 * that of the property. The proxy shows it before what the service sends later.
 */
static gboolean
get_told (NorpcDBusCall *self,
          GValue        *value)
{
  NorpcDBusInterface *iface = self->object->peer == NORPC_DBUS_PEER_NORPC
                                ? find_interface (self->object, norpc_call_get_interface_name (self->call)) : NULL;
  gboolean told = iface != NULL && norpc_dbus_interface_get_told (iface, self->call, value);

  g_clear_pointer (&iface, norpc_dbus_interface_unref);

  return told;
}

static void
read_back (NorpcDBusCall *self)
{
  self->awaits_answer = TRUE;
  g_dbus_connection_call (self->object->connection, self->object->name, self->object->path, NORPC_DBUS_PROPERTIES,
                          "Get", g_variant_new ("(ss)", norpc_call_get_interface_name (self->call),
                                                norpc_dbus_message_get_property (self->call)),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable,
                          read_back_cb, call_ref (self));
}

/* The service has set a property. The answer has the value that it now has, which may be another one. */
static void
finish_set (NorpcDBusCall *self)
{
  gboolean returns_value = norpc_dbus_message_returns_value (self->call);
  g_auto (GValue) value = G_VALUE_INIT;
  NorpcCall *call;

  if (returns_value && !get_told (self, &value))
    {
      read_back (self);
      return;
    }

  call = take_dbus_call (self);
  norpc_dbus_message_answer_set (call, returns_value ? &value : NULL);
  norpc_call_unref (call);
}

/* The outcome of a stream. Takes ownership of @error. */
static void
end_stream (gpointer  user_data,
            GVariant *results,
            GError   *error,
            gboolean  is_wrong)
{
  NorpcDBusCall *self = call_ref (user_data);
  NorpcDBusPassage passage = begin_passage (self, self->object->owner);
  NorpcCall *call;

  if (is_wrong)
    tell_cancelled (self);
  call = take_dbus_call (self);
  if (call != NULL && error != NULL)
    norpc_call_take_error (call, g_steal_pointer (&error));
  else if (call != NULL)
    norpc_dbus_message_answer_results (call, &passage, results, NULL);
  g_clear_error (&error);
  g_clear_pointer (&call, norpc_call_unref);
  self->object->call_ended (self->object);
  call_unref (self);
}

/* The service has opened a stream. */
static void
open_stream_from_reply (NorpcDBusCall *self,
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
      open_stream_from_reply (self, reply);
    }
  else if (kind == NORPC_DBUS_SET && succeeded)
    {
      finish_set (self);
    }
  else if (kind == NORPC_DBUS_GET_ALL && succeeded)
    {
      answer_all (self->object, take_dbus_call (self), reply);
    }
  else
    {
      NorpcDBusPassage passage = begin_passage (self, g_dbus_message_get_sender (reply));
      NorpcCall *call = take_dbus_call (self);

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
  NorpcDBusPassage passage = begin_passage (self, g_dbus_message_get_sender (reply));

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

  note_answered (self);
  if (reply == NULL)
    norpc_dbus_disconnection_check (self->object->connection);
  if (reply == NULL)
    fail (self, error);
  else if (is_waiting (self))
    answer_from_reply (self, reply);
  else if (self->call != NULL)
    discard_reply (self, reply);
  self->object->call_ended (self->object);
  call_unref (self);
}

/* Gets the number by which notes name the call that follows them. GDBus numbers a message only when it sends it, from 1 on.
 * The upper half of the numbers is for these calls, except the last ones, which proxies of the bus have for themselves.
 */
static guint32
ensure_serial (NorpcDBusCall *self)
{
  static guint32 n; /* in the thread of D-Bus endpoints */

  if (g_dbus_message_get_serial (self->message) == 0)
    g_dbus_message_set_serial (self->message, 0x80000000 | (n++ & 0x3fffffff));

  return g_dbus_message_get_serial (self->message);
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
      fail (self, error);
      return;
    }

  call = take_dbus_call (self);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
}

/* Tells the peer how much time is left, if it is one that understands. */
static void
send_deadline (NorpcDBusCall *self)
{
  gint64 left = (self->call->deadline - norpc_clock_now ()) / G_TIME_SPAN_MILLISECOND;

  if (self->call->deadline != 0 && self->object->peer == NORPC_DBUS_PEER_NORPC)
    tell_peer (self, "Limit", g_variant_new ("(uu)", ensure_serial (self), (guint32) CLAMP (left, 1, G_MAXINT32)));
}

/* Tells the peer which trace the call belongs to, if it is one that understands. */
static void
send_trace (NorpcDBusCall *self)
{
  g_autofree char *trace_parent = norpc_call_dup_trace_parent (self->call);
  g_autofree char *trace_state = norpc_call_dup_trace_state (self->call);

  if (trace_parent != NULL && self->object->peer == NORPC_DBUS_PEER_NORPC)
    tell_peer (self, "Trace", g_variant_new ("(uss)", ensure_serial (self), trace_parent,
                                             trace_state != NULL ? trace_state : ""));
}

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
  call_unref (self);
}

/* Gives the first credit for the items of a stream, so that none of them waits while other signals do not. */
static void
prepare_stream (NorpcDBusCall *self)
{
  norpc_dbus_opened_stream_prepare (self->object, self->call);
  self->sent_credit = self->object->peer == NORPC_DBUS_PEER_NORPC;
  if (self->sent_credit)
    g_dbus_connection_call (self->object->connection, self->object->name, self->object->path, NORPC_DBUS_CALLS,
                            "Credit",
                            g_variant_new ("(uu)", ensure_serial (self),
                                           (guint32) norpc_dbus_opened_stream_get_first_credit (self->call)),
                            NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, credit_noted_cb, call_ref (self));
}

/* Only the process that has the name now may call the objects in the message. Returns FALSE if the call has failed. */
static gboolean
complete_message (NorpcDBusCall *self)
{
  NorpcDBusPassage passage = begin_passage (self, self->object->owner);
  GError *error = NULL;

  if (self->object->owner == NULL)
    {
      norpc_dbus_call_reject (self, "failed: its service is not there");
      return FALSE;
    }
  if (norpc_dbus_message_complete (self->message, self->call, &passage, &error))
    return TRUE;

  if (g_dbus_connection_is_closed (self->object->connection))
    {
      g_error_free (error);
      norpc_dbus_call_reject (self, "failed: the connection is closed");
      return FALSE;
    }
  fail (self, error);

  return FALSE;
}

/* Returns FALSE if the call has failed, because its process does not answer. */
static gboolean
check_answers (NorpcDBusCall *self)
{
  if (!norpc_dbus_object_counts_answers (self->object) ||
      !norpc_dbus_unanswered_is_full (self->object->connection, self->object->name))
    return TRUE;

  fail (self, g_error_new (NORPC_ERROR, NORPC_ERROR_TIMED_OUT,
                           "%s.%s was rejected: too many calls of the objects of %s or of others have no answer",
                           norpc_call_get_interface_name (self->call), norpc_call_get_method_name (self->call),
                           self->object->name));

  return FALSE;
}

/* Returns FALSE if the call has failed, because the other side of the connection does not read. */
static gboolean
check_outflow (NorpcDBusCall *self)
{
  if (!norpc_dbus_outflow_is_excessive (self->object->connection))
    return TRUE;

  fail (self, g_error_new (NORPC_ERROR, NORPC_ERROR_BUSY,
                           "%s.%s was rejected: the other side of the connection has not read the calls before it",
                           norpc_call_get_interface_name (self->call), norpc_call_get_method_name (self->call)));

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

  g_hash_table_add (self->object->calls, call_ref (self));
  send_trace (self);
  if (one_way)
    {
      send_one_way (self);
      return;
    }

  send_deadline (self);
  if (norpc_method_info_is_stream (norpc_call_get_method_info (self->call)))
    prepare_stream (self);
  self->awaits_answer = TRUE;
  norpc_dbus_outflow_add (self->object->connection, g_dbus_message_get_body (self->message));
  g_dbus_connection_send_message_with_reply (self->object->connection, self->message, get_send_flags (self),
                                             G_MAXINT, (volatile guint32 *) &self->serial, self->cancellable,
                                             replied_cb, call_ref (self));
}
