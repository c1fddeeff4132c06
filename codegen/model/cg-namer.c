/* cg-namer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Finds unique names in C. */

#include "cg-namer.h"

#include "cg-spelling.h"

#include <string.h>

void
cg_namer_make_names (Namer             *self,
                     CgNode            *node,
                     const CgNameTable *table)
{
  node->name_table = table;
  node->names = g_new0 (const char *, table->n_rows);
  for (gsize i = 0; i < table->n_rows; i++)
    {
      g_autofree char *name = cg_writer_expand (self->writer, table->rows[i].pattern);

      node->names[i] = cg_description_string (self->description, name);
      cg_writer_set (self->writer, table->rows[i].key, name);
    }
}

/* Marks the later one of two nodes that have the same name as broken. */
void
cg_namer_refuse (Namer        *self,
                 CgNode       *node,
                 const CgNode *owner)
{
  cg_diagnostics_note (self->diagnostics, &owner->name_location, "'%s' is here", owner->name);
  node->broken = TRUE;
}

/* Checks that no other node has the identifier. */
gboolean
cg_namer_is_free (Namer      *self,
                  CgNode     *node,
                  const char *identifier)
{
  const CgNode *owner = g_hash_table_lookup (self->globals, identifier);

  if (owner == NULL)
    return TRUE;

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "'%s' and '%s' would both be '%s' in C; "
                        "rename one with the annotation org.gtk.GDBus.C.Name",
                        node->name, owner->name, identifier);
  cg_namer_refuse (self, node, owner);

  return FALSE;
}

gboolean
cg_namer_claim_names (Namer  *self,
                      CgNode *node)
{
  const CgNameTable *table = node->name_table;

  for (gsize i = 0; i < table->n_rows; i++)
    if (table->rows[i].global && !cg_namer_is_free (self, node, node->names[i]))
      return FALSE;

  for (gsize i = 0; i < table->n_rows; i++)
    if (table->rows[i].global)
      g_hash_table_insert (self->globals, (gpointer) node->names[i], node);

  return TRUE;
}

/* Makes a name for a parameter that is unique in the function. */
const char *
cg_namer_make_parameter (Namer      *self,
                         GHashTable *taken,
                         const char *prefix,
                         const char *name)
{
  g_autoptr (GString) unique = g_string_new (prefix);
  const char *result;

  g_string_append (unique, name);
  /* gdbus-codegen always has this prefix; no name with it is reserved */
  if (cg_is_reserved (unique->str) || cg_is_used_parameter (unique->str))
    g_string_prepend (unique, "arg_");
  while (g_hash_table_contains (taken, unique->str) ||
         g_hash_table_contains (self->globals, unique->str))
    g_string_append_c (unique, '_');

  result = cg_description_string (self->description, unique->str);
  g_hash_table_add (taken, (gpointer) result);

  return result;
}

/* Reports a name that GObject would refuse for a GType. */
gboolean
cg_namer_check_type_name (Namer        *self,
                          const CgNode *node,
                          const char   *camel)
{
  if (strlen (camel) >= 3)
    return TRUE;

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "the name of '%s' in C, '%s', is too short: the name of a GType has at "
                        "least three characters; see --c-namespace", node->name, camel);

  return FALSE;
}
