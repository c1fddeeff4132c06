/* norpc-remote-interface.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signals and properties of a service that an endpoint reaches by messages. An object stands in for the service
 * here: it emits the signals and has the values, and a relay sends both on to the proxies, as that of a server does, so
 * that they arrive in one order with the replies.
 */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-init-private.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-signal-relay-private.h"
#include "events/norpc-stand-in-private.h"
#include "events/norpc-subscription-parts-private.h"
#include "norpc-remote-interface-private.h"

/* Unless noted otherwise, fields are accessed in the thread of the endpoint. */
struct _NorpcRemoteInterface
{
  gatomicrefcount           ref_count;
  const NorpcInterfaceInfo *info;        /* since construction */
  NorpcSubscribers         *subscribers; /* (owned), since construction */
  const NorpcRemoteInterfaceImpl *impl;  /* since construction */
  gpointer                  data;        /* (unowned), since construction: of `impl` */

  GObject          *stand_in; /* (owned) */
  NorpcSignalRelay *relay;    /* (owned) (nullable): while there is a service */
  gboolean          loaded;   /* the stand-in has the values of the service */
  gboolean          is_stale; /* it has, except for some that have changed and that proxies request */
};

static gboolean
has_any_property (const NorpcPropertyInfo *info G_GNUC_UNUSED)
{
  return TRUE;
}

static gboolean
has_any_result (const NorpcArgInfo *info G_GNUC_UNUSED)
{
  return TRUE;
}

static gboolean
set_args_from_variant (GDBusArgInfo * const  *infos,
                       GValue                *values,
                       guint                  n_values,
                       GVariant              *args,
                       char                 **problem,
                       gpointer               data G_GNUC_UNUSED)
{
  return norpc_values_set_variant (infos, values, n_values, args, "argument", problem);
}

static char *
set_value_from_variant (const NorpcArgInfo *info,
                        GValue             *value,
                        GVariant           *variant,
                        gboolean            again G_GNUC_UNUSED,
                        gpointer            data G_GNUC_UNUSED)
{
  return norpc_value_set_variant (info, value, variant);
}

static const NorpcRemoteInterfaceImpl variant_impl = {
  has_any_property, has_any_result, set_args_from_variant, set_value_from_variant, NULL
};

/* @impl is static, and @data lives as long as the interface. */
NorpcRemoteInterface *
norpc_remote_interface_new_with_impl (const NorpcInterfaceInfo       *info,
                                      const NorpcRemoteInterfaceImpl *impl,
                                      gpointer                        data)
{
  NorpcRemoteInterface *self = g_new0 (NorpcRemoteInterface, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->info = info;
  self->impl = impl;
  self->data = data;
  self->subscribers = norpc_subscribers_new ();
  self->stand_in = norpc_stand_in_new (info);

  return self;
}

/**
 * norpc_remote_interface_new: (skip)
 * @info: an interface
 *
 * Creates what an endpoint needs that passes on the signals and properties of services which it reaches by messages.
 *
 * `NorpcRemoteInterface` is for endpoints that bring norpc-glib to another kind of bus. Such an endpoint has one for
 * each interface whose proxies subscribe to it, and calls its functions in one thread, in which it also answers the
 * calls: then proxies see signals, changes of properties and replies in that order. Only the functions that say so may
 * be called in other threads.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer full): a new interface, whose service is not available
 * Since: 0.1
 */
NorpcRemoteInterface *
norpc_remote_interface_new (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return norpc_remote_interface_new_with_impl (info, &variant_impl, NULL);
}

/**
 * norpc_remote_interface_ref: (skip)
 * @self: an interface
 *
 * Acquires a reference. This function is thread-safe.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcRemoteInterface *
norpc_remote_interface_ref (NorpcRemoteInterface *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * norpc_remote_interface_unref: (skip)
 * @self: (transfer full): an interface
 *
 * Releases a reference. Before the last one, the service has to be unavailable. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_unref (NorpcRemoteInterface *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->stand_in);
  norpc_subscribers_unref (self->subscribers);
  g_free (self);
}

/**
 * norpc_remote_interface_get_info: (skip)
 * @self: an interface
 *
 * Gets the description of the interface. This function is thread-safe.
 *
 * Returns: (transfer none): the interface info
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_remote_interface_get_info (NorpcRemoteInterface *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->info;
}

/**
 * norpc_remote_interface_matches: (skip)
 * @self: an interface
 * @info: the description that a proxy has
 *
 * Checks whether proxies of another description of the interface can subscribe, because what both descriptions have is
 * the same. This function is thread-safe.
 *
 * Returns: %TRUE if they can
 * Since: 0.1
 */
gboolean
norpc_remote_interface_matches (NorpcRemoteInterface     *self,
                                const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (info != NULL, FALSE);

  return norpc_interface_infos_match (self->info, info);
}

/**
 * norpc_subscriber_get_interface_info: (skip)
 * @subscriber: what the `subscribe` function of an endpoint got
 *
 * Gets the description that a proxy has which subscribes to an endpoint. This function is thread-safe.
 *
 * Returns: (transfer none): the interface info
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_subscriber_get_interface_info (NorpcSubscriber *subscriber)
{
  g_return_val_if_fail (subscriber != NULL, NULL);

  return ((NorpcSubscription *) subscriber)->interface_info;
}

/**
 * norpc_remote_interface_subscribe: (skip)
 * @self: an interface
 * @subscriber: what the `subscribe` function of the endpoint got
 *
 * Adds a proxy, which gets the signals and changes of properties from now on. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_subscribe (NorpcRemoteInterface *self,
                                  NorpcSubscriber      *subscriber)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (subscriber != NULL);

  norpc_subscribers_add (self->subscribers, subscriber);
}

/**
 * norpc_remote_interface_unsubscribe: (skip)
 * @self: an interface
 * @subscriber: what the `unsubscribe` function of the endpoint got
 *
 * Removes a proxy: no thread uses it any more when this function returns. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_unsubscribe (NorpcRemoteInterface *self,
                                    NorpcSubscriber      *subscriber)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (subscriber != NULL);

  norpc_subscribers_remove (self->subscribers, subscriber);
}

/**
 * norpc_remote_interface_set_available: (skip)
 * @self: an interface
 * @available: whether there is a service
 *
 * Says whether there is a service. The proxies notify of [property@Norpc.Proxy:connected], and request the values of
 * the properties when there is one. The `is_closed` function of the endpoint has to say the same before this is called.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_set_available (NorpcRemoteInterface *self,
                                      gboolean              available)
{
  g_return_if_fail (self != NULL);

  if (!available)
    {
      g_clear_pointer (&self->relay, norpc_signal_relay_free);
      self->loaded = FALSE;
    }
  else if (self->relay == NULL)
    {
      self->relay = norpc_signal_relay_new (self->stand_in, self->subscribers);
    }
}

/* Returns the index of a signal of the description, or -1. */
static int
find_remote_signal (NorpcRemoteInterface *self,
                    const char           *name)
{
  for (int i = 0; self->info->signals != NULL && self->info->signals[i] != NULL; i++)
    if (g_str_equal (self->info->signals[i]->dbus.name, name))
      return i;

  return -1;
}

/* Returns the index of a property of the description whose values can enter the process, or -1. */
static int
find_remote_property (NorpcRemoteInterface *self,
                      const char           *name)
{
  for (int i = 0; self->info->properties != NULL && self->info->properties[i] != NULL; i++)
    if (g_str_equal (self->info->properties[i]->dbus.name, name))
      return self->impl->has_property (self->info->properties[i]) ? i : -1;

  return -1;
}

/* Returns a text (owned) that says what is wrong with the arguments, or NULL. */
static char *
emit_variant (NorpcRemoteInterface  *self,
              const NorpcSignalInfo *info,
              GVariant              *args)
{
  guint n_args = norpc_arg_infos_count (info->dbus.args);
  g_autofree GValue *params = g_new0 (GValue, n_args + 1);
  char *problem = NULL;

  g_value_init (&params[0], G_OBJECT_TYPE (self->stand_in));
  g_value_set_object (&params[0], self->stand_in);
  for (guint i = 0; i < n_args; i++)
    g_value_init (&params[i + 1], norpc_arg_info_get_gtype (info->dbus.args[i]));
  if (self->impl->set_args (info->dbus.args, params + 1, n_args, args, &problem, self->data))
    g_signal_emitv (params, g_signal_lookup (info->name, G_OBJECT_TYPE (self->stand_in)), 0, NULL);
  norpc_values_clear (params, n_args + 1);

  return problem;
}

/**
 * norpc_remote_interface_emit: (skip)
 * @self: an interface
 * @signal_name: the name of a signal, as in the description
 * @args: a tuple with the arguments
 * @error: return location for an error
 *
 * Emits a signal of the service for the proxies that have a handler. Nothing is emitted while there is no service.
 *
 * Fails with %NORPC_ERROR_INVALID_ARGUMENT if the description does not allow the signal or an argument, which the
 * message names.
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_remote_interface_emit (NorpcRemoteInterface  *self,
                             const char            *signal_name,
                             GVariant              *args,
                             GError               **error)
{
  g_autofree char *problem = NULL;
  int signal;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (signal_name != NULL, FALSE);
  g_return_val_if_fail (args != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->relay == NULL)
    return TRUE;

  signal = find_remote_signal (self, signal_name);
  problem = signal < 0 ? g_strdup ("the description does not have it")
                       : emit_variant (self, self->info->signals[signal], args);
  if (problem == NULL)
    return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: signal '%s': %s", self->info->dbus.name,
               signal_name, problem);

  return FALSE;
}

/* Sets a value of the stand-in, which notifies if it is another one. Returns FALSE and sets @error, unless that is set
 * already, if the description does not allow the value.
 */
static gboolean
show_remote_value (NorpcRemoteInterface  *self,
                   int                    property,
                   GVariant              *value,
                   gboolean               again,
                   GError               **error)
{
  const NorpcArgInfo *arg = &norpc_property_access_get (self->info)->args[property];
  g_auto (GValue) shown = G_VALUE_INIT;
  g_autofree char *problem = NULL;

  g_value_init (&shown, norpc_arg_info_get_gtype (&arg->dbus));
  problem = self->impl->set_value (arg, &shown, value, again, self->data);
  if (problem == NULL)
    problem = norpc_value_find_problem (arg, &shown);
  if (problem == NULL)
    {
      norpc_stand_in_set (self->stand_in, (guint) property, &shown);
      return TRUE;
    }

  if (error != NULL && *error == NULL)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s", self->info->dbus.name,
                 arg->dbus.name, problem);

  return FALSE;
}

/* The service has said that a property has changed, maybe with the value (nullable). Sets @stale if the value is no
 * longer known. Returns FALSE if @error is set for a value that the description does not allow.
 */
static gboolean
take_remote_change (NorpcRemoteInterface  *self,
                    const char            *name,
                    GVariant              *value,
                    gboolean              *stale,
                    GError               **error)
{
  int property = find_remote_property (self, name);
  const NorpcPropertyInfo *info = property >= 0 ? self->info->properties[property] : NULL;

  if (info == NULL || !norpc_property_is_readable (info))
    return TRUE;

  if (info->updates == NORPC_PROPERTY_UPDATES_VALUE && value != NULL)
    return show_remote_value (self, property, value, FALSE, error);

  /* Proxies request values of which they only learn that they have changed, whatever the endpoint does for others. */
  if (info->updates == NORPC_PROPERTY_UPDATES_INVALIDATES && self->impl->load != NULL)
    g_object_notify (self->stand_in, info->name);
  else if (info->updates == NORPC_PROPERTY_UPDATES_VALUE || info->updates == NORPC_PROPERTY_UPDATES_INVALIDATES)
    *stale = TRUE;

  return TRUE;
}

/* Has the values requested that are no longer known. If proxies request them, they get the others that change meanwhile
 * at once: a reply of the service may come before that to the request.
 */
static void
load_stale (NorpcRemoteInterface *self,
            gboolean              stale)
{
  if (self->impl->load != NULL)
    {
      if (stale)
        self->impl->load (self->data);
      return;
    }

  self->is_stale = self->is_stale || stale;
  if (self->is_stale)
    norpc_signal_relay_invalidate (self->relay);
}

/**
 * norpc_remote_interface_change: (skip)
 * @self: an interface
 * @values: a dictionary, of the type `a{sv}`, of properties and their new values
 * @invalidated: (nullable) (array zero-terminated=1): properties whose new values the service has not sent
 * @error: return location for an error
 *
 * Shows changes of properties to the proxies, all at once, or makes them request the values. Properties that the
 * description does not have are ignored, and so are those whose changes it does not announce.
 *
 * If the description does not allow a value, @error is set to %NORPC_ERROR_INVALID_ARGUMENT with a message that names
 * the property, and the other values are shown.
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_remote_interface_change (NorpcRemoteInterface  *self,
                               GVariant              *values,
                               const char * const    *invalidated,
                               GError               **error)
{
  gboolean right = TRUE;
  gboolean stale = FALSE;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->relay == NULL)
    return TRUE;

  /* The values of the other properties are not known. */
  if (!self->loaded)
    {
      norpc_remote_interface_invalidate (self);
      return TRUE;
    }

  g_object_freeze_notify (self->stand_in);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    right = take_remote_change (self, name, value, &stale, error) && right;
  for (guint i = 0; invalidated != NULL && invalidated[i] != NULL; i++)
    take_remote_change (self, invalidated[i], NULL, &stale, NULL);
  g_object_thaw_notify (self->stand_in);
  load_stale (self, stale);

  return right;
}

/**
 * norpc_remote_interface_invalidate: (skip)
 * @self: an interface
 *
 * Makes the proxies request the values of all properties, because changes may have been lost.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_invalidate (NorpcRemoteInterface *self)
{
  g_return_if_fail (self != NULL);

  self->loaded = FALSE;
  if (self->relay != NULL)
    norpc_signal_relay_invalidate (self->relay);
}

/**
 * norpc_remote_interface_lose_signals: (skip)
 * @self: an interface
 *
 * Says that signals may have been lost on their way to this process.
 *
 * Proxies emit [signal@Norpc.Proxy::signals-lost] before the next emission of each signal that they have a handler for,
 * or [signal@Norpc.Proxy::signal-closed] if the description says that a loss closes the signal, and a
 * [class@Norpc.SignalWatch] has an error. One emission of each signal counts as lost.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_lose_signals (NorpcRemoteInterface *self)
{
  g_return_if_fail (self != NULL);

  if (self->relay != NULL)
    norpc_signal_relay_note_loss (self->relay);
}

/**
 * norpc_remote_interface_lose_emissions: (skip)
 * @self: an interface
 * @signal_name: the name of a signal, as in the description
 * @n_lost: how many emissions
 *
 * Says that emissions of a signal were lost before the next one.
 *
 * Proxies emit [signal@Norpc.Proxy::signals-lost] before the next emission, or [signal@Norpc.Proxy::signal-closed] if
 * the description says that a loss closes the signal. A signal that the description does not have is ignored.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_lose_emissions (NorpcRemoteInterface *self,
                                       const char           *signal_name,
                                       guint                 n_lost)
{
  int signal;

  g_return_if_fail (self != NULL);
  g_return_if_fail (signal_name != NULL);

  signal = find_remote_signal (self, signal_name);
  if (self->relay != NULL && signal >= 0)
    norpc_signal_relay_note_lost_emissions (self->relay, self->info, (guint) signal, n_lost);
}

static gboolean
show_values (NorpcRemoteInterface  *self,
             GVariant              *values,
             gboolean               again,
             GError               **error)
{
  gboolean right = TRUE;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_object_freeze_notify (self->stand_in);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      int property = find_remote_property (self, name);

      if (property >= 0 && norpc_property_is_readable (self->info->properties[property]))
        right = show_remote_value (self, property, value, again, error) && right;
    }
  g_object_thaw_notify (self->stand_in);

  return right;
}

/* Shows all values of a service. The first ones are no changes: each proxy that wants them requests them. */
static gboolean
show_service (NorpcRemoteInterface  *self,
              GVariant              *values,
              gboolean               again,
              GError               **error)
{
  guint notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  gulong handler; /* of the relay */
  gboolean right;

  handler = self->loaded ? 0 : g_signal_handler_find (self->stand_in, G_SIGNAL_MATCH_ID, notify_id, 0, NULL, NULL, NULL);
  if (handler != 0)
    g_signal_handler_block (self->stand_in, handler);
  right = show_values (self, values, again, error);
  if (handler != 0)
    g_signal_handler_unblock (self->stand_in, handler);
  self->loaded = TRUE;
  self->is_stale = FALSE;

  return right;
}

/* Returns TRUE if all values have been shown, so that changes of them notify proxies. */
gboolean
norpc_remote_interface_is_loaded (NorpcRemoteInterface *self)
{
  return self->loaded;
}

/* Shows all values, which the endpoint has requested. Returns FALSE and sets @error if the description does not allow
 * one of them; the others are shown.
 */
gboolean
norpc_remote_interface_show_all (NorpcRemoteInterface  *self,
                                 GVariant              *values,
                                 GError               **error)
{
  return show_service (self, values, FALSE, error);
}

/* Initializes @value with the last known value of a property. Returns FALSE if there is none, or the service does not
 * send the values of the property when they change.
 */
gboolean
norpc_remote_interface_get_last (NorpcRemoteInterface *self,
                                 const NorpcArgInfo   *arg,
                                 GValue               *value)
{
  int property = find_remote_property (self, arg->dbus.name);
  g_autofree char *problem = NULL;

  if (property < 0 || !self->loaded || self->info->properties[property]->updates != NORPC_PROPERTY_UPDATES_VALUE)
    return FALSE;

  g_value_init (value, norpc_arg_info_get_gtype (&arg->dbus));
  g_object_get_property (self->stand_in, self->info->properties[property]->name, value);
  problem = norpc_value_find_problem (arg, value);
  if (problem != NULL)
    g_value_unset (value);

  return problem == NULL;
}

/* Sets a result from the values of the service. One that it does not send, because it has no form, say, has the last known
 * value, or that of a proxy without values.
 */
static char *
set_get_all_result (NorpcRemoteInterface *self,
                    const NorpcArgInfo   *arg,
                    GVariant             *values,
                    GValue               *result)
{
  int property = find_remote_property (self, arg->dbus.name);
  g_autoptr (GVariant) value = self->impl->has_result (arg)
                                 ? g_variant_lookup_value (values, arg->dbus.name, NULL) : NULL;

  g_value_init (result, norpc_arg_info_get_gtype (&arg->dbus));
  if (value != NULL)
    {
      char *problem = self->impl->set_value (arg, result, value, FALSE, self->data);

      return problem != NULL ? problem : norpc_value_find_problem (arg, result);
    }
  if (property >= 0)
    g_object_get_property (self->stand_in, self->info->properties[property]->name, result);

  return NULL;
}

/* Answers a call that requests the values of all properties, and shows them. All values are set, also if one of them is
 * wrong, because they may have objects. Returns FALSE and sets @error if the description does not allow one that is
 * shown.
 */
gboolean
norpc_remote_interface_take_all (NorpcRemoteInterface  *self,
                                 NorpcCall             *call,
                                 GVariant              *values,
                                 gboolean               shows,
                                 GError               **error)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  g_autofree GValue *results = g_new0 (GValue, access->n_readable + 1);
  const NorpcArgInfo *wrong = NULL;
  g_autofree char *problem = NULL;
  gboolean right;
  guint n = 0;

  for (; n < access->n_readable; n++)
    {
      const NorpcArgInfo *arg = &access->args[access->readable[n]];
      g_autofree char *found = set_get_all_result (self, arg, values, &results[n]);

      if (found == NULL || problem != NULL)
        continue;
      wrong = arg;
      problem = g_steal_pointer (&found);
    }
  right = !shows || show_service (self, values, TRUE, error);
  g_value_init (&results[n], G_TYPE_UINT);
  g_value_set_uint (&results[n], norpc_property_next_serial ());

  if (problem == NULL)
    norpc_call_take_checked_values (call, results);
  else
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s",
                             access->info.dbus.name, wrong->dbus.name, problem);
  norpc_values_clear (results, n + 1);

  return right;
}

/**
 * norpc_remote_interface_answer_get_all: (skip)
 * @self: an interface
 * @call: a call for which norpc_call_gets_properties() returns %TRUE
 * @values: a dictionary, of the type `a{sv}`, of the properties and their values
 *
 * Answers a call that requests the values of all properties. One that @values does not have keeps the value that was
 * last known. If the description does not allow a value, the call fails with %NORPC_ERROR_INVALID_ARGUMENT, and a
 * message that names the property.
 *
 * Since: 0.1
 */
void
norpc_remote_interface_answer_get_all (NorpcRemoteInterface *self,
                                       NorpcCall            *call,
                                       GVariant             *values)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (call != NULL);
  g_return_if_fail (g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT));

  norpc_remote_interface_take_all (self, call, values, self->relay != NULL, NULL);
}
