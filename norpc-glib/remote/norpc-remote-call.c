/* norpc-remote-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that read and write properties, for endpoints and exports that pass them on by messages of their own. */

#include "call/norpc-call-private.h"
#include "call/norpc-call-variant.h"
#include "core/norpc-error.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "norpc-remote-call.h"

static gboolean
accesses_properties (NorpcCall *call)
{
  return (norpc_call_get_method_info (call)->flags & NORPC_METHOD_RETURNS_HANDLES) != 0;
}

/**
 * norpc_call_gets_properties: (skip)
 * @self: a call
 *
 * Checks whether a call requests the values of all properties of its interface. An endpoint that passes it on by
 * messages answers it by norpc_remote_interface_answer_get_all().
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if the call requests the values
 * Since: 0.1
 */
gboolean
norpc_call_gets_properties (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return accesses_properties (self) && self->method == NORPC_PROPERTY_GET_ALL;
}

/**
 * norpc_call_get_accessed_interface: (skip)
 * @self: a call
 *
 * Gets the interface whose properties a call reads or sets: that of its proxy. An endpoint that passes the call on by
 * messages finds its `NorpcRemoteInterface` by norpc_remote_interface_matches(), because two interfaces with the same
 * name may not match.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the interface info, or %NULL if the call accesses no properties
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_call_get_accessed_interface (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return accesses_properties (self) ? ((const NorpcPropertyAccess *) self->interface_info)->interface_info : NULL;
}

/**
 * norpc_call_get_set_property: (skip)
 * @self: a call
 *
 * Gets the property that a call sets to its only argument. An endpoint that passes it on by messages answers it by
 * norpc_call_return_set_property().
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the property, or %NULL if the call does not set one
 * Since: 0.1
 */
const NorpcPropertyInfo *
norpc_call_get_set_property (NorpcCall *self)
{
  const NorpcPropertyAccess *access;

  g_return_val_if_fail (self != NULL, NULL);

  if (!accesses_properties (self) || self->method == NORPC_PROPERTY_GET_ALL)
    return NULL;

  access = (const NorpcPropertyAccess *) self->interface_info;

  return access->interface_info->properties[norpc_property_access_get_property (self->method)];
}

/* Returns a text (owned) that says what is wrong with the value, or NULL. */
static char *
set_new_value (NorpcCall *call,
               GVariant  *value,
               GValue    *result)
{
  const NorpcArgInfo *arg = (const NorpcArgInfo *) norpc_call_get_method_info (call)->dbus.out_args[0];

  g_value_init (result, norpc_arg_info_get_gtype (&arg->dbus));

  return value != NULL ? norpc_value_set_variant (arg, result, value) : g_strdup ("the service has not sent it");
}

/**
 * norpc_call_return_set_property: (skip)
 * @self: a call for which norpc_call_get_set_property() returns a property
 * @value: (nullable): the value that the property has now, or %NULL if it cannot be read
 *
 * Answers a call that has set a property. If the description does not allow the value, or it is missing, the call fails
 * with %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * The thread has to be that which answers calls for all values and passes changes on, because the last of them has the
 * value that proxies show.
 *
 * Since: 0.1
 */
void
norpc_call_return_set_property (NorpcCall *self,
                                GVariant  *value)
{
  const NorpcPropertyInfo *info;
  g_autofree char *problem = NULL;
  GValue results[2] = { G_VALUE_INIT, G_VALUE_INIT };

  g_return_if_fail (self != NULL);

  info = norpc_call_get_set_property (self);
  g_return_if_fail (info != NULL);

  if (self->n_results > 1)
    problem = set_new_value (self, value, &results[0]);
  g_value_init (&results[self->n_results - 1], G_TYPE_UINT);
  g_value_set_uint (&results[self->n_results - 1], norpc_property_next_serial ());

  if (problem == NULL)
    norpc_call_take_values (self, self->n_results, results);
  else
    norpc_call_return_error (self, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s",
                             norpc_call_get_interface_name (self), info->dbus.name, problem);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    if (G_IS_VALUE (&results[i]))
      g_value_unset (&results[i]);
}

/**
 * norpc_call_new_get_properties: (skip)
 * @info: an interface with properties
 *
 * Creates a call that requests the values of all properties. norpc_reply_dup_properties() gets them.
 *
 * Returns: (transfer full): a new call
 * Since: 0.1
 */
NorpcCall *
norpc_call_new_get_properties (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL && info->properties != NULL, NULL);

  return norpc_call_new (&norpc_property_access_get (info)->info, NORPC_PROPERTY_GET_ALL);
}

/* Returns the index of a property of the description that can be written, or -1 if @error is set. */
static int
find_writable (const NorpcInterfaceInfo  *info,
               const char                *name,
               GError                   **error)
{
  int property = 0;

  while (info->properties != NULL && info->properties[property] != NULL &&
         !g_str_equal (info->properties[property]->dbus.name, name))
    property++;

  if (info->properties == NULL || info->properties[property] == NULL)
    {
      g_autofree char *printable = g_strescape (name, NULL);

      g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "There is no property %s.%.100s",
                   info->dbus.name, printable);
      return -1;
    }
  if (!norpc_property_is_writable (info->properties[property]))
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "The property %s.%s can only be read",
                   info->dbus.name, name);
      return -1;
    }

  return property;
}

/**
 * norpc_call_new_set_property: (skip)
 * @info: an interface
 * @property_name: the name of a property, as in the description
 * @value: its new value
 * @error: return location for an error
 *
 * Creates a call that sets a property. norpc_reply_dup_properties() gets the value that it has then, if it can be read.
 *
 * Fails with %NORPC_ERROR_NOT_IMPLEMENTED if there is no such property, and with %NORPC_ERROR_INVALID_ARGUMENT if the
 * description does not allow to set it, or not to this value.
 *
 * Returns: (transfer full): a new call, or %NULL if @error is set
 * Since: 0.1
 */
NorpcCall *
norpc_call_new_set_property (const NorpcInterfaceInfo  *info,
                             const char                *property_name,
                             GVariant                  *value,
                             GError                   **error)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autofree char *problem = NULL;
  int property;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (property_name != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  property = find_writable (info, property_name, error);
  if (property < 0)
    return NULL;

  call = norpc_call_new (&norpc_property_access_get (info)->info,
                         norpc_property_access_get_setter ((guint) property, FALSE));
  problem = norpc_value_set_variant (&norpc_property_access_get (info)->args[property],
                                     norpc_call_get_args (call, NULL), value);
  if (problem == NULL)
    return g_steal_pointer (&call);

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s", info->dbus.name,
               property_name, problem);

  return NULL;
}

/**
 * norpc_reply_dup_properties: (skip)
 * @self: the reply to a call that requests the values of all properties, or sets one
 * @error: return location for an error
 *
 * Gets the values of properties. Those that have no form as a [struct@GLib.Variant] are left out, such as one that may
 * not be %NULL and is, because it has not got its first value.
 *
 * @error is the error of a call that failed.
 *
 * Returns: (transfer full): a dictionary, of the type `a{sv}`, of the properties and their values, or %NULL if @error is
 *   set
 * Since: 0.1
 */
GVariant *
norpc_reply_dup_properties (NorpcReply  *self,
                            GError     **error)
{
  GVariantBuilder values;
  GDBusArgInfo **infos;
  const GValue *results;
  guint n_results;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!norpc_reply_propagate_error (self, error))
    return NULL;

  infos = norpc_call_get_method_info (norpc_reply_get_call (self))->dbus.out_args;
  results = norpc_reply_get_values (self, &n_results);
  g_variant_builder_init (&values, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i + 1 < n_results; i++)
    {
      g_autofree char *problem = NULL;
      GVariant *value = NULL;

      if (norpc_signature_has_form (infos[i]->signature))
        value = norpc_value_to_variant ((const NorpcArgInfo *) infos[i], &results[i], &problem);
      if (value != NULL)
        g_variant_builder_add (&values, "{sv}", infos[i]->name, value);
    }

  return g_variant_ref_sink (g_variant_builder_end (&values));
}
