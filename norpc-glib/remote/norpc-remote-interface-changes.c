/* norpc-remote-interface-changes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The changes of properties, with their values or without. */

#include "events/norpc-property-private.h"
#include "norpc-remote-interface-parts-private.h"

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
  int property = norpc_remote_interface_find_property (self, name);
  const NorpcPropertyInfo *info = property >= 0 ? self->info->properties[property] : NULL;

  if (info == NULL || !norpc_property_is_readable (info))
    return TRUE;

  if (info->updates == NORPC_PROPERTY_UPDATES_VALUE && value != NULL)
    return norpc_remote_interface_show_value (self, property, value, FALSE, error);

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
