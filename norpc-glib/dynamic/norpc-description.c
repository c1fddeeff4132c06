/* norpc-description.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Interface infos that are made at run time. */

#include <stdlib.h>
#include <string.h>

#include "core/norpc-error.h"
#include "norpc-description-reader-private.h"
#include "norpc-description.h"
#include "norpc-dynamic-types-private.h"
#include "norpc-route-private.h"

static GMutex infos_lock;
static GHashTable *known_infos; /* (owned) (nullable) [infos_lock]: of owned texts and owned
                                   NorpcDynamicInfo, which are never freed */

/* Thread-safe. Returns the info that is the same as @info, which is freed if it is not the first. A
 * description that is read again thus needs no more memory, and has the same GTypes.
 */
static NorpcDynamicInfo *
intern_info (NorpcDynamicInfo *info)
{
  char *key = norpc_dynamic_info_describe (info);
  NorpcDynamicInfo *known;

  g_mutex_lock (&infos_lock);
  if (known_infos == NULL)
    known_infos = g_hash_table_new (g_str_hash, g_str_equal);
  known = g_hash_table_lookup (known_infos, key);
  if (known == NULL)
    {
      norpc_route_init ();
      norpc_dynamic_types_register (info);
      g_hash_table_insert (known_infos, g_steal_pointer (&key), info);
    }
  g_mutex_unlock (&infos_lock);

  g_free (key);
  if (known == NULL)
    return info;

  norpc_dynamic_info_free (info);

  return known;
}

static GPtrArray *
read_infos (const char  *xml,
            const char  *kept,
            GError     **error)
{
  g_autoptr (GPtrArray) infos = norpc_description_read (xml, kept, error);
  GPtrArray *list;

  if (infos == NULL)
    return NULL;

  g_ptr_array_set_free_func (infos, NULL);
  list = g_ptr_array_new ();
  for (guint i = 0; i < infos->len; i++)
    g_ptr_array_add (list, intern_info (g_ptr_array_index (infos, i)));

  return list;
}

/**
 * norpc_interface_info_list_for_xml:
 * @xml: a description
 * @error: return location for an error
 *
 * Reads a description at run time.
 *
 * See [ctor@Norpc.InterfaceInfo.new_for_xml].
 *
 * Returns: (transfer container) (element-type NorpcInterfaceInfo): all interfaces of the description,
 *   which may be none, or %NULL if @error is set. If there are others,
 *   [those that every object of D-Bus has](description.html#introspected-descriptions) are left out.
 * Since: 0.1
 */
GPtrArray *
norpc_interface_info_list_for_xml (const char  *xml,
                                   GError     **error)
{
  g_return_val_if_fail (xml != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return read_infos (xml, NULL, error);
}

/* Returns the interface (unowned) of that name, or the only one, or NULL if @error is set. */
static NorpcInterfaceInfo *
pick_interface (GPtrArray   *infos,
                const char  *name,
                GError     **error)
{
  if (name == NULL && infos->len == 1)
    return g_ptr_array_index (infos, 0);

  for (guint i = 0; i < infos->len && name != NULL; i++)
    {
      NorpcInterfaceInfo *info = g_ptr_array_index (infos, i);

      if (g_str_equal (info->dbus.name, name))
        return info;
    }

  if (name != NULL)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION, "the description has no interface '%s'", name);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION,
                 "the description has %u interfaces; the name of one of them is needed", infos->len);

  return NULL;
}

/**
 * norpc_interface_info_new_for_xml:
 * @xml: a description
 * @name: (nullable): the name of an interface, or %NULL for the only one, not counting
 *   [those that every object of D-Bus has](description.html#introspected-descriptions) if there are others
 * @error: return location for an error
 *
 * Reads an interface of a description at run time, without generated code.
 *
 * The info is the same as that of generated code. A method, a signal or a property whose types need
 * generated code, such as a record, is left out:
 * [method@Norpc.InterfaceInfo.get_left_out] says why.
 *
 * The info is kept for the life of the process, because its signals and properties have
 * [types](dynamic.html#types). The same description, read again, returns the same info.
 *
 * If @xml is not a valid description, or has no such interface, @error is set to
 * %NORPC_ERROR_INVALID_DESCRIPTION, with the line and the column. This function is thread-safe.
 *
 * Returns: (transfer full): an interface info, or %NULL if @error is set
 * Since: 0.1
 */
NorpcInterfaceInfo *
norpc_interface_info_new_for_xml (const char  *xml,
                                  const char  *name,
                                  GError     **error)
{
  g_autoptr (GPtrArray) infos = NULL;

  g_return_val_if_fail (xml != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  infos = read_infos (xml, name, error);

  return infos != NULL ? pick_interface (infos, name, error) : NULL;
}

/* GIO writes names and types into XML as they are, and some stand for markup. Returns FALSE if @error is set. */
static gboolean
check_dbus_text (const char  *text,
                 GError     **error)
{
  if (text == NULL || strpbrk (text, "<>&\"'") == NULL)
    return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION, "'%s' is not a name or a type", text);

  return FALSE;
}

static gboolean
check_dbus_args (GDBusArgInfo  **args,
                 GError        **error)
{
  for (; args != NULL && *args != NULL; args++)
    if (!check_dbus_text ((*args)->name, error) || !check_dbus_text ((*args)->signature, error))
      return FALSE;

  return TRUE;
}

static gboolean
check_dbus (GDBusInterfaceInfo  *dbus,
            GError             **error)
{
  if (!check_dbus_text (dbus->name, error))
    return FALSE;
  for (GDBusMethodInfo **methods = dbus->methods; methods != NULL && *methods != NULL; methods++)
    if (!check_dbus_text ((*methods)->name, error) || !check_dbus_args ((*methods)->in_args, error) ||
        !check_dbus_args ((*methods)->out_args, error))
      return FALSE;
  for (GDBusSignalInfo **signals = dbus->signals; signals != NULL && *signals != NULL; signals++)
    if (!check_dbus_text ((*signals)->name, error) || !check_dbus_args ((*signals)->args, error))
      return FALSE;
  for (GDBusPropertyInfo **properties = dbus->properties; properties != NULL && *properties != NULL; properties++)
    if (!check_dbus_text ((*properties)->name, error) || !check_dbus_text ((*properties)->signature, error))
      return FALSE;

  return TRUE;
}

/**
 * norpc_interface_info_new_for_dbus:
 * @dbus: an interface of D-Bus
 * @error: return location for an error
 *
 * Makes an interface info of an interface of D-Bus, such as that of a remote object.
 *
 * The annotations have their meanings, as in [ctor@Norpc.InterfaceInfo.new_for_xml]. If @dbus is not a valid
 * description, @error is set to %NORPC_ERROR_INVALID_DESCRIPTION.
 *
 * Returns: (transfer full): an interface info, or %NULL if @error is set
 * Since: 0.1
 */
NorpcInterfaceInfo *
norpc_interface_info_new_for_dbus (GDBusInterfaceInfo  *dbus,
                                   GError             **error)
{
  g_autoptr (GString) xml = g_string_new ("<node>");

  g_return_val_if_fail (dbus != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_dbus (dbus, error))
    return NULL;

  g_dbus_interface_info_generate_xml (dbus, 2, xml);
  g_string_append (xml, "</node>");

  return norpc_interface_info_new_for_xml (xml->str, dbus->name, error);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(const char * const *) a, *(const char * const *) b);
}

/**
 * norpc_interface_info_list_left_out:
 * @info: an interface info
 *
 * Lists the members of the description that @info does not have, because their types need generated
 * code.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, sorted
 * Since: 0.1
 */
char **
norpc_interface_info_list_left_out (const NorpcInterfaceInfo *info)
{
  const NorpcDynamicInfo *self;
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer key;
  char **list;
  guint n_names;

  g_return_val_if_fail (info != NULL, NULL);

  self = norpc_dynamic_info_get (info);
  if (self != NULL)
    {
      g_hash_table_iter_init (&iter, self->left_out);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        g_hash_table_add (names, strchr (key, ' ') + 1);
    }
  list = (char **) g_hash_table_get_keys_as_array (names, &n_names);
  qsort (list, n_names, sizeof (char *), compare_names);
  for (guint i = 0; i < n_names; i++)
    list[i] = g_strdup (list[i]);

  return list;
}

/**
 * norpc_interface_info_get_left_out:
 * @info: an interface info
 * @member: the name of a method, a stream, a signal or a property
 *
 * Gets the reason why @info does not have a member of the description.
 *
 * If several members have that name, the reason is that of the method, or else that of the signal.
 *
 * Returns: (nullable): a message that names the member and the type that needs generated code, or %NULL
 *   if the member is not left out
 * Since: 0.1
 */
const char *
norpc_interface_info_get_left_out (const NorpcInterfaceInfo *info,
                                   const char               *member)
{
  static const char * const kinds[] = { "method", "signal", "property" };
  const char *reason = NULL;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (member != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds) && reason == NULL; i++)
    reason = norpc_dynamic_info_get_left_out (info, kinds[i], member);

  return reason;
}
