/* norpc-remote-interface-get-all.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The answers to calls that request the values of all properties. */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-init-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "norpc-remote-call.h"
#include "norpc-remote-interface-parts-private.h"

/* Sets a result from the values of the service. One that it does not send, because it has no form, say, has the last
 * known value, or that of a proxy without values.
 */
static char *
set_get_all_result (NorpcRemoteInterface *self,
                    const NorpcArgInfo   *arg,
                    GVariant             *values,
                    GValue               *result)
{
  int property = norpc_remote_interface_find_property (self, arg->dbus.name);
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
  right = !shows || norpc_remote_interface_show_service (self, values, TRUE, error);
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
  g_return_if_fail (call != NULL && norpc_call_gets_properties (call));
  g_return_if_fail (g_variant_is_of_type (values, G_VARIANT_TYPE_VARDICT));

  norpc_remote_interface_take_all (self, call, values, self->relay != NULL, NULL);
}
