/* norpc-fake-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signals and properties of a fake. */

#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-stand-in-private.h"
#include "norpc-fake-parts-private.h"

/**
 * norpc_fake_get_service:
 * @self: a fake
 *
 * Gets an object that implements the interface, and has its signals and properties.
 *
 * To emit a signal or to set a property for the proxies of the fake, a test does so with this object,
 * also if clients cannot write the property. Generated functions such as
 * `demo_player_emit_stopped ()` take it. If a client writes a property, the object shows the value
 * and notifies. At first, a number is 0, a string or an array is empty, and an object is %NULL; an object that may
 * not be %NULL has to be set before clients load the properties.
 *
 * The object is for the thread that created the fake. It has no methods.
 *
 * Returns: (transfer none): the object
 * Since: 0.1
 */
GObject *
norpc_fake_get_service (NorpcFake *self)
{
  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);

  return self->service;
}

/* Returns the index of a signal, or -1 if @error is set. */
static int
find_fake_signal (NorpcFake   *self,
                  const char  *signal,
                  GError     **error)
{
  const NorpcInterfaceInfo *info = self->interface_info;
  int index = norpc_interface_info_find_signal_named (info, signal);

  if (index < 0)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s has no signal '%s'", info->dbus.name, signal);

  return index;
}

/**
 * norpc_fake_emit_variant:
 * @self: a fake
 * @signal: the name of a signal, in the description or as a GSignal
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @error: return location for an error
 *
 * Emits a signal, which proxies receive in the order of signals, replies and changes of properties.
 *
 * If @args is floating, it is consumed. If there is no such signal, or an argument does not match the
 * description, @error is set to %NORPC_ERROR_INVALID_ARGUMENT, with a message that names the argument.
 *
 * Must be called in the thread that created the fake.
 *
 * Returns: %TRUE if the signal was emitted
 * Since: 0.1
 */
gboolean
norpc_fake_emit_variant (NorpcFake   *self,
                         const char  *signal,
                         GVariant    *args,
                         GError     **error)
{
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  g_autoptr (NorpcFakeValues) values = NULL;
  g_autofree GValue *params = NULL;
  const NorpcSignalInfo *info;
  int index;

  g_return_val_if_fail (NORPC_IS_FAKE (self), FALSE);
  g_return_val_if_fail (self->interface_info != NULL, FALSE);
  g_return_val_if_fail (signal != NULL, FALSE);
  g_return_val_if_fail (g_thread_self () == self->thread, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  index = find_fake_signal (self, signal, error);
  if (index < 0)
    return FALSE;

  info = self->interface_info->signals[index];
  values = norpc_fake_values_new_variant (&(NorpcFakeMember) { self->interface_info->dbus.name, info->dbus.name,
                                                               "argument", info->dbus.args },
                                          sunk, error);
  if (values == NULL)
    return FALSE;

  params = g_new0 (GValue, values->n_values + 1);
  g_value_init (&params[0], G_TYPE_OBJECT);
  g_value_set_object (&params[0], self->service);
  for (guint i = 0; i < values->n_values; i++)
    params[i + 1] = values->values[i]; /* handlers only read them */
  g_signal_emitv (params, g_signal_lookup (info->name, G_OBJECT_TYPE (self->service)), 0, NULL);
  g_value_unset (&params[0]);

  return TRUE;
}

/* Returns the property, or NULL if @error is set. */
static const NorpcPropertyInfo *
find_property (NorpcFake   *self,
               const char  *property,
               GError     **error)
{
  const NorpcInterfaceInfo *info = self->interface_info;
  int index = norpc_interface_info_find_property_named (info, property);

  if (index >= 0)
    return info->properties[index];

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s has no property '%s'",
               info->dbus.name, property);

  return NULL;
}

/**
 * norpc_fake_set_property_variant:
 * @self: a fake
 * @property: the name of a property, in the description or as a GObject property
 * @value: its value
 * @error: return location for an error
 *
 * Sets a property of the fake's service, which proxies then show.
 *
 * If @value is floating, it is consumed. If there is no such property, or @value does not match the
 * description, @error is set to %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Must be called in the thread that created the fake.
 *
 * Returns: %TRUE if the property was set
 * Since: 0.1
 */
gboolean
norpc_fake_set_property_variant (NorpcFake   *self,
                                 const char  *property,
                                 GVariant    *value,
                                 GError     **error)
{
  g_autoptr (NorpcFakeValues) values = NULL;
  const NorpcPropertyInfo *info;
  NorpcArgInfo arg;
  GDBusArgInfo *infos[2];

  g_return_val_if_fail (NORPC_IS_FAKE (self), FALSE);
  g_return_val_if_fail (self->interface_info != NULL, FALSE);
  g_return_val_if_fail (property != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (g_thread_self () == self->thread, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  value = g_variant_new ("(@*)", value);
  info = find_property (self, property, error);
  if (info == NULL)
    {
      g_variant_unref (g_variant_ref_sink (value));
      return FALSE;
    }

  arg = (NorpcArgInfo) {
    { -1, info->dbus.name, info->dbus.signature, NULL }, info->flags, info->get_type, info->get_element_type
  };
  infos[0] = &arg.dbus;
  infos[1] = NULL;
  values = norpc_fake_values_new_variant (&(NorpcFakeMember) { self->interface_info->dbus.name, info->dbus.name,
                                                               "value", infos },
                                          value, error);
  if (values == NULL)
    return FALSE;

  norpc_stand_in_set (self->service, (guint) norpc_property_find (self->interface_info, info->name),
                      &values->values[0]);

  return TRUE;
}
