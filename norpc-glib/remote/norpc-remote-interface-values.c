/* norpc-remote-interface-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The values of the properties, which the stand-in has. */

#include "core/norpc-error.h"
#include "core/norpc-value-check-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-stand-in-private.h"
#include "norpc-remote-interface-parts-private.h"

/* Returns the index of a property of the description whose values can enter the process, or -1. */
int
norpc_remote_interface_find_property (NorpcRemoteInterface *self,
                                      const char           *name)
{
  for (int i = 0; self->info->properties != NULL && self->info->properties[i] != NULL; i++)
    if (g_str_equal (self->info->properties[i]->dbus.name, name))
      return self->impl->has_property (self->info->properties[i]) ? i : -1;

  return -1;
}

/* Sets a value of the stand-in, which notifies if it is another one. Returns FALSE and sets @error, unless that is set
 * already, if the description does not allow the value.
 */
gboolean
norpc_remote_interface_show_value (NorpcRemoteInterface  *self,
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
      int property = norpc_remote_interface_find_property (self, name);

      if (property >= 0 && norpc_property_is_readable (self->info->properties[property]))
        right = norpc_remote_interface_show_value (self, property, value, again, error) && right;
    }
  g_object_thaw_notify (self->stand_in);

  return right;
}

/* Shows all values of a service. The first ones are no changes: each proxy that wants them requests them. */
gboolean
norpc_remote_interface_show_service (NorpcRemoteInterface  *self,
                                     GVariant              *values,
                                     gboolean               again,
                                     GError               **error)
{
  guint notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  gulong handler; /* of the relay */
  gboolean right;

  handler =
    self->loaded ? 0 : g_signal_handler_find (self->stand_in, G_SIGNAL_MATCH_ID, notify_id, 0, NULL, NULL, NULL);
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
  return norpc_remote_interface_show_service (self, values, FALSE, error);
}

/* Initializes @value with the last known value of a property. Returns FALSE if there is none, or the service does not
 * send the values of the property when they change.
 */
gboolean
norpc_remote_interface_get_last (NorpcRemoteInterface *self,
                                 const NorpcArgInfo   *arg,
                                 GValue               *value)
{
  int property = norpc_remote_interface_find_property (self, arg->dbus.name);
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
