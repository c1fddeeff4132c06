/* norpc-dbus-object.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-info-match-private.h"
#include "events/norpc-stream-private.h"
#include "norpc-dbus-call-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-message-private.h"
#include "norpc-dbus-opened-stream-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-thread-private.h"

#define CLOSED "was rejected: the connection or the object is closed"

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
  g_free (self->owner);
  g_free (self->path);
  g_free (self->name);
  norpc_dbus_outflow_unuse (self->connection);
  g_object_unref (self->connection);
}

/* Returns the interfaces (owned), to be used without the lock. */
static GPtrArray *
list_interfaces (NorpcDBusObject *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (norpc_dbus_interface_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->interfaces->len; i++)
    g_ptr_array_add (list, norpc_dbus_interface_ref (self->interfaces->pdata[i]));
  g_mutex_unlock (&self->lock);

  return list;
}

/* Tells the proxies whether there is a service. */
static void
tell_owner (NorpcDBusObject *self,
            const char      *owner)
{
  g_autoptr (GPtrArray) list = list_interfaces (self);

  for (guint i = 0; i < list->len; i++)
    norpc_dbus_interface_set_owner (list->pdata[i], owner);
}

/* Tells the service about the object, as norpc-dbus-request.c reads it. The error of a message that cannot be sent does not
 * matter: the connection is closed. @replied (nullable) is called once the service has seen it, or has gone.
 */
static void
tell_service (NorpcDBusObject     *self,
              const char          *member,
              guint                number,
              GAsyncReadyCallback  replied,
              gpointer             data)
{
  g_dbus_connection_call (self->connection, self->name, self->path, NORPC_DBUS_CALLS, member,
                          g_variant_new ("(u)", number), NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, replied,
                          data);
}

/* Returns TRUE if an interface has signals that are sent only to those who follow the object. */
static gboolean
wants_objects (NorpcDBusObject *self)
{
  g_autoptr (GPtrArray) list = list_interfaces (self);

  for (guint i = 0; i < list->len; i++)
    if (norpc_dbus_interface_sends_objects (list->pdata[i]))
      return TRUE;

  return FALSE;
}

static void
follow_object (NorpcDBusObject *self)
{
  if (self->follows || self->service_kind != NORPC_DBUS_SERVICE_NORPC || !wants_objects (self))
    return;

  self->follows = TRUE;
  tell_service (self, "Follow", 1, NULL, NULL);
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
  g_autoptr (GPtrArray) list = list_interfaces (self);
  NorpcDBusCall *call;

  for (guint i = 0; i < list->len; i++)
    norpc_dbus_interface_set_has_norpc (list->pdata[i], self->service_kind == NORPC_DBUS_SERVICE_NORPC);
  follow_object (self);

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
  tell_owner (self, self->owner);
  self->follows = FALSE;
  if (!g_queue_is_empty (&self->waiting) || (self->owner != NULL && wants_objects (self)))
    norpc_dbus_object_ask_service (self, service_known);
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
  tell_owner (self, NULL);
  norpc_dbus_object_tell_probes (self);
}

/* The process that has sent the object has closed it. Any process on the bus can send signals to this one. */
static void
closing_cb (GDBusConnection *connection G_GNUC_UNUSED,
            const char      *sender,
            const char      *path G_GNUC_UNUSED,
            const char      *interface_name G_GNUC_UNUSED,
            const char      *member G_GNUC_UNUSED,
            GVariant        *args G_GNUC_UNUSED,
            gpointer         user_data)
{
  NorpcDBusObject *self = user_data;

  if ((self->name == NULL || g_strcmp0 (sender, self->name) == 0) &&
      g_atomic_int_compare_and_exchange (&self->closed, FALSE, TRUE))
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
  norpc_dbus_object_watch_name_owner (self, owner_changed);
  self->closed_id = g_signal_connect_data (self->connection, "closed", G_CALLBACK (connection_closed_cb),
                                           norpc_dbus_object_ref (self), object_unref_closure, 0);
  if (g_dbus_connection_is_closed (self->connection))
    connection_closed_cb (NULL, FALSE, NULL, self);
}

static void
stop_interfaces (NorpcDBusObject *self)
{
  g_autoptr (GPtrArray) list = list_interfaces (self);

  for (guint i = 0; i < list->len; i++)
    norpc_dbus_interface_stop (list->pdata[i]);
}

static void
unfollowed_cb (GObject      *connection,
               GAsyncResult *result,
               gpointer      user_data)
{
  NorpcDBusObject *self = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);

  stop_interfaces (self);
  norpc_dbus_object_unref (self);
}

/* The signals that are on their way may have objects, which this process gets nevertheless. */
static void
stop_object (NorpcDBusObject *self)
{
  guint n_received = (guint) g_atomic_int_get (&self->n_received);

  self->started = FALSE;
  norpc_dbus_object_drop_question (self);
  if (self->follows && !g_atomic_int_get (&self->closed))
    tell_service (self, "Follow", 0, unfollowed_cb, norpc_dbus_object_ref (self));
  else
    stop_interfaces (self);
  if (n_received > 0 && self->service_kind == NORPC_DBUS_SERVICE_NORPC && !g_atomic_int_get (&self->closed))
    tell_service (self, "Release", n_received, NULL, NULL);

  norpc_dbus_opened_stream_stop_all (self);
  g_clear_pointer (&self->name_owner_match, norpc_dbus_match_free);
  g_clear_signal_handler (&self->closed_id, self->connection);
  if (self->closing_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->closing_id);
  self->closing_id = 0;
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
  object_invoke (self, start_object);

  return self;
}

/* The process that has sent an object tells only those that have it that it closes it, so that the bus need not know of
 * this.
 */
static void
start_received (gpointer data)
{
  NorpcDBusObject *self = data;

  self->closing_id = g_dbus_connection_signal_subscribe (self->connection, NULL, NORPC_DBUS_CALLS, "Closed", self->path,
                                                         NULL, G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, closing_cb,
                                                         norpc_dbus_object_ref (self), norpc_dbus_object_unref);
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
  object_invoke (self, has_norpc ? start_received_of_norpc : start_received);
}

void
norpc_dbus_object_add_received (NorpcDBusObject *self)
{
  g_atomic_int_inc (&self->n_received);
}

/* Takes ownership of @self: no more calls are sent to it. */
void
norpc_dbus_object_end (NorpcDBusObject *self)
{
  object_invoke (self, end_object);
  norpc_dbus_object_unref (self);
}

/* A call may start the service nevertheless. */
gboolean
norpc_dbus_object_is_closed (NorpcDBusObject *self)
{
  return g_atomic_int_get (&self->is_absent) || norpc_dbus_object_is_disconnected (self);
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
  else if (object->service_kind == NORPC_DBUS_SERVICE_UNKNOWN || object->service_kind == NORPC_DBUS_SERVICE_ASKED)
    {
      g_queue_push_tail (&object->waiting, call);
      norpc_dbus_object_ask_service (object, service_known);
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
      norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, CLOSED);
      return;
    }
  if (answer_own_call (call))
    return;

  message = norpc_dbus_message_new_call (call, self->connection, self->name, self->path, &error);
  if (message == NULL)
    {
      norpc_call_fail (call, error);
      return;
    }
  if (!norpc_dbus_object_take_slot (self))
    {
      norpc_call_reject_owned (call, NORPC_ERROR_BUSY, "was rejected: too many calls wait for their replies");
      return;
    }

  norpc_stream_drop_elsewhere (call);
  sent = norpc_dbus_call_new (self, call, g_steal_pointer (&message));
  if (sent != NULL)
    norpc_dbus_thread_invoke (send_or_wait, sent);
}

/* An interface that was added. */
typedef struct
{
  NorpcDBusObject    *object; /* (owned) */
  NorpcDBusInterface *iface;  /* (owned) */
} Addition;

static NorpcDBusMatchScope
get_scope (NorpcDBusObject *self)
{
  if (self->closing_id == 0)
    return NORPC_DBUS_MATCH_SIGNAL;

  return self->service_kind == NORPC_DBUS_SERVICE_NORPC ? NORPC_DBUS_MATCH_NOTHING : NORPC_DBUS_MATCH_SENDER;
}

static void
start_interface (gpointer data)
{
  Addition *addition = data;

  NorpcDBusObject *object = addition->object;

  if (object->started)
    {
      norpc_dbus_interface_start (addition->iface, get_scope (object));
      if (object->owner != NULL || norpc_dbus_object_is_closed (object))
        norpc_dbus_interface_set_owner (addition->iface, g_atomic_int_get (&object->closed) ? NULL : object->owner);
      norpc_dbus_interface_set_has_norpc (addition->iface, object->service_kind == NORPC_DBUS_SERVICE_NORPC);
      follow_object (object);
      if (object->owner != NULL && object->closing_id == 0 && norpc_dbus_interface_sends_objects (addition->iface))
        norpc_dbus_object_ask_service (object, service_known);
    }
  norpc_dbus_interface_unref (addition->iface);
  norpc_dbus_object_unref (addition->object);
  g_free (addition);
}

/* Called with the lock held. Returns the interface (unowned) that matches @info; there is one for all
 * descriptions of the same interface.
 */
static NorpcDBusInterface *
ensure_interface_locked (NorpcDBusObject          *self,
                         const NorpcInterfaceInfo *info)
{
  NorpcDBusInterface *iface;
  Addition *addition;

  for (guint i = 0; i < self->interfaces->len; i++)
    if (norpc_interface_infos_match (norpc_dbus_interface_get_info (self->interfaces->pdata[i]), info))
      return self->interfaces->pdata[i];

  iface = norpc_dbus_interface_new (self->connection, self->name, self->path, info, self->passage_funcs);
  norpc_dbus_error_register (info);

  /* No proxy notifies of a service that was there before it. No other thread has the interface yet. */
  if (!norpc_dbus_object_is_closed (self))
    norpc_dbus_interface_presume_owner (iface);
  g_ptr_array_add (self->interfaces, iface);
  addition = g_new (Addition, 1);
  *addition = (Addition) { norpc_dbus_object_ref (self), norpc_dbus_interface_ref (iface) };
  norpc_dbus_thread_invoke (start_interface, addition);

  return iface;
}

static NorpcRemoteInterface *
get_remote (NorpcDBusObject *self,
            NorpcSubscriber *subscriber)
{
  const NorpcInterfaceInfo *info = norpc_subscriber_get_interface_info (subscriber);
  NorpcRemoteInterface *remote;

  g_mutex_lock (&self->lock);
  remote = norpc_dbus_interface_get_remote (ensure_interface_locked (self, info));
  g_mutex_unlock (&self->lock);

  return remote;
}

void
norpc_dbus_object_subscribe (NorpcDBusObject *self,
                             NorpcSubscriber *subscriber)
{
  norpc_remote_interface_subscribe (get_remote (self, subscriber), subscriber);
}

void
norpc_dbus_object_unsubscribe (NorpcDBusObject *self,
                               NorpcSubscriber *subscriber)
{
  norpc_remote_interface_unsubscribe (get_remote (self, subscriber), subscriber);
}
