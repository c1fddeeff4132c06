/* norpc-dbus-interface.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "events/norpc-property-access-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-match-private.h"
#include "norpc-remote-interface-private.h"

/* Unless noted otherwise, fields are accessed in the thread of D-Bus endpoints. */
struct _NorpcDBusInterface
{
  gatomicrefcount           ref_count;
  GDBusConnection          *connection; /* (owned), since construction */
  char                     *name;       /* (owned) (nullable), since construction: that calls are sent to */
  char                     *path;       /* (owned), since construction */
  const NorpcInterfaceInfo *info;       /* since construction */
  const NorpcDBusPassageFuncs *passage_funcs; /* since construction */
  NorpcRemoteInterface     *remote;     /* (owned), since construction */

  char       *owner;          /* (owned) (nullable): the unique name of the service, if there is one; an empty
                                 string for the peer */
  const char *sender;         /* (unowned) (nullable): of the message whose values are set */
  gboolean has_norpc;         /* the service has norpc-glib, as far as is known */
  gboolean loads;             /* the values are requested, because the service has told that they changed */
  gboolean loads_again;       /* and so again afterwards */
  gboolean complained;        /* about what the service sends */
  NorpcDBusMatch *signals;    /* (owned) (nullable): once it is started */
  NorpcDBusMatch *changes;    /* (owned) (nullable): once it is started */
  NorpcDBusMatch *losses;     /* (owned) (nullable): once it is started, if there are signals */
};

/* Thread-safe. */
NorpcDBusInterface *
norpc_dbus_interface_ref (NorpcDBusInterface *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe: an interface that was started has been stopped before its last reference is released. */
void
norpc_dbus_interface_unref (gpointer data)
{
  NorpcDBusInterface *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_remote_interface_set_available (self->remote, FALSE);
  norpc_remote_interface_unref (self->remote);
  g_free (self->owner);
  g_free (self->path);
  g_free (self->name);
  g_object_unref (self->connection);
  g_free (self);
}

const NorpcInterfaceInfo *
norpc_dbus_interface_get_info (NorpcDBusInterface *self)
{
  return self->info;
}

/* Returns TRUE if signals have objects, which are sent only to those processes that ask for them. */
gboolean
norpc_dbus_interface_sends_objects (NorpcDBusInterface *self)
{
  for (guint i = 0; self->info->signals != NULL && self->info->signals[i] != NULL; i++)
    if (norpc_dbus_args_have_objects (self->info->signals[i]->dbus.args))
      return TRUE;

  return FALSE;
}

NorpcRemoteInterface *
norpc_dbus_interface_get_remote (NorpcDBusInterface *self)
{
  return self->remote;
}

/* Returns a text (owned) that says whose object it is, for a reader who has more than one. */
static char *
describe_object (NorpcDBusInterface *self)
{
  if (self->name == NULL)
    return g_strdup_printf ("Object '%s' of the program at the other end of a peer connection, such as a helper",
                            self->path);

  return g_strdup_printf ("Object '%s' of '%s' on the bus", self->path, self->name);
}

/* A service that sends what its description does not allow can do so often: only the first message is
 * reported.
 */
static void
complain (NorpcDBusInterface *self,
          const GError       *error)
{
  g_autofree char *object = self->complained ? NULL : describe_object (self);

  if (!self->complained)
    g_message ("%s: %s; it is ignored, and further messages of this kind are not reported", object, error->message);
  self->complained = TRUE;
}

static NorpcDBusPassage
begin_passage (NorpcDBusInterface *self)
{
  return norpc_dbus_passage_begin (self->passage_funcs, self->connection, self->sender, self->has_norpc);
}

/* Any process on the bus can send signals to this one. */
static gboolean
is_from_service (NorpcDBusInterface *self,
                 const char         *sender)
{
  return self->owner != NULL && (*self->owner == '\0' || g_strcmp0 (self->owner, sender) == 0);
}

static void
signal_cb (GDBusConnection *connection G_GNUC_UNUSED,
           const char      *sender,
           const char      *path G_GNUC_UNUSED,
           const char      *interface_name G_GNUC_UNUSED,
           const char      *member,
           GVariant        *args,
           gpointer         user_data)
{
  NorpcDBusInterface *self = user_data;
  g_autoptr (GError) error = NULL;

  if (norpc_dbus_find_signal (self->info, member) < 0 || !is_from_service (self, sender))
    return;

  self->sender = sender;
  if (!norpc_remote_interface_emit (self->remote, member, args, &error))
    complain (self, error);
}

/* The service could not send emissions that were made before the next ones. */
static void
lost_cb (GDBusConnection *connection G_GNUC_UNUSED,
         const char      *sender,
         const char      *path G_GNUC_UNUSED,
         const char      *interface_name G_GNUC_UNUSED,
         const char      *member G_GNUC_UNUSED,
         GVariant        *args,
         gpointer         user_data)
{
  NorpcDBusInterface *self = user_data;
  const char *name;
  guint n_lost;

  if (!is_from_service (self, sender) || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(ssu)")))
    return;

  g_variant_get (args, "(&s&su)", NULL, &name, &n_lost);
  if (norpc_dbus_find_signal (self->info, name) >= 0)
    norpc_remote_interface_lose_emissions (self->remote, name, n_lost);
}

/* Receives the objects among values that are not used. */
static void
discard_all (NorpcDBusInterface *self,
             GVariant           *dict)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  NorpcDBusPassage passage = begin_passage (self);

  for (guint i = 0; self->info->properties[i] != NULL; i++)
    norpc_dbus_discard_value (&passage, &access->args[i], dict);
}

static void load_values (gpointer data);

static void
values_loaded_cb (GObject      *connection,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  NorpcDBusInterface *self = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);
  g_autoptr (GVariant) dict = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GError) error = NULL;

  self->loads = FALSE;
  self->sender = self->owner;
  if (dict != NULL && (self->loads_again || !norpc_remote_interface_is_loaded (self->remote)))
    discard_all (self, dict);
  else if (dict != NULL && !norpc_remote_interface_show_all (self->remote, dict, &error))
    complain (self, error);
  else if (dict == NULL && self->owner != NULL)
    norpc_remote_interface_invalidate (self->remote);
  if (self->loads_again)
    load_values (self);
  norpc_dbus_interface_unref (self);
}

/* Requests the values. There is one request at a time, however often the service tells of changes. */
static void
load_values (gpointer data)
{
  NorpcDBusInterface *self = data;

  self->loads_again = self->loads;
  if (self->loads || self->owner == NULL)
    return;

  self->loads = TRUE;
  g_dbus_connection_call (self->connection, self->name, self->path, NORPC_DBUS_PROPERTIES, "GetAll",
                          g_variant_new ("(s)", self->info->dbus.name), G_VARIANT_TYPE ("(a{sv})"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, values_loaded_cb, norpc_dbus_interface_ref (self));
}

static void
changed_cb (GDBusConnection *connection G_GNUC_UNUSED,
            const char      *sender,
            const char      *path G_GNUC_UNUSED,
            const char      *interface_name G_GNUC_UNUSED,
            const char      *member G_GNUC_UNUSED,
            GVariant        *args,
            gpointer         user_data)
{
  NorpcDBusInterface *self = user_data;
  g_autoptr (GVariant) changed = NULL;
  g_autofree const char **invalidated = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_from_service (self, sender) || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  g_variant_get (args, "(&s@a{sv}^a&s)", NULL, &changed, &invalidated);
  self->sender = sender;
  if (!norpc_remote_interface_change (self->remote, changed, invalidated, &error))
    complain (self, error);
}

static gboolean
set_signal_args (GDBusArgInfo * const  *infos,
                 GValue                *values,
                 guint                  n_values,
                 GVariant              *args,
                 char                 **problem,
                 gpointer               data)
{
  NorpcDBusPassage passage = begin_passage (data);
  g_autoptr (GVariant) variant = norpc_dbus_args_from_form (infos, "argument", args, NULL, problem);

  return variant != NULL &&
         norpc_dbus_passage_set_values (&passage, infos, values, n_values, variant, "argument", problem);
}

/* Objects that are set again have been received once. */
static char *
set_property_value (const NorpcArgInfo *info,
                    GValue             *value,
                    GVariant           *variant,
                    gboolean            again,
                    gpointer            data)
{
  NorpcDBusPassage passage = begin_passage (data);

  passage.counted = again;

  return norpc_dbus_set_value (&passage, info, value, variant);
}

static const NorpcRemoteInterfaceImpl remote_impl = {
  norpc_dbus_property_is_portable, norpc_dbus_arg_is_portable, set_signal_args, set_property_value, load_values
};

/* Called in any thread. */
NorpcDBusInterface *
norpc_dbus_interface_new (GDBusConnection          *connection,
                          const char               *name,
                          const char               *path,
                          const NorpcInterfaceInfo *info,
                          const NorpcDBusPassageFuncs *passage_funcs)
{
  NorpcDBusInterface *self = g_new0 (NorpcDBusInterface, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->info = info;
  self->passage_funcs = passage_funcs;
  self->remote = norpc_remote_interface_new_with_impl (info, &remote_impl, self);

  return self;
}

/* @owner is NULL if there is no service. If one service follows another, the proxies stay connected, and request the
 * values of the next one.
 */
void
norpc_dbus_interface_set_owner (NorpcDBusInterface *self,
                                const char         *owner)
{
  if (owner != NULL && g_strcmp0 (self->owner, owner) == 0)
    return;

  g_free (self->owner);
  self->owner = g_strdup (owner);
  self->has_norpc = FALSE;
  if (owner != NULL)
    norpc_remote_interface_invalidate (self->remote);
  norpc_remote_interface_set_available (self->remote, owner != NULL);
}

/* As long as it is not known whether there is a service, the proxies are connected. Called in the thread that makes the
 * interface.
 */
void
norpc_dbus_interface_presume_owner (NorpcDBusInterface *self)
{
  norpc_remote_interface_set_available (self->remote, TRUE);
}

/* It is known what the service has. */
void
norpc_dbus_interface_set_has_norpc (NorpcDBusInterface *self,
                                    gboolean            has_norpc)
{
  self->has_norpc = has_norpc;
}

/* With @scope, the service sends its signals to this process. */
void
norpc_dbus_interface_start (NorpcDBusInterface *self,
                            NorpcDBusMatchScope scope)
{
  self->signals = norpc_dbus_match_new (self->connection, self->name, self->path, self->info->dbus.name, NULL, NULL,
                                        scope, signal_cb, norpc_dbus_interface_ref (self), norpc_dbus_interface_unref);
  if (norpc_interface_info_get_n_signals (self->info) > 0)
    self->losses = norpc_dbus_match_new (self->connection, self->name, self->path, NORPC_DBUS_CALLS, NORPC_DBUS_LOST,
                                         self->info->dbus.name, scope, lost_cb, norpc_dbus_interface_ref (self),
                                         norpc_dbus_interface_unref);
  self->changes = norpc_dbus_match_new (self->connection, self->name, self->path, NORPC_DBUS_PROPERTIES,
                                        "PropertiesChanged", self->info->dbus.name, scope, changed_cb,
                                        norpc_dbus_interface_ref (self), norpc_dbus_interface_unref);
}

void
norpc_dbus_interface_stop (NorpcDBusInterface *self)
{
  norpc_dbus_interface_set_owner (self, NULL);
  g_clear_pointer (&self->signals, norpc_dbus_match_free);
  g_clear_pointer (&self->changes, norpc_dbus_match_free);
  g_clear_pointer (&self->losses, norpc_dbus_match_free);
}

/* Answers a call that reads all properties with those of @dict, which @sender has sent. */
void
norpc_dbus_interface_answer_all (NorpcDBusInterface *self,
                                 const char         *sender,
                                 NorpcCall          *call,
                                 GVariant           *dict)
{
  g_autoptr (GError) error = NULL;

  self->sender = sender;
  if (!norpc_remote_interface_take_all (self->remote, call, dict, self->owner != NULL, &error))
    complain (self, error);
}

/* Initializes @value with the value of the property that a call has set, as the service has told last. Returns FALSE if
 * the service does not tell it, or there may be a newer one.
 */
gboolean
norpc_dbus_interface_get_told (NorpcDBusInterface *self,
                               NorpcCall          *call,
                               GValue             *value)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;

  return !self->loads &&
         norpc_remote_interface_get_last (self->remote, &access->args[norpc_property_access_get_property (call->method)],
                                          value);
}

/* Shows the value of the property that a call has set, which was read after that, as if the service had
 * told of the change: not each service does. An object is left to the call, which receives it.
 */
void
norpc_dbus_interface_show_read_back (NorpcDBusInterface *self,
                                     NorpcCall          *call,
                                     GVariant           *value)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  guint property = norpc_property_access_get_property (call->method);
  const NorpcArgInfo *arg = &access->args[property];
  const char *invalidated[] = { NULL };
  g_autoptr (GVariant) changed = NULL;

  if (self->owner == NULL || self->loads || !norpc_remote_interface_is_loaded (self->remote) ||
      access->interface_info->properties[property]->updates != NORPC_PROPERTY_UPDATES_VALUE ||
      norpc_dbus_arg_get_object_type (arg) != G_TYPE_INVALID)
    return;

  changed = g_variant_ref_sink (g_variant_new_parsed ("{%s: %v}", arg->dbus.name, value));
  norpc_remote_interface_change (self->remote, changed, invalidated, NULL);
}
