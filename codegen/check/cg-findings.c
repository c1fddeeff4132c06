/* cg-findings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The list of differences between two versions of a description, and the pairs of their nodes. */

#include "cg-compare.h"

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
  va_list args;

  self->n[severity]++;
  va_start (args, format);
  cg_diagnostics_finding (self->diagnostics, severities[severity], location, format, args);
  va_end (args);
  if (other != NULL)
    cg_diagnostics_note (self->diagnostics, other, "it was here");
}

/* The names by which two versions of a node are paired. */
enum
{
  BY_NAME = 1 << 0,
  BY_C_NAME = 1 << 1
};

/* Pairs the nodes that have no peer yet. */
static void
pair (CgFindings *findings,
      GPtrArray  *before,
      GPtrArray  *now,
      guint       by)
{
  g_autoptr (GHashTable) nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *versions[] = { now, before };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    CG_FOREACH (CgNode, node, versions[i])
      {
        g_autofree char *key = g_strconcat ((by & BY_NAME) != 0 ? node->name : "", " ",
                                            (by & BY_C_NAME) != 0 ? node->in_c : "", NULL);
        CgNode *peer = g_hash_table_lookup (nodes, key);

        if (g_hash_table_contains (findings->peers, node))
          continue;
        if (versions[i] == now && peer == NULL)
          g_hash_table_insert (nodes, g_steal_pointer (&key), node);
        else if (versions[i] == before && peer != NULL &&
                 !g_hash_table_contains (findings->peers, peer))
          {
            g_hash_table_insert (findings->peers, node, peer);
            g_hash_table_insert (findings->peers, peer, node);
          }
      }
}

static void
report_removed (CgFindings   *findings,
                const CgNode *node,
                const char   *what,
                GPtrArray    *now)
{
  CgSuggestion suggestion = { node->name, NULL, 0 };

  CG_FOREACH (const CgNode, other, now)
    if (!g_hash_table_contains (findings->peers, other))
      cg_suggestion_offer (&suggestion, other->name);

  cg_findings_add (findings, CG_SEVERITY_BREAKING, &node->name_location, NULL,
                   suggestion.best != NULL
                   ? "the %s '%s' is not there any more; is it '%s' now?"
                   : "the %s '%s' is not there any more", what, node->name, suggestion.best);
}

static void
compare_pair (CgFindings       *findings,
              const CgNodeKind *kind,
              const CgNode     *before,
              const CgNode     *now)
{
  if (now->deprecated && !before->deprecated)
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->name_location, NULL,
                     "'%s' is deprecated now; compilers warn of that", now->name);
  if (!g_str_equal (before->in_c, now->in_c))
    BREAKING ("'%s' is '%s' in C; it was '%s'", now->name, now->in_c, before->in_c);
  if (kind->is_sent && !g_str_equal (before->name, now->name))
    BREAKING ("out of the process the %s is '%s'; it was '%s'",
              kind->what, now->name, before->name);
  kind->compare (findings, before, now);
}

/* A name that is not visible outside of the process is compared in its form in C. */
void
cg_findings_compare (CgFindings       *findings,
                     const CgNodeKind *kind,
                     GPtrArray        *before,
                     GPtrArray        *now)
{
  pair (findings, before, now, kind->is_sent ? BY_NAME | BY_C_NAME : BY_C_NAME);
  pair (findings, before, now, BY_NAME);
  pair (findings, before, now, BY_C_NAME);

  CG_FOREACH (const CgNode, node, before)
    {
      const CgNode *peer = g_hash_table_lookup (findings->peers, node);

      if (peer != NULL)
        compare_pair (findings, kind, node, peer);
      else
        report_removed (findings, node, kind->what, now);
    }

  CG_FOREACH (const CgNode, node, now)
    if (!g_hash_table_contains (findings->peers, node))
      cg_findings_add (findings, kind->is_new, &node->name_location, NULL,
                       "the %s '%s' is new", kind->what, node->name);
}
