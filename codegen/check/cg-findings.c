/* cg-findings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Differences between two lists of nodes, and what they mean for callers. */

#include "cg-compare-private.h"

#include "xml/cg-suggest.h"

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
