/* norpc-remote-interface.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signals and properties of a service that an endpoint reaches by messages. An object stands in for the service
 * here: it emits the signals and has the values, and a relay sends both on to the proxies, as that of a server does, so
 * that they arrive in one order with the replies.
 */

#include "core/norpc-error.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-value-init-private.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-stand-in-private.h"
#include "events/norpc-subscription-parts-private.h"
#include "norpc-remote-interface-parts-private.h"

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
 * Creates the relay of the signals and properties of one interface, for an endpoint that reaches services by messages.
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
 * Gets the description of a proxy that subscribes to an endpoint. This function is thread-safe.
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
 * Sets whether there is a service. The proxies notify of [property@Norpc.Proxy:connected], and request the values of
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

/**
 * norpc_remote_interface_lose_signals: (skip)
 * @self: an interface
 *
 * Says that signals may have been lost on their way to this process.
 *
 * Proxies emit [signal@Norpc.Proxy::signals-lost] for each signal that they have a handler for, before its next emission,
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
 * Says that emissions of a signal were lost.
 *
 * Proxies emit [signal@Norpc.Proxy::signals-lost] soon, before the next emission, or [signal@Norpc.Proxy::signal-closed] if
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
