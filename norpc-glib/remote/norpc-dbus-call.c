/* norpc-dbus-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One call of an object, until it has completed. */

#include "norpc-dbus-call-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-thread-private.h"
#include "norpc-dbus-unanswered-private.h"

static void
release_slot (NorpcDBusCall *self)
{
  if (self->has_slot)
    norpc_dbus_object_free_slot (self->object);
  self->has_slot = FALSE;
}

void
norpc_dbus_call_unref (gpointer data)
{
  NorpcDBusCall *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->call, norpc_call_unref);
  g_object_unref (self->message);
  g_object_unref (self->cancellable);
  release_slot (self);
  norpc_dbus_object_unref (self->object);
  g_free (self);
}

NorpcDBusCall *
norpc_dbus_call_ref (NorpcDBusCall *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Tells a service that has norpc-glib about a call. The error of a message that cannot be sent does not matter:
 * the connection is closed.
 */
void
norpc_dbus_call_tell_service (NorpcDBusCall *self,
                              const char    *member,
                              GVariant      *args)
{
  g_autoptr (GDBusMessage) message =
    g_dbus_message_new_method_call (self->object->name, self->object->path, NORPC_DBUS_CALLS, member);

  g_dbus_message_set_body (message, args);
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED | G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  norpc_dbus_outflow_send (self->object->connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL);
}

gboolean
norpc_dbus_call_is_waiting (NorpcDBusCall *self)
{
  return self->call != NULL && g_hash_table_contains (self->object->calls, self);
}

/* Tells the service that nobody waits for a call that it has. */
void
norpc_dbus_call_tell_cancelled (NorpcDBusCall *self)
{
  if (self->serial == 0)
    return;

  if (self->opened != NULL)
    norpc_dbus_opened_stream_abandon (self->opened);
  if (self->object->service_kind == NORPC_DBUS_SERVICE_NORPC)
    norpc_dbus_call_tell_service (self, "Cancel", g_variant_new ("(u)", self->serial));
  else if (self->opened != NULL)
    norpc_dbus_opened_stream_close (self->opened);
}

/* The call was cancelled, has timed out, or was completed by a layer. A service that has norpc-glib answers it then; the
 * answer may have been sent before, with objects that this process has from then on.
 */
static void
abandon_dbus_call (gpointer data)
{
  NorpcDBusCall *self = data;
  gboolean is_sent = g_hash_table_contains (self->object->calls, self);
  gboolean awaits_objects = is_sent && self->serial != 0 && self->object->service_kind == NORPC_DBUS_SERVICE_NORPC &&
                            norpc_dbus_message_returns_objects (self->call);

  if (g_queue_remove (&self->object->waiting, self))
    norpc_dbus_call_unref (self);
  if (is_sent)
    norpc_dbus_call_tell_cancelled (self);
  g_clear_pointer (&self->opened, norpc_dbus_opened_stream_end);
  if (!g_hash_table_remove (self->object->calls, self) || !awaits_objects)
    g_clear_pointer (&self->call, norpc_call_unref);
  self->is_abandoned = is_sent && self->awaits_answer && norpc_dbus_object_counts_answers (self->object);
  if (self->is_abandoned)
    norpc_dbus_unanswered_add (self->object->connection, self->object->name);
  else if (!awaits_objects)
    g_cancellable_cancel (self->cancellable);
  self->object->call_ended (self->object);
  norpc_dbus_call_unref (self);
}

/* Runs in the thread that completes the call. The slot of one that is answered is free when its client gets the answer. One
 * that was cancelled has its slot until the thread of D-Bus endpoints knows of it, so that these calls are limited, too.
 */
static void
completed (NorpcCompletionHook *hook,
           NorpcCall           *call)
{
  NorpcDBusCall *self = (NorpcDBusCall *) hook;

  if (call->error != NULL)
    norpc_dbus_object_note_unsent (self->object, call, call->error);

  if (g_atomic_int_get (&self->answered))
    {
      release_slot (self);
      norpc_dbus_call_unref (self);
    }
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
  self->has_slot = TRUE;

  /* The hook has a reference. */
  norpc_dbus_call_ref (self);
  if (norpc_call_add_completion_hook (call, &self->hook, completed))
    return self;

  norpc_dbus_call_unref (self);
  norpc_dbus_call_unref (self);

  return NULL;
}

/* Returns the call (owned), to be answered, or NULL if that was done. */
NorpcCall *
norpc_dbus_call_take (NorpcDBusCall *self)
{
  NorpcCall *call = g_steal_pointer (&self->call);

  g_atomic_int_set (&self->answered, TRUE);
  g_clear_pointer (&self->opened, norpc_dbus_opened_stream_end);
  g_hash_table_remove (self->object->calls, self);

  return call;
}

/* Answers the call, which was not sent, with an error (owned). */
void
norpc_dbus_call_fail_unsent (NorpcDBusCall *self,
                             GError        *error)
{
  norpc_call_mark_rejected (self->call);
  norpc_dbus_call_fail (self, error);
}

/* Completes the call, because there is no service. */
void
norpc_dbus_call_reject (NorpcDBusCall *self,
                        const char    *reason)
{
  NorpcCall *call = norpc_dbus_call_take (self);

  if (call != NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, reason);
  g_cancellable_cancel (self->cancellable);
}

/* Answers the call with an error of GDBus (owned). */
void
norpc_dbus_call_fail (NorpcDBusCall *self,
                      GError        *error)
{
  NorpcCall *call = norpc_dbus_call_take (self);

  if (call == NULL || norpc_dbus_error_is_own (error, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else if (norpc_dbus_error_is_own (error, G_IO_ERROR_CLOSED))
    {
      norpc_call_reject (call, NORPC_ERROR_CLOSED, "failed: the connection is closed");
      g_error_free (error);
    }
  else
    norpc_call_take_error (call, norpc_dbus_error_translate (error));
  g_clear_pointer (&call, norpc_call_unref);
}

NorpcDBusPassage
norpc_dbus_call_begin_passage (NorpcDBusCall *self,
                               const char    *sender)
{
  return norpc_dbus_passage_begin (self->object->passage_funcs, self->object->connection, sender,
                                   self->object->service_kind == NORPC_DBUS_SERVICE_NORPC);
}

/* The bus waits for the answer no more. */
void
norpc_dbus_call_note_answered (NorpcDBusCall *self)
{
  self->awaits_answer = FALSE;
  if (self->is_abandoned)
    norpc_dbus_unanswered_remove (self->object->connection, self->object->name);
  self->is_abandoned = FALSE;
}

/* Gets the number by which notes name the call that follows them. GDBus numbers a message only when it sends it, from 1 on.
 * The upper half of the numbers is for these calls, except the last ones, which proxies of the bus have for themselves.
 */
guint32
norpc_dbus_call_ensure_serial (NorpcDBusCall *self)
{
  static guint32 n; /* in the thread of D-Bus endpoints */

  if (g_dbus_message_get_serial (self->message) == 0)
    g_dbus_message_set_serial (self->message, 0x80000000 | (n++ & 0x3fffffff));

  return g_dbus_message_get_serial (self->message);
}
