/* cg-compare-args.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* In what the arguments of a member differ from what they were. */

#include "cg-compare-private.h"

static const char *
get_name (const CgArg *arg)
{
  return arg->node.name != NULL ? arg->node.name : "";
}

static gboolean
has_name (GPtrArray  *args,
          const char *name)
{
  for (guint i = 0; i < args->len; i++)
    if (g_str_equal (get_name (g_ptr_array_index (args, i)), name))
      return TRUE;

  return FALSE;
}

/* Do both have the same names, in another order? */
static gboolean
is_permuted (GPtrArray *old_args,
             GPtrArray *new_args)
{
  gboolean differs = FALSE;

  for (guint i = 0; i < old_args->len; i++)
    {
      const char *name = get_name (g_ptr_array_index (old_args, i));

      if (!has_name (new_args, name) || *name == '\0')
        return FALSE;
      differs = differs || !g_str_equal (name, get_name (g_ptr_array_index (new_args, i)));
    }

  return differs;
}

void
cg_compare_uses (CgFindings      *findings,
                 const CgTypeUse *before,
                 const CgTypeUse *now,
                 const char      *what)
{
  if (!g_str_equal (before->value_signature, now->value_signature))
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->location, &before->location,
                     "%s is of the type '%s'; it was '%s'", what, now->signature, before->signature);
  else if (before->variant != NULL && g_strcmp0 (before->variant, now->variant) != 0)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->location, &before->location,
                     now->variant != NULL ? "out of the process %s is of the type '%s'; it was '%s'"
                                          : "%s cannot leave the process any more", what,
                     now->variant, before->variant);

  if (before->is_moved != now->is_moved)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->location, &before->location,
                     now->is_moved ? "%s moves to the service now" : "%s does not move to the service any more",
                     what);
}

static void
compare_nullable (CgFindings  *findings,
                  const CgArg *before,
                  const CgArg *now,
                  CgDirection  direction,
                  const char  *what)
{
  gboolean more = now->use.nullable;

  if (before->use.nullable == now->use.nullable)
    return;

  /* fewer values to give, or more to take, is what a caller may not expect */
  if (direction == CG_DIRECTION_IN)
    cg_findings_add (findings, more ? CG_SEVERITY_COMPATIBLE : CG_SEVERITY_BREAKING,
                     &now->use.location, &before->use.location,
                     more ? "%s may be NULL now" : "%s cannot be NULL any more", what);
  else
    cg_findings_add (findings, more ? CG_SEVERITY_RISKY : CG_SEVERITY_COMPATIBLE,
                     &now->use.location, &before->use.location,
                     more ? "%s may be NULL now" : "%s is never NULL now", what);
}

static void
compare_arg (CgFindings   *findings,
             const CgNode *member,
             const CgArg  *before,
             const CgArg  *now,
             CgDirection   direction,
             gboolean      with_name)
{
  g_autofree char *what = g_strdup_printf ("the argument '%s' of '%s'", get_name (now), member->name);

  cg_compare_uses (findings, &before->use, &now->use, what);
  compare_nullable (findings, before, now, direction, what);
  if (with_name && !g_str_equal (get_name (before), get_name (now)))
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->node.name_location, &before->node.name_location,
                     "%s was '%s'; some languages call by it", what, get_name (before));
}

void
cg_compare_args (CgFindings   *findings,
                 const CgNode *before,
                 const CgNode *now,
                 GPtrArray    *old_args,
                 GPtrArray    *new_args,
                 CgDirection   direction)
{
  const char *what = direction == CG_DIRECTION_IN ? "arguments" : "results";
  gboolean permuted;

  if (old_args->len != new_args->len)
    {
      cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->name_location, &before->name_location,
                       "'%s' has %u %s; there were %u", now->name, new_args->len, what, old_args->len);
      return;
    }

  permuted = is_permuted (old_args, new_args);
  if (permuted)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->name_location, &before->name_location,
                     "the %s of '%s' have another order", what, now->name);
  for (guint i = 0; i < old_args->len; i++)
    compare_arg (findings, now, g_ptr_array_index (old_args, i), g_ptr_array_index (new_args, i),
                 direction, !permuted);
}
