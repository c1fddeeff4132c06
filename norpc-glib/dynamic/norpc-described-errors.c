/* norpc-described-errors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The errors that a description declares, by their names. */

#include <string.h>

#include "core/norpc-error.h"
#include "norpc-description.h"
#include "norpc-dynamic-info-private.h"

/* Returns the error (unowned) with the name "Domain.Error", or with that name over D-Bus, or NULL. */
static const NorpcDescribedError *
find_described_error (const NorpcDynamicInfo *self,
                      const char             *name)
{
  const NorpcDescribedError *found = g_hash_table_lookup (self->errors, name);
  GHashTableIter iter;
  gpointer error;

  g_hash_table_iter_init (&iter, self->errors);
  while (found == NULL && g_hash_table_iter_next (&iter, NULL, &error))
    if (g_strcmp0 (((const NorpcDescribedError *) error)->dbus_name, name) == 0)
      found = error;

  return found;
}

/* Sorts by the domain, and by the code in it. */
static int
compare_errors (gconstpointer a,
                gconstpointer b,
                gpointer      errors)
{
  const NorpcDescribedError *first = g_hash_table_lookup (errors, *(const char * const *) a);
  const NorpcDescribedError *second = g_hash_table_lookup (errors, *(const char * const *) b);
  int order = strcmp (first->domain, second->domain);

  return order != 0 ? order : (first->code > second->code) - (first->code < second->code);
}

/**
 * norpc_interface_info_list_errors:
 * @info: an interface info
 *
 * Lists the errors that the description of @info declares.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, each that of the domain, a dot and that of
 *   the error, in the order of their values; none if @info was not made at run time
 * Since: 0.1
 */
char **
norpc_interface_info_list_errors (const NorpcInterfaceInfo *info)
{
  const NorpcDynamicInfo *self;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_return_val_if_fail (info != NULL, NULL);

  self = norpc_dynamic_info_get (info);
  if (self != NULL)
    {
      g_hash_table_iter_init (&iter, self->errors);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        g_ptr_array_add (names, g_strdup (name));
      g_ptr_array_sort_with_data (names, compare_errors, self->errors);
    }
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * norpc_interface_info_new_error:
 * @info: an interface info
 * @name: the name of an error that the description of @info declares: that of the domain, a dot and that of
 *   the error, or its name over D-Bus
 * @message: the message
 *
 * Creates an error of a domain that a description declares.
 *
 * The domain is that of the generated code of the description if this is part of the program, has a
 * `dbus-prefix`, and has used the domain before. Otherwise it is a domain that belongs to descriptions at run time;
 * [method@Norpc.InterfaceInfo.dup_error_name] knows both.
 *
 * Returns: (transfer full): the error, or one with the code %NORPC_ERROR_INVALID_ARGUMENT if the
 *   description does not declare it
 * Since: 0.1
 */
GError *
norpc_interface_info_new_error (const NorpcInterfaceInfo *info,
                                const char               *name,
                                const char               *message)
{
  const NorpcDynamicInfo *self;
  const NorpcDescribedError *described;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (message != NULL, NULL);

  self = norpc_dynamic_info_get (info);
  described = self != NULL ? find_described_error (self, name) : NULL;
  if (described == NULL)
    return g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s declares no error '%s': %s", info->dbus.name,
                        name, message);

  if (described->dbus_name != NULL)
    {
      g_autoptr (GError) error = g_dbus_error_new_for_dbus_error (described->dbus_name, "");

      if (error->domain != G_IO_ERROR)
        return g_error_new_literal (error->domain, error->code, message);
    }

  return g_error_new_literal (g_quark_from_string (described->domain), described->code, message);
}

/* Generated code puts its C namespace before the name of the domain. */
static gboolean
is_domain (const char *quark,
           const char *domain)
{
  g_autofree char *suffix = g_strconcat ("-", domain, NULL);

  return g_str_equal (quark, domain) || g_str_has_suffix (quark, suffix);
}

/* Gets the error in the description, and its name (both unowned). Returns FALSE if @error is another one. */
static gboolean
identify_error (const NorpcInterfaceInfo   *info,
                const GError               *error,
                const char                **name,
                const NorpcDescribedError **described)
{
  const NorpcDynamicInfo *self = norpc_dynamic_info_get (info);
  GHashTableIter iter;

  if (self == NULL)
    return FALSE;

  g_hash_table_iter_init (&iter, self->errors);
  while (g_hash_table_iter_next (&iter, (gpointer *) name, (gpointer *) described))
    if ((*described)->code == error->code && is_domain (g_quark_to_string (error->domain), (*described)->domain))
      return TRUE;

  return FALSE;
}

/**
 * norpc_interface_info_dup_error_name:
 * @info: an interface info
 * @error: an error of a call
 *
 * Gets the name of an error that the description of @info declares.
 *
 * Returns: (transfer full) (nullable): the name of the domain, a dot and the name of the error, or %NULL if
 *   @error is another one
 * Since: 0.1
 */
char *
norpc_interface_info_dup_error_name (const NorpcInterfaceInfo *info,
                                     const GError             *error)
{
  const NorpcDescribedError *described;
  const char *name;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (error != NULL, NULL);

  return identify_error (info, error, &name, &described) ? g_strdup (name) : NULL;
}

/**
 * norpc_interface_info_dup_dbus_error_name:
 * @info: an interface info
 * @error: an error of a call
 *
 * Gets the name over D-Bus of an error that the description of @info declares. All programs with this description
 * know the error by this name, whatever the C namespace of their generated code is.
 *
 * Returns: (transfer full) (nullable): the name, or %NULL if @error is another one, or has no name over D-Bus
 * Since: 0.1
 */
char *
norpc_interface_info_dup_dbus_error_name (const NorpcInterfaceInfo *info,
                                          const GError             *error)
{
  const NorpcDescribedError *described;
  const char *name;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (error != NULL, NULL);

  return identify_error (info, error, &name, &described) ? g_strdup (described->dbus_name) : NULL;
}
