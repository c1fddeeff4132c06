/* norpc-dbus-object-interfaces.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The interfaces of an object, with the signals and properties that proxies follow. Unless noted otherwise, functions run in
 * the thread of D-Bus endpoints.
 */

#include "core/norpc-info-match-private.h"
#include "norpc-dbus-error-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-object-parts-private.h"
#include "norpc-dbus-thread-private.h"

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
void
norpc_dbus_object_tell_owner (NorpcDBusObject *self,
                              const char      *owner)
{
  g_autoptr (GPtrArray) list = list_interfaces (self);

  for (guint i = 0; i < list->len; i++)
    norpc_dbus_interface_set_owner (list->pdata[i], owner);
}

/* Tells the service about the object, as norpc-dbus-request.c reads it. The error of a message that cannot be sent does not
 * matter: the connection is closed. @replied (nullable) is called once the service has seen it, or has gone.
 */
void
norpc_dbus_object_tell_service (NorpcDBusObject     *self,
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
gboolean
norpc_dbus_object_wants_objects (NorpcDBusObject *self)
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
  if (self->follows || self->service_kind != NORPC_DBUS_SERVICE_NORPC || !norpc_dbus_object_wants_objects (self))
    return;

  self->follows = TRUE;
  norpc_dbus_object_tell_service (self, "Follow", 1, NULL, NULL);
}

/* It is known whether the service has norpc-glib. */
void
norpc_dbus_object_tell_service_kind (NorpcDBusObject *self)
{
  g_autoptr (GPtrArray) list = list_interfaces (self);

  for (guint i = 0; i < list->len; i++)
    norpc_dbus_interface_set_has_norpc (list->pdata[i], self->service_kind == NORPC_DBUS_SERVICE_NORPC);
  follow_object (self);
}

static void
stop_all (NorpcDBusObject *self)
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

  stop_all (self);
  norpc_dbus_object_unref (self);
}

/* The signals that are on their way may have objects, which this process gets nevertheless. */
void
norpc_dbus_object_stop_interfaces (NorpcDBusObject *self)
{
  if (self->follows && !g_atomic_int_get (&self->closed))
    norpc_dbus_object_tell_service (self, "Follow", 0, unfollowed_cb, norpc_dbus_object_ref (self));
  else
    stop_all (self);
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
  if (!self->is_received)
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
      if (object->owner != NULL && !object->is_received && norpc_dbus_interface_sends_objects (addition->iface))
        norpc_dbus_object_ask_service (object);
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

/* Thread-safe. */
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

/* Thread-safe. */
void
norpc_dbus_object_subscribe (NorpcDBusObject *self,
                             NorpcSubscriber *subscriber)
{
  norpc_remote_interface_subscribe (get_remote (self, subscriber), subscriber);
}

/* Thread-safe. */
void
norpc_dbus_object_unsubscribe (NorpcDBusObject *self,
                               NorpcSubscriber *subscriber)
{
  norpc_remote_interface_unsubscribe (get_remote (self, subscriber), subscriber);
}
