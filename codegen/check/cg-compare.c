/* cg-compare.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What two versions of a description differ in, with the eyes of those who
 * call: in C, in other languages, over D-Bus. */

#include "cg-compare-private.h"

#include "model/cg-names.h"
#include "xml/cg-suggest.h"

#include <string.h>

static const char * const severities[CG_N_SEVERITIES] = { "breaking", "risky", "compatible" };

const char *
cg_severity_to_string (CgSeverity self)
{
  return severities[self];
}

void
cg_findings_add (CgFindings       *self,
                 CgSeverity        severity,
                 const CgLocation *location,
                 const CgLocation *other,
                 const char       *format,
                 ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  self->n[severity]++;
  cg_diagnostics_finding (self->diagnostics, severities[severity], location, text);
  if (other != NULL)
    cg_diagnostics_note (self->diagnostics, other, "it was here");
}

/* Names, of which some may be there several times: overloaded methods. Their
 * keys have a number, so that they are compared in their order. */
static GPtrArray *
make_keys (GPtrArray *nodes)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < nodes->len; i++)
    {
      const char *name = ((CgNode *) g_ptr_array_index (nodes, i))->name;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));

      g_hash_table_insert (counts, (gpointer) name, GUINT_TO_POINTER (n + 1));
      g_ptr_array_add (keys, n == 0 ? g_strdup (name) : g_strdup_printf ("%s %u", name, n));
    }

  return keys;
}

static GHashTable *
make_index (GPtrArray *nodes,
            GPtrArray *keys)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < nodes->len; i++)
    g_hash_table_insert (index, g_ptr_array_index (keys, i), g_ptr_array_index (nodes, i));

  return index;
}

static void
report_removed (CgFindings   *findings,
                const CgNode *node,
                const char   *what,
                GHashTable   *old_index,
                GPtrArray    *now)
{
  CgSuggestion suggestion = { node->name, NULL, 0 };

  for (guint i = 0; i < now->len; i++)
    {
      const char *name = ((CgNode *) g_ptr_array_index (now, i))->name;

      if (!g_hash_table_contains (old_index, name))
        cg_suggestion_offer (&suggestion, name);
    }

  if (suggestion.best != NULL)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &node->name_location, NULL,
                     "the %s '%s' is not there any more; is it '%s' now?", what, node->name, suggestion.best);
  else
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &node->name_location, NULL,
                     "the %s '%s' is not there any more", what, node->name);
}

static void
compare_deprecated (CgFindings   *findings,
                    const CgNode *before,
                    const CgNode *now)
{
  if (now->deprecated && !before->deprecated)
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->name_location, NULL,
                     "'%s' is deprecated now; compilers warn of that", now->name);
}

void
cg_compare_all (CgFindings    *findings,
                GPtrArray     *before,
                GPtrArray     *now,
                const char    *what,
                CgCompareFunc  compare,
                CgSeverity     is_new)
{
  g_autoptr (GPtrArray) old_keys = make_keys (before);
  g_autoptr (GPtrArray) new_keys = make_keys (now);
  g_autoptr (GHashTable) old_index = make_index (before, old_keys);
  g_autoptr (GHashTable) new_index = make_index (now, new_keys);

  for (guint i = 0; i < before->len; i++)
    {
      const CgNode *node = g_ptr_array_index (before, i);
      const CgNode *peer = g_hash_table_lookup (new_index, g_ptr_array_index (old_keys, i));

      if (peer == NULL)
        {
          report_removed (findings, node, what, old_index, now);
          continue;
        }
      compare_deprecated (findings, node, peer);
      compare (findings, node, peer);
    }

  for (guint i = 0; i < now->len; i++)
    {
      const CgNode *node = g_ptr_array_index (now, i);

      if (!g_hash_table_contains (old_index, g_ptr_array_index (new_keys, i)))
        cg_findings_add (findings, is_new, &node->name_location, NULL,
                         "the %s '%s' is new", what, node->name);
    }
}

void
cg_compare_c_names (CgFindings   *findings,
                    const CgNode *before,
                    const CgNode *now,
                    const char   *old_name,
                    const char   *new_name)
{
  if (!g_str_equal (old_name, new_name))
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->name_location, &before->name_location,
                     "'%s' is '%s' in C; it was '%s'", now->name, new_name, old_name);
}

static void
compare_timeouts (CgFindings     *findings,
                  const CgMethod *before,
                  const CgMethod *now)
{
  guint old_timeout = before->timeout > 0 ? before->timeout : G_MAXUINT;
  guint new_timeout = now->timeout > 0 ? now->timeout : G_MAXUINT;

  if (new_timeout < old_timeout)
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->timeout_location,
                     before->timeout > 0 ? &before->timeout_location : NULL,
                     "'%s' has less time", now->node.name);
  else if (new_timeout > old_timeout)
    cg_findings_add (findings, CG_SEVERITY_COMPATIBLE, &now->node.name_location, &before->timeout_location,
                     "'%s' has more time", now->node.name);
}

static void
compare_flags (CgFindings     *findings,
               const CgMethod *before,
               const CgMethod *now)
{
  static const struct
  {
    CgMethodFlags  flag;
    CgSeverity     set;
    CgSeverity     unset;
    const char    *name;
  } flags[] = {
    { CG_METHOD_ONEWAY, CG_SEVERITY_BREAKING, CG_SEVERITY_BREAKING, "one-way" },
    { CG_METHOD_LATEST_WINS, CG_SEVERITY_RISKY, CG_SEVERITY_COMPATIBLE, "latest-wins" },
    { CG_METHOD_IDEMPOTENT, CG_SEVERITY_COMPATIBLE, CG_SEVERITY_RISKY, "idempotent" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      gboolean is_set = (now->flags & flags[i].flag) != 0;

      if (is_set != ((before->flags & flags[i].flag) != 0))
        cg_findings_add (findings, is_set ? flags[i].set : flags[i].unset,
                         &now->node.name_location, &before->node.name_location,
                         is_set ? "'%s' is %s now" : "'%s' is not %s any more", now->node.name, flags[i].name);
    }
}

static void
compare_property (CgFindings     *findings,
                  const CgMember *before,
                  const CgMember *now)
{
  const CgAccess lost = before->access & ~now->access;
  g_autofree char *what = g_strdup_printf ("the property '%s'", now->node.name);

  cg_compare_uses (findings, &before->use, &now->use, what);
  if (lost != 0)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->node.name_location, &before->node.name_location,
                     "%s cannot be %s any more", what, (lost & CG_ACCESS_READ) != 0 ? "read" : "written");
  else if (before->access != now->access)
    cg_findings_add (findings, CG_SEVERITY_COMPATIBLE, &now->node.name_location, &before->node.name_location,
                     "%s can be read and written now", what);
  if (now->use.nullable && !before->use.nullable)
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->use.location, &before->use.location,
                     "%s may be NULL now", what);
}

/* Not told again where it follows from another difference. */
static void
compare_returns (CgFindings     *findings,
                 const CgMethod *before,
                 const CgMethod *now)
{
  if ((cg_method_get_return_arg (before) == NULL) != (cg_method_get_return_arg (now) == NULL))
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->node.name_location, &before->node.name_location,
                     cg_method_get_return_arg (now) != NULL
                     ? "the result of '%s' is the return value in C; it was an out parameter"
                     : "the result of '%s' is an out parameter in C; it was the return value", now->node.name);
}

static void
compare_members (CgFindings    *findings,
                 gconstpointer  old_member,
                 gconstpointer  new_member)
{
  const CgMember *before = old_member;
  const CgMember *now = new_member;
  const guint n_breaking = findings->n[CG_SEVERITY_BREAKING];
  gboolean is_method = now->kind == CG_MEMBER_METHOD;

  cg_compare_c_names (findings, &before->node, &now->node,
                      is_method ? cg_names_get_call (before) : before->lower,
                      is_method ? cg_names_get_call (now) : now->lower);
  if (is_method)
    {
      compare_flags (findings, before, now);
      compare_timeouts (findings, before, now);
    }
  if (now->kind == CG_MEMBER_PROPERTY)
    compare_property (findings, before, now);
  cg_compare_args (findings, &before->node, &now->node, before->in_args, now->in_args, CG_DIRECTION_IN);
  cg_compare_args (findings, &before->node, &now->node, before->out_args, now->out_args, CG_DIRECTION_OUT);
  if (is_method && findings->n[CG_SEVERITY_BREAKING] == n_breaking)
    compare_returns (findings, before, now);
}

static void
compare_interfaces (CgFindings    *findings,
                    gconstpointer  old_interface,
                    gconstpointer  new_interface)
{
  const CgInterface *before = old_interface;
  const CgInterface *now = new_interface;

  cg_compare_c_names (findings, &before->node, &now->node,
                      cg_names_look_up_interface (before, "Proxy"), cg_names_look_up_interface (now, "Proxy"));
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    cg_compare_all (findings, before->members[i], now->members[i], cg_member_kind_to_string (i), compare_members,
                    CG_SEVERITY_COMPATIBLE);
}

void
cg_compare (const CgDescription *before,
            const CgDescription *now,
            CgFindings          *findings)
{
  cg_compare_all (findings, before->interfaces, now->interfaces, "interface", compare_interfaces,
                  CG_SEVERITY_COMPATIBLE);
  cg_compare_types (findings, before, now);
}
