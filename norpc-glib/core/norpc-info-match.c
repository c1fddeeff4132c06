/* norpc-info-match.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Compares the infos of one interface that a client and a service have. */

#include "norpc-info-match-private.h"

/* Returns TRUE if both infos are of one interface. Two that are compiled never are. */
gboolean
norpc_interface_infos_match (const NorpcInterfaceInfo *info,
                             const NorpcInterfaceInfo *other)
{
  return info == other ||
         ((norpc_interface_info_is_run_time (info) || norpc_interface_info_is_run_time (other)) &&
          g_str_equal (info->dbus.name, other->dbus.name));
}

/* The names may differ: an argument is found by its position. */
gboolean
norpc_arg_infos_match (const NorpcArgInfo *info,
                       const NorpcArgInfo *other)
{
  return g_str_equal (info->dbus.signature, other->dbus.signature) &&
         norpc_arg_info_get_gtype (&info->dbus) == norpc_arg_info_get_gtype (&other->dbus) &&
         norpc_arg_info_is_nullable (info) == norpc_arg_info_is_nullable (other);
}

/* Returns TRUE if the values of one have the form that those of the other have outside of the process, as those of
 * a declared type have without generated code.
 */
gboolean
norpc_arg_infos_have_same_form (const NorpcArgInfo *info,
                                const NorpcArgInfo *other)
{
  return *info->dbus.signature != '\0' && g_str_equal (info->dbus.signature, other->dbus.signature) &&
         (info->get_type == NULL) != (other->get_type == NULL) &&
         norpc_arg_info_is_nullable (info) == norpc_arg_info_is_nullable (other);
}

/* Returns the index of the first difference, or -1. */
static int
find_difference (GDBusArgInfo * const *infos,
                 GDBusArgInfo * const *others)
{
  guint n = norpc_arg_infos_count (infos);
  guint n_others = norpc_arg_infos_count (others);

  for (guint i = 0; i < MIN (n, n_others); i++)
    if (!norpc_arg_infos_match ((const NorpcArgInfo *) infos[i], (const NorpcArgInfo *) others[i]))
      return (int) i;

  return n == n_others ? -1 : (int) MIN (n, n_others);
}

static char *
describe_difference (const char           *kind,
                     GDBusArgInfo * const *infos,
                     GDBusArgInfo * const *others)
{
  int index = find_difference (infos, others);
  guint n = norpc_arg_infos_count (infos);
  guint n_others = norpc_arg_infos_count (others);

  if (index < 0)
    return NULL;
  if ((guint) index < MIN (n, n_others))
    return g_strdup_printf ("%s '%s' differs", kind, infos[index]->name);

  return g_strdup_printf ("one has %u %ss, the other %u", n, kind, n_others);
}

/* Returns a message (owned) that tells how two methods of one name differ, or NULL if a call of one
 * is a call of the other.
 */
char *
norpc_methods_find_mismatch (const NorpcMethodInfo *info,
                             const NorpcMethodInfo *other)
{
  const NorpcMethodFlags stream = NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_FLAGS_STREAM_IN;
  char *difference;

  if ((info->flags & stream) != (other->flags & stream))
    return g_strdup ("one is a stream, the other is not, or its items go the other way");

  difference = describe_difference ("argument", info->dbus.in_args, other->dbus.in_args);
  if (difference == NULL)
    difference = describe_difference ("result", info->dbus.out_args, other->dbus.out_args);
  if (difference == NULL)
    difference = describe_difference ("item", info->items, other->items);

  return difference;
}

/* Returns TRUE if both are the same method, of one interface. */
gboolean
norpc_methods_match (const NorpcInterfaceInfo *info,
                     guint                     method,
                     const NorpcInterfaceInfo *other,
                     guint                     other_method)
{
  g_autofree char *mismatch = NULL;

  if (info == other)
    return method == other_method;
  if (!norpc_interface_infos_match (info, other) ||
      !g_str_equal (info->methods[method]->dbus.name, other->methods[other_method]->dbus.name))
    return FALSE;

  mismatch = norpc_methods_find_mismatch (info->methods[method], other->methods[other_method]);

  return mismatch == NULL;
}

/* Returns the index of a signal with the name and the arguments of @other, or -1. */
int
norpc_interface_info_find_signal (const NorpcInterfaceInfo *info,
                                  const NorpcSignalInfo    *other)
{
  for (int i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (g_str_equal (info->signals[i]->dbus.name, other->dbus.name))
      return find_difference (info->signals[i]->dbus.args, other->dbus.args) < 0 ? i : -1;

  return -1;
}
