/* norpc-dbus-interface.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-init-private.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-signal-relay-private.h"
#include "events/norpc-stand-in-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-interface-private.h"
#include "norpc-dbus-match-private.h"

/* Unless noted otherwise, fields are accessed in the thread of D-Bus endpoints. */
struct _NorpcDBusInterface
{
  gatomicrefcount           ref_count;
  GDBusConnection          *connection; /* (owned), since construction */
  char                     *name;       /* (owned) (nullable), since construction: that calls are sent to */
  char                     *path;       /* (owned), since construction */
  const NorpcInterfaceInfo *info;       /* since construction */
  const NorpcDBusPassageFuncs *passage_funcs; /* since construction */
  NorpcSubscribers         *subscribers; /* (owned), since construction */

  GObject          *stand_in; /* (owned) */
  char             *owner;    /* (owned) (nullable): the unique name of the service, if there is one; an empty
                                 string for the peer */
  NorpcSignalRelay *relay;    /* (owned) (nullable): while there is a service, as far as is known */
  gboolean has_norpc;         /* the service has norpc-glib, as far as is known */
  gboolean loaded;            /* the stand-in has had the values of the service */
  gboolean loads;             /* the values are requested, because the service has told that they changed */
  gboolean loads_again;       /* and so again afterwards */
  gboolean complained;        /* about what the service sends */
  NorpcDBusMatch *signals;    /* (owned) (nullable): once it is started */
  NorpcDBusMatch *changes;    /* (owned) (nullable): once it is started */
  NorpcDBusMatch *losses;     /* (owned) (nullable): once it is started, if there are signals */
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
  self->subscribers = norpc_subscribers_new ();
  self->stand_in = norpc_stand_in_new (info);

  return self;
}

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

  g_clear_pointer (&self->relay, norpc_signal_relay_free);
  g_object_unref (self->stand_in);
  norpc_subscribers_unref (self->subscribers);
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

NorpcSubscribers *
norpc_dbus_interface_get_subscribers (NorpcDBusInterface *self)
{
  return self->subscribers;
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
 * reported. Takes ownership of @problem.
 */
static void
complain (NorpcDBusInterface *self,
          const char         *kind,
          const char         *member,
          char               *problem)
{
  g_autofree char *object = self->complained ? NULL : describe_object (self);

  if (!self->complained)
    g_message ("%s: %s: %s '%s': %s; it is ignored, and more of this kind is not reported", object,
               self->info->dbus.name, kind, member, problem);
  self->complained = TRUE;
  g_free (problem);
}

static void
emit_from_message (NorpcDBusInterface    *self,
                   const NorpcSignalInfo *info,
                   const char            *sender,
                   GValue                *params,
                   guint                  n_args,
                   GVariant              *args)
{
  NorpcDBusPassage passage = norpc_dbus_passage_begin (self->passage_funcs, self->connection, sender, self->has_norpc);
  g_autofree char *type = norpc_dbus_args_get_type (info->dbus.args);
  char *problem = NULL;
  g_autoptr (GVariant) values = norpc_dbus_from_form (args, type, NULL, &problem);

  g_value_init (&params[0], G_OBJECT_TYPE (self->stand_in));
  g_value_set_object (&params[0], self->stand_in);
  for (guint i = 0; i < n_args; i++)
    g_value_init (&params[i + 1], norpc_arg_info_get_gtype (info->dbus.args[i]));

  if (values != NULL && norpc_dbus_passage_set_values (&passage, info->dbus.args, params + 1, n_args, values, "argument",
                                                       &problem))
    g_signal_emitv (params, g_signal_lookup (info->name, G_OBJECT_TYPE (self->stand_in)), 0, NULL);
  else
    complain (self, "signal", info->dbus.name, problem);
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
  int signal = norpc_dbus_find_signal (self->info, member);
  g_autofree GValue *params = NULL;
  guint n_args;

  if (signal < 0 || self->relay == NULL || !is_from_service (self, sender))
    return;

  n_args = norpc_arg_infos_count (self->info->signals[signal]->dbus.args);
  params = g_new0 (GValue, n_args + 1);
  emit_from_message (self, self->info->signals[signal], sender, params, n_args, args);
  for (guint i = 0; i <= n_args; i++)
    g_value_unset (&params[i]);
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
  int signal;

  if (self->relay == NULL || !is_from_service (self, sender) || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(ssu)")))
    return;

  g_variant_get (args, "(&s&su)", NULL, &name, &n_lost);
  signal = norpc_dbus_find_signal (self->info, name);
  if (signal >= 0)
    norpc_signal_relay_note_lost_emissions (self->relay, self->info, (guint) signal, n_lost);
}

/* Shows a value, of which the stand-in notifies if it is another one. */
static void
show_value (NorpcDBusInterface *self,
            int                 property,
            GVariant           *value,
            gboolean            counted)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  const NorpcArgInfo *arg = &access->args[property];
  NorpcDBusPassage passage = norpc_dbus_passage_begin (self->passage_funcs, self->connection, self->owner, self->has_norpc);
  g_auto (GValue) shown = G_VALUE_INIT;
  char *problem;

  passage.counted = counted;
  g_value_init (&shown, norpc_arg_info_get_gtype (&arg->dbus));
  problem = norpc_dbus_set_value (&passage, arg, &shown, value);
  if (problem == NULL)
    problem = norpc_value_find_problem (arg, &shown);
  if (problem == NULL)
    norpc_stand_in_set (self->stand_in, (guint) property, &shown);
  else
    complain (self, "property", arg->dbus.name, problem);
}

/* Shows all values of a service, whose objects may have been @counted. The first ones are no changes: nobody has seen others. */
static void
show_all (NorpcDBusInterface *self,
          GVariant           *dict,
          gboolean            counted)
{
  guint notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  gulong handler; /* of the relay */
  GVariantIter iter;
  const char *name;
  GVariant *value;

  handler = self->loaded ? 0 : g_signal_handler_find (self->stand_in, G_SIGNAL_MATCH_ID, notify_id, 0, NULL, NULL, NULL);
  if (handler != 0)
    g_signal_handler_block (self->stand_in, handler);
  g_object_freeze_notify (self->stand_in);
  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      int property = norpc_dbus_find_property (self->info, name);

      if (property >= 0)
        show_value (self, property, value, counted);
    }
  g_object_thaw_notify (self->stand_in);
  if (handler != 0)
    g_signal_handler_unblock (self->stand_in, handler);
  self->loaded = TRUE;
}

/* Receives the objects among values that are not used. */
static void
discard_all (NorpcDBusInterface *self,
             GVariant           *dict)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  NorpcDBusPassage passage = norpc_dbus_passage_begin (self->passage_funcs, self->connection, self->owner, self->has_norpc);

  for (guint i = 0; self->info->properties[i] != NULL; i++)
    norpc_dbus_discard_value (&passage, &access->args[i], dict);
}

/* The proxies that show values request them. */
static void
request_values (NorpcDBusInterface *self)
{
  self->loaded = FALSE;
  if (self->relay != NULL)
    norpc_signal_relay_invalidate (self->relay);
}

static void load_values (NorpcDBusInterface *self);

static void
values_loaded_cb (GObject      *connection,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  NorpcDBusInterface *self = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);
  g_autoptr (GVariant) dict = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  self->loads = FALSE;
  if (dict != NULL && self->loaded && !self->loads_again)
    show_all (self, dict, FALSE);
  else if (dict != NULL)
    discard_all (self, dict);
  else if (self->owner != NULL)
    request_values (self);
  if (self->loads_again)
    load_values (self);
  norpc_dbus_interface_unref (self);
}

/* Requests the values. There is one request at a time, however often the service tells of changes. */
static void
load_values (NorpcDBusInterface *self)
{
  self->loads_again = self->loads;
  if (self->loads || self->owner == NULL)
    return;

  self->loads = TRUE;
  g_dbus_connection_call (self->connection, self->name, self->path, NORPC_DBUS_PROPERTIES, "GetAll",
                          g_variant_new ("(s)", self->info->dbus.name), G_VARIANT_TYPE ("(a{sv})"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, values_loaded_cb, norpc_dbus_interface_ref (self));
}

/* The service has told of a change of a property, maybe with the value (nullable). */
static void
take_dbus_change (NorpcDBusInterface *self,
                  const char         *name,
                  GVariant           *value)
{
  int property = norpc_dbus_find_property (self->info, name);
  const NorpcPropertyInfo *info = property >= 0 ? self->info->properties[property] : NULL;

  if (info == NULL || !norpc_property_is_readable (info))
    return;

  if (info->updates == NORPC_PROPERTY_UPDATES_INVALIDATES)
    g_object_notify (self->stand_in, info->name);
  else if (info->updates == NORPC_PROPERTY_UPDATES_VALUE && value != NULL)
    show_value (self, property, value, FALSE);
  else if (info->updates == NORPC_PROPERTY_UPDATES_VALUE)
    load_values (self);
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
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!is_from_service (self, sender) || !g_variant_is_of_type (args, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;

  /* The values of the other properties are not known. */
  if (!self->loaded)
    {
      request_values (self);
      return;
    }

  g_variant_get (args, "(&s@a{sv}^a&s)", NULL, &changed, &invalidated);
  g_object_freeze_notify (self->stand_in);
  g_variant_iter_init (&iter, changed);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    take_dbus_change (self, name, value);
  for (guint i = 0; invalidated[i] != NULL; i++)
    take_dbus_change (self, invalidated[i], NULL);
  g_object_thaw_notify (self->stand_in);
}

/* @owner is NULL if there is no service. If one service follows another, the proxies stay connected, and request the
 * values of the next one.
 */
void
norpc_dbus_interface_set_owner (NorpcDBusInterface *self,
                                const char         *owner)
{
  if (g_strcmp0 (self->owner, owner) == 0 && (owner != NULL || self->relay == NULL))
    return;

  g_free (self->owner);
  self->owner = g_strdup (owner);
  self->loaded = FALSE;
  self->has_norpc = FALSE;
  if (owner == NULL)
    g_clear_pointer (&self->relay, norpc_signal_relay_free);
  else if (self->relay != NULL)
    norpc_signal_relay_invalidate (self->relay);
  else
    self->relay = norpc_signal_relay_new (self->stand_in, self->subscribers);
}

/* As long as it is not known whether there is a service, the proxies are connected. Called in the thread that makes the
 * interface.
 */
void
norpc_dbus_interface_presume_owner (NorpcDBusInterface *self)
{
  self->relay = norpc_signal_relay_new (self->stand_in, self->subscribers);
}

/* It is known what the service has. */
void
norpc_dbus_interface_set_peer (NorpcDBusInterface *self,
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

/* Sets a result from the values of the service. One that it does not send, because it has no form, say, has the last known
 * value, or that of a proxy without values.
 */
static char *
set_result (NorpcDBusInterface *self,
            const char         *sender,
            const NorpcArgInfo *arg,
            GVariant           *dict,
            GValue             *result)
{
  int property = norpc_dbus_find_property (self->info, arg->dbus.name);
  NorpcDBusPassage passage = norpc_dbus_passage_begin (self->passage_funcs, self->connection, sender, self->has_norpc);
  g_autoptr (GVariant) value = norpc_dbus_arg_is_portable (arg)
                                 ? g_variant_lookup_value (dict, arg->dbus.name, NULL) : NULL;

  g_value_init (result, norpc_arg_info_get_gtype (&arg->dbus));
  if (value != NULL)
    {
      char *problem = norpc_dbus_set_value (&passage, arg, result, value);

      return problem != NULL ? problem : norpc_value_find_problem (arg, result);
    }
  if (property >= 0)
    g_object_get_property (self->stand_in, self->info->properties[property]->name, result);

  return NULL;
}

/* Answers a call that reads all properties with those of @dict, which @sender has sent. */
void
norpc_dbus_interface_answer_all (NorpcDBusInterface *self,
                                 const char         *sender,
                                 NorpcCall          *call,
                                 GVariant           *dict)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  g_autofree GValue *results = g_new0 (GValue, access->n_readable + 1);
  const NorpcArgInfo *wrong = NULL;
  char *problem = NULL;
  guint n = 0;

  for (; n < access->n_readable; n++)
    {
      char *found = set_result (self, sender, &access->args[access->readable[n]], dict, &results[n]);

      if (found != NULL && problem == NULL)
        wrong = &access->args[access->readable[n]];
      if (found != NULL && problem == NULL)
        problem = g_steal_pointer (&found);
      g_free (found);
    }
  if (self->owner != NULL)
    show_all (self, dict, TRUE);
  g_value_init (&results[n], G_TYPE_UINT);
  g_value_set_uint (&results[n], norpc_property_next_serial ());

  if (problem == NULL)
    norpc_call_take_checked_values (call, results);
  else
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s",
                             access->info.dbus.name, wrong->dbus.name, problem);
  norpc_values_clear (results, n + 1);
  g_free (problem);
}

/* Initializes @value with the value of the property that a call has set, as the service has told last. Returns FALSE if
 * the service does not tell it, or there may be a newer one.
 */
gboolean
norpc_dbus_interface_get_told (NorpcDBusInterface *self,
                               NorpcCall          *call,
                               GValue             *value)
{
  const NorpcArgInfo *arg =
    &((const NorpcPropertyAccess *) call->interface_info)->args[(call->method - 1) / 2];
  int property = norpc_dbus_find_property (self->info, arg->dbus.name);
  g_autofree char *problem = NULL;

  if (property < 0 || !self->loaded || self->loads ||
      self->info->properties[property]->updates != NORPC_PROPERTY_UPDATES_VALUE)
    return FALSE;

  g_value_init (value, norpc_arg_info_get_gtype (&arg->dbus));
  g_object_get_property (self->stand_in, self->info->properties[property]->name, value);
  problem = norpc_value_find_problem (arg, value);
  if (problem != NULL)
    g_value_unset (value);

  return problem == NULL;
}
