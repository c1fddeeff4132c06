/* norpc-dbus-object.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "events/norpc-stream-private.h"
#include "norpc-dbus-call-private.h"
#include "norpc-dbus-closings-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-dbus-opened-stream-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-thread-private.h"

#define CLOSED "was rejected: the connection or the object is closed"
#define RELEASED "was rejected: the last proxy of its object was released"

static void object_invoke (NorpcDBusObject *self,
                           void           (*func) (gpointer self));

static void
clear_object (gpointer data)
{
  NorpcDBusObject *self = data;

  /* Those that were cancelled stay until the next one. */
  g_queue_clear_full (&self->probes, (GDestroyNotify) norpc_call_unref);
  g_ptr_array_unref (self->interfaces);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->streams);
  g_hash_table_unref (self->stream_signals);
  g_mutex_clear (&self->lock);
  g_clear_error (&self->unsent);
  g_free (self->owner);
  g_free (self->path);
  g_free (self->name);
  norpc_dbus_outflow_unuse (self->connection);
  g_object_unref (self->connection);
}

/* Completes the calls that were sent: nobody answers them any more. */
static void
reject_sent (NorpcDBusObject *self,
             const char      *reason)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    g_ptr_array_add (calls, call);
  g_hash_table_steal_all (self->calls);
  for (guint i = 0; i < calls->len; i++)
    {
      norpc_dbus_call_reject (calls->pdata[i], reason);
      norpc_dbus_call_unref (calls->pdata[i]);
    }
}

/* It is known whether the service has norpc-glib. */
static void
service_known (NorpcDBusObject *self)
{
  NorpcDBusCall *call;

  norpc_dbus_object_tell_service_kind (self);
  while ((call = g_queue_pop_head (&self->waiting)) != NULL)
    {
      norpc_dbus_call_send (call);
      norpc_dbus_call_unref (call);
    }
  self->call_ended (self);
}

static void
owner_changed (NorpcDBusObject *self)
{
  /* Calls that were sent to nobody wait for the service that they start. */
  if (self->lost_owner)
    reject_sent (self, "failed: its service has left the bus");
  if (!self->ended)
    norpc_dbus_object_tell_owner (self, self->owner);
  self->follows = FALSE;
  if (!g_queue_is_empty (&self->waiting) || (self->owner != NULL && norpc_dbus_object_wants_objects (self)))
    norpc_dbus_object_ask_service (self);
}

static void
close_object (gpointer data)
{
  NorpcDBusObject *self = data;
  NorpcDBusCall *call;

  reject_sent (self, "failed: the connection or the object is closed");
  while ((call = g_queue_pop_head (&self->waiting)) != NULL)
    {
      norpc_dbus_call_reject (call, CLOSED);
      norpc_dbus_call_unref (call);
    }
  norpc_dbus_object_tell_owner (self, NULL);
  norpc_dbus_object_tell_probes (self);
}

/* The process that has sent the object has closed it. */
static void
closed_by_owner (gpointer data)
{
  NorpcDBusObject *self = data;

  if (g_atomic_int_compare_and_exchange (&self->closed, FALSE, TRUE))
    object_invoke (self, close_object);
}

/* Runs in the context in which the connection was made, or in the thread of D-Bus endpoints. */
static void
connection_closed_cb (GDBusConnection *connection G_GNUC_UNUSED,
                      gboolean         remote G_GNUC_UNUSED,
                      GError          *error G_GNUC_UNUSED,
                      gpointer         user_data)
{
  NorpcDBusObject *self = user_data;

  if (g_atomic_int_compare_and_exchange (&self->closed, FALSE, TRUE))
    object_invoke (self, close_object);
}

static void
object_unref_closure (gpointer  self,
                      GClosure *closure G_GNUC_UNUSED)
{
  norpc_dbus_object_unref (self);
}

static void
start_object (gpointer data)
{
  NorpcDBusObject *self = data;

  self->started = TRUE;
  norpc_dbus_closings_subscribe (self->connection);
  norpc_dbus_object_watch_name_owner (self, owner_changed);
  self->closed_id = g_signal_connect_data (self->connection, "closed", G_CALLBACK (connection_closed_cb),
                                           norpc_dbus_object_ref (self), object_unref_closure, 0);
  if (g_dbus_connection_is_closed (self->connection))
    connection_closed_cb (NULL, FALSE, NULL, self);
}

static void
stop_object (NorpcDBusObject *self)
{
  guint n_received = (guint) g_atomic_int_get (&self->n_received);

  self->started = FALSE;
  norpc_dbus_object_drop_question (self);
  norpc_dbus_object_stop_interfaces (self);
  if (n_received > 0 && self->service_kind == NORPC_DBUS_SERVICE_NORPC && !g_atomic_int_get (&self->closed))
    norpc_dbus_object_tell_service (self, "Release", n_received, NULL, NULL);

  norpc_dbus_opened_stream_stop_all (self);
  g_clear_pointer (&self->name_owner_match, norpc_dbus_match_free);
  g_clear_signal_handler (&self->closed_id, self->connection);
  if (self->is_received)
    norpc_dbus_closings_remove (self->connection, self->name, self->path, self);
}

/* The last call needs to know whether its service is still there. */
static void
stop_if_unused (NorpcDBusObject *self)
{
  if (self->ended && self->started && g_hash_table_size (self->calls) == 0 && g_queue_is_empty (&self->waiting))
    stop_object (self);
}

/* Calls have been sent or have ended. */
static void
call_ended (NorpcDBusObject *self)
{
  norpc_dbus_object_open_barriers (self);
  stop_if_unused (self);
}

static void
end_object (gpointer data)
{
  NorpcDBusObject *self = data;

  self->ended = TRUE;
  norpc_dbus_object_end_waiting (self);
  stop_if_unused (self);
}

/* A function to be called in the thread of D-Bus endpoints. */
typedef struct
{
  NorpcDBusObject *object; /* (owned) */
  void           (*func) (gpointer object);
} Job;

static void
run_object_job (gpointer data)
{
  Job *job = data;

  job->func (job->object);
  call_ended (job->object);
  norpc_dbus_object_unref (job->object);
  g_free (job);
}

static void
object_invoke (NorpcDBusObject *self,
               void           (*func) (gpointer self))
{
  Job *job = g_new (Job, 1);

  *job = (Job) { norpc_dbus_object_ref (self), func };
  norpc_dbus_thread_invoke (run_object_job, job);
}

NorpcDBusObject *
norpc_dbus_object_new (GDBusConnection *connection,
                       const char      *name,
                       const char      *path,
                       guint            capacity,
                       const NorpcDBusPassageFuncs *passage_funcs)
{
  NorpcDBusObject *self = g_atomic_rc_box_new0 (NorpcDBusObject);

  self->clear = clear_object;
  self->connection = g_object_ref (connection);
  norpc_dbus_outflow_use (connection);
  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->capacity = capacity;
  self->passage_funcs = passage_funcs;
  g_mutex_init (&self->lock);
  self->interfaces = g_ptr_array_new_with_free_func (norpc_dbus_interface_unref);
  self->calls = g_hash_table_new_full (NULL, NULL, norpc_dbus_call_unref, NULL);
  self->streams = g_hash_table_new (g_str_hash, g_str_equal);
  self->stream_signals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->call_ended = call_ended;
  self->service_known = service_known;
  object_invoke (self, start_object);

  return self;
}

static void
start_received (gpointer data)
{
  ((NorpcDBusObject *) data)->is_received = TRUE;
}

static void
start_received_of_norpc (gpointer data)
{
  ((NorpcDBusObject *) data)->service_kind = NORPC_DBUS_SERVICE_NORPC;
  start_received (data);
}

/* The object has been in a message of another process, which may be known to have norpc-glib. */
void
norpc_dbus_object_set_received (NorpcDBusObject *self,
                                gboolean         has_norpc)
{
  norpc_dbus_closings_add (self->connection, self->name, self->path, closed_by_owner, norpc_dbus_object_ref (self),
                           norpc_dbus_object_unref);
  object_invoke (self, has_norpc ? start_received_of_norpc : start_received);
}

void
norpc_dbus_object_add_received (NorpcDBusObject *self)
{
  g_atomic_int_inc (&self->n_received);
}

/* The object is that of a client, which need not be trusted. */
void
norpc_dbus_object_set_of_client (NorpcDBusObject *self)
{
  g_atomic_int_set (&self->is_of_client, TRUE);
}

static void
release_object (gpointer data)
{
  NorpcDBusObject *self = data;

  end_object (self);
  norpc_dbus_object_tell_owner (self, NULL);
  norpc_dbus_object_tell_probes (self);
}

/* No more calls are sent to the object, whoever still has its endpoint. */
void
norpc_dbus_object_release (NorpcDBusObject *self)
{
  if (g_atomic_int_compare_and_exchange (&self->released, FALSE, TRUE))
    object_invoke (self, release_object);
}

/* Takes ownership of @self: no more calls are sent to it. */
void
norpc_dbus_object_end (NorpcDBusObject *self)
{
  object_invoke (self, end_object);
  norpc_dbus_object_unref (self);
}

static void
send_or_wait (gpointer data)
{
  NorpcDBusCall *call = data;
  NorpcDBusObject *object = call->object;

  if (g_atomic_int_get (&object->closed))
    {
      norpc_dbus_call_reject (call, CLOSED);
    }
  else if (object->ended)
    {
      /* Another thread released the object while this call was made. */
      norpc_dbus_call_reject (call, RELEASED);
    }
  else if (object->service_kind == NORPC_DBUS_SERVICE_UNKNOWN || object->service_kind == NORPC_DBUS_SERVICE_ASKED)
    {
      g_queue_push_tail (&object->waiting, call);
      norpc_dbus_object_ask_service (object);
      return;
    }
  else
    {
      norpc_dbus_call_send (call);
    }
  norpc_dbus_call_unref (call);
}

/* A call of the library itself, such as a probe, which has no description. */
static gboolean
answer_own_call (NorpcCall *call)
{
  if (call->interface_info->get_type != g_object_get_type)
    return FALSE;

  if (call->n_args == 0 && call->n_results == 0)
    norpc_call_return_values (call, 0, NULL);
  else
    norpc_call_reject (call, NORPC_ERROR_NOT_IMPLEMENTED, "cannot leave the process");
  norpc_call_unref (call);

  return TRUE;
}

/* Takes ownership of @call, which is not sent. */
static void
reject_unsent (NorpcDBusObject *self,
               NorpcCall       *call,
               NorpcError       code,
               const char      *reason)
{
  g_autoptr (GError) error = g_error_new (NORPC_ERROR, (int) code, "%s.%s %s", norpc_call_get_interface_name (call),
                                          norpc_call_get_method_name (call), reason);

  norpc_dbus_object_note_unsent (self, call, error);
  norpc_call_reject_owned (call, code, reason);
}

/* Takes ownership of @call. */
void
norpc_dbus_object_send (NorpcDBusObject *self,
                        NorpcCall       *call)
{
  g_autoptr (GDBusMessage) message = NULL;
  NorpcDBusCall *sent;
  GError *error = NULL;

  if (norpc_dbus_object_is_disconnected (self))
    {
      reject_unsent (self, call, NORPC_ERROR_CLOSED, g_atomic_int_get (&self->released) ? RELEASED : CLOSED);
      return;
    }
  if (answer_own_call (call))
    return;

  message = norpc_dbus_message_new_call (call, self->connection, self->name, self->path, &error);
  if (message == NULL)
    {
      norpc_dbus_object_note_unsent (self, call, error);
      norpc_call_fail (call, error);
      return;
    }
  if (!norpc_dbus_object_take_slot (self))
    {
      reject_unsent (self, call, NORPC_ERROR_BUSY, "was rejected: too many calls wait for their replies");
      return;
    }

  norpc_stream_drop_elsewhere (call);
  sent = norpc_dbus_call_new (self, call, g_steal_pointer (&message));
  if (sent != NULL)
    norpc_dbus_thread_invoke (send_or_wait, sent);
}
