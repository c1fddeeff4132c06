/* norpc-dbus-name-owner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which process serves an object, and whether it has norpc-glib. */

#include <string.h>

#include "norpc-dbus-info-private.h"
#include "norpc-dbus-match-private.h"
#include "norpc-dbus-object-parts-private.h"

/* How long a service may take to describe itself, in milliseconds. A call waits no longer than this for it, besides the time
 * that the bus needs to start it.
 */
#define QUESTION_TIMEOUT 2000

/* The data of a request, or of the subscription to changes of the owner. */
typedef struct
{
  NorpcDBusObject *object; /* (owned) */
  void           (*func) (NorpcDBusObject *object);
  guint            n_owners; /* when the request was sent */
} Watch;

static Watch *
watch_new (NorpcDBusObject *object,
           void           (*func) (NorpcDBusObject *object))
{
  Watch *self = g_new (Watch, 1);

  *self = (Watch) { norpc_dbus_object_ref (object), func, object->n_owners };

  return self;
}

static void
watch_free (gpointer data)
{
  Watch *self = data;

  norpc_dbus_object_unref (self->object);
  g_free (self);
}

/* The answer about the service is there, or does not matter any more. */
static void
end_question (NorpcDBusObject *self)
{
  if (self->question_timer != NULL)
    g_source_destroy (self->question_timer);
  g_clear_pointer (&self->question_timer, g_source_unref);
  g_clear_object (&self->question);
}

/* Nothing needs the answer about the service any more, which may never come. */
void
norpc_dbus_object_drop_question (NorpcDBusObject *self)
{
  if (self->question != NULL)
    g_cancellable_cancel (self->question);
  end_question (self);
}

/* Runs in the thread of D-Bus endpoints. */
static gboolean
question_expired_cb (gpointer question)
{
  g_cancellable_cancel (question);

  return G_SOURCE_REMOVE;
}

/* There is a process that can answer. */
static void
limit_question (NorpcDBusObject *self)
{
  self->question_timer = g_timeout_source_new (QUESTION_TIMEOUT);
  g_source_set_static_name (self->question_timer, "norpc D-Bus service");
  g_source_set_callback (self->question_timer, question_expired_cb, g_object_ref (self->question), g_object_unref);
  g_source_attach (self->question_timer, g_main_context_get_thread_default ());
}

/* @owner is empty if there is none. */
static void
set_owner (Watch      *watch,
           const char *owner)
{
  NorpcDBusObject *object = watch->object;

  if (g_strcmp0 (object->owner, *owner != '\0' ? owner : NULL) == 0)
    return;

  /* A question that was sent to no owner is answered by the next one. */
  if (object->owner != NULL || object->service_kind != NORPC_DBUS_SERVICE_ASKED)
    {
      object->service_kind = NORPC_DBUS_SERVICE_UNKNOWN;
      object->n_owners++;
      norpc_dbus_object_drop_question (object);
    }
  object->lost_owner = object->owner != NULL;
  g_free (object->owner);
  object->owner = *owner != '\0' ? g_strdup (owner) : NULL;
  g_atomic_int_set (&object->is_absent, object->owner == NULL);
  if (object->question != NULL)
    limit_question (object);
  watch->func (object);
}

static void
owner_changed_cb (GDBusConnection *connection G_GNUC_UNUSED,
                  const char      *sender,
                  const char      *path G_GNUC_UNUSED,
                  const char      *interface_name G_GNUC_UNUSED,
                  const char      *member G_GNUC_UNUSED,
                  GVariant        *args,
                  gpointer         user_data)
{
  const char *name;
  const char *owner;

  if (!g_variant_is_of_type (args, G_VARIANT_TYPE ("(sss)")))
    return;
  g_variant_get (args, "(&s&s&s)", &name, NULL, &owner);
  if (g_strcmp0 (sender, "org.freedesktop.DBus") == 0 && g_strcmp0 (name, ((Watch *) user_data)->object->name) == 0)
    set_owner (user_data, owner);
}

/* A change that arrives before this reply is older than it. */
static void
got_owner_cb (GObject      *connection,
              GAsyncResult *result,
              gpointer      user_data)
{
  Watch *watch = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);
  const char *owner = "";

  if (reply != NULL)
    g_variant_get (reply, "(&s)", &owner);
  g_atomic_int_set (&watch->object->is_absent, *owner == '\0');
  if (watch->object->name_owner_match != NULL && *owner == '\0' && watch->object->owner == NULL)
    {
      watch->object->lost_owner = FALSE;
      watch->func (watch->object);
    }
  else if (watch->object->name_owner_match != NULL)
    {
      set_owner (watch, owner);
    }
  watch_free (watch);
}

/* Calls @changed whenever there is another owner of the name, or none. The peer of a connection without a bus is
 * there until the connection is closed.
 */
void
norpc_dbus_object_watch_name_owner (NorpcDBusObject *self,
                                    void           (*changed) (NorpcDBusObject *self))
{
  if (self->name == NULL)
    {
      self->owner = g_strdup ("");
      return;
    }

  /* A unique name is always that of the same process. */
  if (g_dbus_is_unique_name (self->name))
    self->owner = g_strdup (self->name);
  self->name_owner_match = norpc_dbus_match_new (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                 "org.freedesktop.DBus", "NameOwnerChanged", self->name,
                                                 NORPC_DBUS_MATCH_SIGNAL, owner_changed_cb, watch_new (self, changed),
                                                 watch_free);
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "GetNameOwner", g_variant_new ("(s)", self->name), G_VARIANT_TYPE ("(s)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, got_owner_cb, watch_new (self, changed));
}

static void
introspected_cb (GObject      *connection,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Watch *watch = user_data;
  NorpcDBusObject *object = watch->object;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);
  const char *xml = "";

  if (reply != NULL)
    g_variant_get (reply, "(&s)", &xml);
  if (object->service_kind == NORPC_DBUS_SERVICE_ASKED && object->n_owners == watch->n_owners)
    {
      end_question (object);
      object->service_kind = strstr (xml, "\"" NORPC_DBUS_CALLS_ANNOTATION "\"") != NULL
                               ? NORPC_DBUS_SERVICE_NORPC : NORPC_DBUS_SERVICE_PLAIN;
      watch->func (object);
    }
  watch_free (watch);
}

/* Has the object called back once it is known whether the service has norpc-glib. The question is a plain one of D-Bus, so that
 * other services see nothing that they do not know.
 */
void
norpc_dbus_object_ask_service (NorpcDBusObject *self)
{
  if (self->service_kind != NORPC_DBUS_SERVICE_UNKNOWN)
    return;

  self->service_kind = NORPC_DBUS_SERVICE_ASKED;
  self->question = g_cancellable_new ();
  if (self->owner != NULL)
    limit_question (self);
  g_dbus_connection_call (self->connection, self->name, self->path, NORPC_DBUS_INTROSPECTABLE, "Introspect", NULL,
                          G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->question, introspected_cb,
                          watch_new (self, self->service_known));
}

/* Thread-safe. A call may start the service nevertheless. */
gboolean
norpc_dbus_object_is_closed (NorpcDBusObject *self)
{
  return g_atomic_int_get (&self->is_absent) || norpc_dbus_object_is_disconnected (self);
}
