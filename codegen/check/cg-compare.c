/* cg-compare.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The differences between two versions of a description, as callers see them: in C, in
 * other languages, over D-Bus. */

#include "cg-compare-private.h"

#include "model/cg-names.h"

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
