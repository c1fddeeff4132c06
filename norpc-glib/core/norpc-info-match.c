/* norpc-info-match.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Compares the infos of one interface that a client and a service have. */

#include "norpc-info-match-private.h"
#include "norpc-type-match-private.h"

/* The result of the comparison of two members. Infos last for the life of the process. */
typedef struct
{
  gconstpointer   member; /* (unowned): a method, a signal or a property */
  gconstpointer   other;  /* (unowned) */
  NorpcComparison result;
} KeptComparison;

static GMutex comparisons_lock;
static GHashTable *comparisons; /* (owned) (nullable) [comparisons_lock]: a set of owned KeptComparison */

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

/* Returns TRUE if the values of one have the form that those of the other have outside of the process. */
static gboolean
have_same_form (const NorpcArgInfo *info,
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
describe_numbers (const char *kind,
                  guint       n,
                  guint       n_others)
{
  return g_strdup_printf ("one has %u %ss, the other %u", n, kind, n_others);
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

  return describe_numbers (kind, n, n_others);
}

static char *
compare_directions (const NorpcMethodInfo *info,
                    const NorpcMethodInfo *other)
{
  const NorpcMethodFlags stream = NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_FLAGS_STREAM_IN;

  if ((info->flags & stream) != (other->flags & stream))
    return g_strdup ("one is a stream, the other is not, or its items go the other way");

  return NULL;
}

/* Returns a message (owned) that tells how two methods of one name differ, or NULL if a call of one
 * is a call of the other.
 */
char *
norpc_methods_find_mismatch (const NorpcMethodInfo *info,
                             const NorpcMethodInfo *other)
{
  char *difference = compare_directions (info, other);

  if (difference == NULL)
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

static guint
hash_comparison (gconstpointer key)
{
  const KeptComparison *self = key;

  return g_direct_hash (self->member) ^ (g_direct_hash (self->other) << 1);
}

static gboolean
comparisons_equal (gconstpointer a,
                   gconstpointer b)
{
  const KeptComparison *self = a, *other = b;

  return self->member == other->member && self->other == other->other;
}

static const KeptComparison *
find_kept (gconstpointer member,
           gconstpointer other)
{
  const KeptComparison key = { .member = member, .other = other };
  const KeptComparison *kept;

  g_mutex_lock (&comparisons_lock);
  kept = comparisons != NULL ? g_hash_table_lookup (comparisons, &key) : NULL;
  g_mutex_unlock (&comparisons_lock);

  return kept;
}

/* Takes ownership of @problem. Another thread may have compared the same members meanwhile. */
static NorpcComparison
add_comparison (gconstpointer  member,
                gconstpointer  other,
                gboolean       converts,
                char          *problem)
{
  g_autofree KeptComparison *added = g_new (KeptComparison, 1);
  const KeptComparison *kept;

  *added = (KeptComparison) { member, other, { converts, g_intern_string (problem) } };
  g_free (problem);

  g_mutex_lock (&comparisons_lock);
  if (comparisons == NULL)
    comparisons = g_hash_table_new (hash_comparison, comparisons_equal);
  kept = g_hash_table_lookup (comparisons, added);
  if (kept == NULL)
    {
      g_hash_table_add (comparisons, added);
      kept = g_steal_pointer (&added);
    }
  g_mutex_unlock (&comparisons_lock);

  return kept->result;
}

/* Returns a message (owned) about two arguments or properties, or NULL. Sets @converts if values have to be converted. */
static char *
compare_args (NorpcDescribedArg  arg,
              NorpcDescribedArg  other,
              gboolean          *converts)
{
  gboolean match = norpc_arg_infos_match (arg.arg, other.arg);
  char *problem;

  if (match && (arg.declared == NULL || other.declared == NULL))
    return NULL;
  if (!match && !have_same_form (arg.arg, other.arg))
    return g_strdup ("differs");

  problem = norpc_described_args_compare (arg, other);
  if (problem != NULL)
    {
      g_autofree char *detail = problem;

      return g_strdup_printf ("differs: %s", detail);
    }
  *converts = *converts || !match;

  return NULL;
}

/* Compares the arguments of two members that go one way, unless @problem (owned) is set already. */
static void
compare_lists (const char               *kind,
               const NorpcInterfaceInfo *info,
               GDBusArgInfo * const     *args,
               const NorpcInterfaceInfo *other,
               GDBusArgInfo * const     *other_args,
               gboolean                 *converts,
               char                    **problem)
{
  guint n = norpc_arg_infos_count (args);
  guint n_others = norpc_arg_infos_count (other_args);

  for (guint i = 0; i < MIN (n, n_others) && *problem == NULL; i++)
    {
      const NorpcArgInfo *arg = (const NorpcArgInfo *) args[i];
      const NorpcArgInfo *other_arg = (const NorpcArgInfo *) other_args[i];
      g_autofree char *detail = compare_args (norpc_described_arg_new (info, arg, arg),
                                              norpc_described_arg_new (other, other_arg, other_arg), converts);

      if (detail != NULL)
        *problem = g_strdup_printf ("%s '%s' %s", kind, args[i]->name, detail);
    }
  if (*problem == NULL && n != n_others)
    *problem = describe_numbers (kind, n, n_others);
}

/* Compares two methods of one name. */
NorpcComparison
norpc_methods_compare (const NorpcInterfaceInfo *info,
                       guint                     method,
                       const NorpcInterfaceInfo *other,
                       guint                     other_method)
{
  const NorpcMethodInfo *member = info->methods[method];
  const NorpcMethodInfo *other_member = other->methods[other_method];
  const KeptComparison *kept = find_kept (member, other_member);
  gboolean converts = FALSE;
  char *problem;

  if (kept != NULL)
    return kept->result;

  problem = compare_directions (member, other_member);
  compare_lists ("argument", info, member->dbus.in_args, other, other_member->dbus.in_args, &converts, &problem);
  compare_lists ("result", info, member->dbus.out_args, other, other_member->dbus.out_args, &converts, &problem);
  compare_lists ("item", info, member->items, other, other_member->items, &converts, &problem);

  return add_comparison (member, other_member, converts, problem);
}

/* Compares two signals of one name. */
NorpcComparison
norpc_signals_compare (const NorpcInterfaceInfo *info,
                       guint                     signal,
                       const NorpcInterfaceInfo *other,
                       guint                     other_signal)
{
  const NorpcSignalInfo *member = info->signals[signal];
  const NorpcSignalInfo *other_member = other->signals[other_signal];
  const KeptComparison *kept = find_kept (member, other_member);
  gboolean converts = FALSE;
  char *problem = NULL;

  if (kept != NULL)
    return kept->result;

  compare_lists ("argument", info, member->dbus.args, other, other_member->dbus.args, &converts, &problem);

  return add_comparison (member, other_member, converts, problem);
}

/* Compares two properties of one name. */
NorpcComparison
norpc_properties_compare (const NorpcInterfaceInfo *info,
                          guint                     property,
                          const NorpcInterfaceInfo *other,
                          guint                     other_property)
{
  const NorpcPropertyInfo *member = info->properties[property];
  const NorpcPropertyInfo *other_member = other->properties[other_property];
  const KeptComparison *kept = find_kept (member, other_member);
  NorpcArgInfo arg = norpc_property_info_get_arg (member);
  NorpcArgInfo other_arg = norpc_property_info_get_arg (other_member);
  gboolean converts = FALSE;
  g_autofree char *detail = NULL;
  char *problem = NULL;

  if (kept != NULL)
    return kept->result;

  detail = compare_args (norpc_described_arg_new (info, &arg, member),
                         norpc_described_arg_new (other, &other_arg, other_member), &converts);
  if (detail != NULL)
    problem = g_strdup_printf ("the type of the property '%s' %s", member->dbus.name, detail);

  return add_comparison (member, other_member, converts, problem);
}
