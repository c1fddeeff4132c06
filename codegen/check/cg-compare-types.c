/* cg-compare-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* In what types differ from what they were. */

#include "cg-compare-private.h"

#include "model/cg-declarations.h"
#include "model/cg-names.h"

static void
compare_values (CgFindings    *findings,
                gconstpointer  old_value,
                gconstpointer  new_value)
{
  const CgValue *before = old_value;
  const CgValue *now = new_value;

  cg_compare_c_names (findings, &before->node, &now->node, before->upper, now->upper);
  if (before->value != now->value)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->node.name_location, &before->node.name_location,
                     "the value of '%s' is %" G_GINT64_FORMAT "; it was %" G_GINT64_FORMAT,
                     now->node.name, now->value, before->value);
  if (g_strcmp0 (before->dbus_name, now->dbus_name) != 0)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->node.name_location, &before->node.name_location,
                     "'%s' has another name over D-Bus", now->node.name);
  if (g_strcmp0 (before->nick, now->nick) != 0)
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->node.name_location, &before->node.name_location,
                     "the nickname of '%s' is '%s'; it was '%s'", now->node.name, now->nick, before->nick);
}

static void
compare_fields (CgFindings    *findings,
                gconstpointer  old_field,
                gconstpointer  new_field)
{
  const CgField *before = old_field;
  const CgField *now = new_field;
  g_autofree char *what = g_strdup_printf ("the field '%s'", now->node.name);

  cg_compare_uses (findings, &before->use, &now->use, what);
  if (before->use.nullable != now->use.nullable)
    cg_findings_add (findings, now->use.nullable ? CG_SEVERITY_RISKY : CG_SEVERITY_BREAKING,
                     &now->use.location, &before->use.location,
                     now->use.nullable ? "%s may be NULL now" : "%s cannot be NULL any more", what);
}

/* Fields are the parameters of the constructor, in their order. */
static void
compare_records (CgFindings          *findings,
                 const CgDeclaration *before,
                 const CgDeclaration *now)
{
  gboolean is_same = before->fields->len == now->fields->len;

  for (guint i = 0; is_same && i < now->fields->len; i++)
    is_same = g_str_equal (((CgNode *) g_ptr_array_index (before->fields, i))->name,
                           ((CgNode *) g_ptr_array_index (now->fields, i))->name);

  if (!is_same)
    cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->node.name_location, &before->node.name_location,
                     "the record '%s' has other fields, or in another order", now->node.name);
  else
    for (guint i = 0; i < now->fields->len; i++)
      compare_fields (findings, g_ptr_array_index (before->fields, i), g_ptr_array_index (now->fields, i));
}

static void
compare_types (CgFindings    *findings,
               gconstpointer  old_type,
               gconstpointer  new_type)
{
  const CgDeclaration *before = old_type;
  const CgDeclaration *now = new_type;

  if (before->kind != now->kind)
    {
      cg_findings_add (findings, CG_SEVERITY_BREAKING, &now->node.name_location, &before->node.name_location,
                       "'%s' is another kind of type", now->node.name);
      return;
    }

  cg_compare_c_names (findings, &before->node, &now->node,
                      cg_names_look_up_declaration (before, "T"), cg_names_look_up_declaration (now, "T"));
  if (now->kind == CG_DECLARED_RECORD)
    compare_records (findings, before, now);
  else
    cg_compare_all (findings, before->values, now->values, "value", compare_values,
                    now->kind == CG_DECLARED_ERROR_DOMAIN ? CG_SEVERITY_COMPATIBLE : CG_SEVERITY_RISKY);
}

void
cg_compare_types (CgFindings          *findings,
                  const CgDescription *before,
                  const CgDescription *now)
{
  cg_compare_all (findings, before->declarations, now->declarations, "type", compare_types,
                  CG_SEVERITY_COMPATIBLE);
}
