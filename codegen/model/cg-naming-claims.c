/* cg-naming-claims.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes names in C, and sees to it that each is there once. */

#include "cg-naming-private.h"

#include "cg-reserved.h"
#include "cg-spelling.h"

/* The name of a method, signal or property in C. */
char *
cg_naming_make_member_name (const CgNode *node)
{
  g_autofree char *identifier = NULL;

  identifier = cg_make_identifier (node->c_name != NULL ? node->c_name : node->name);
  if (cg_is_ugly (node->c_name))
    return g_ascii_strdown (identifier, -1);

  return cg_camel_case_to_uscore (identifier);
}

const char **
cg_naming_expand_rows (Namer             *self,
                       const CgNameTable *table)
{
  const char **names = g_new0 (const char *, table->n_rows);

  for (gsize i = 0; i < table->n_rows; i++)
    {
      g_autofree char *name = cg_writer_expand (self->writer, table->rows[i].pattern);

      names[i] = cg_description_string (self->description, name);
      cg_writer_set (self->writer, table->rows[i].key, name);
    }

  return names;
}

/* Whether nothing else has an identifier: the later one is in error. */
gboolean
cg_naming_is_free (Namer      *self,
                   CgNode     *node,
                   const char *identifier)
{
  CgNode *owner = g_hash_table_lookup (self->globals, identifier);

  if (owner == NULL)
    return TRUE;

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "'%s' and '%s' would both be '%s' in C; "
                        "rename one with the annotation org.gtk.GDBus.C.Name",
                        node->name, owner->name, identifier);
  cg_diagnostics_note (self->diagnostics, &owner->name_location, "'%s' is here", owner->name);
  node->broken = TRUE;

  return FALSE;
}

/* Two that want one identifier: the later one is in error. */
gboolean
cg_naming_claim_rows (Namer              *self,
                      CgNode             *node,
                      const CgNameTable  *table,
                      const char        **names)
{
  for (gsize i = 0; i < table->n_rows; i++)
    if (table->rows[i].global && !cg_naming_is_free (self, node, names[i]))
      return FALSE;

  for (gsize i = 0; i < table->n_rows; i++)
    if (table->rows[i].global)
      g_hash_table_insert (self->globals, (gpointer) names[i], node);

  return TRUE;
}

/* Methods of one C name first, so that the error speaks of the methods. */
gboolean
cg_naming_claim_member (Namer      *self,
                        GHashTable *members,
                        CgNode     *node,
                        const char *what,
                        const char *lower)
{
  CgNode *owner = g_hash_table_lookup (members, lower);

  if (owner == NULL)
    {
      g_hash_table_insert (members, (gpointer) lower, node);
      return TRUE;
    }

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "the %s '%s' and '%s' have one name in C, '%s'; "
                        "rename one with the annotation org.gtk.GDBus.C.Name",
                        what, node->name, owner->name, lower);
  cg_diagnostics_note (self->diagnostics, &owner->name_location, "'%s' is here", owner->name);
  node->broken = TRUE;

  return FALSE;
}

/* A name for a parameter that nothing else in the function has. */
const char *
cg_naming_make_parameter (Namer      *self,
                          GHashTable *taken,
                          const char *prefix,
                          const char *name)
{
  g_autoptr (GString) unique = g_string_new (prefix);
  const char *result;

  g_string_append (unique, name);
  /* gdbus-codegen has this prefix always; with it nothing is reserved */
  if (cg_is_reserved (unique->str) || cg_is_used_parameter (unique->str))
    g_string_prepend (unique, "arg_");
  while (g_hash_table_contains (taken, unique->str) ||
         g_hash_table_contains (self->globals, unique->str))
    g_string_append_c (unique, '_');

  result = cg_description_string (self->description, unique->str);
  g_hash_table_add (taken, (gpointer) result);

  return result;
}
