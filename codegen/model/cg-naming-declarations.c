/* cg-naming-declarations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gives declared types, their values and their fields names in C. */

#include "cg-namer.h"

#include "cg-spelling.h"

#include <string.h>

/* Turns "FastMode", "fast-mode" and "FAST_MODE" into "fast_mode". */
static char *
make_word (const CgNode *node)
{
  const char *name = node->c_name != NULL ? node->c_name : node->name;
  g_autofree char *identifier = cg_make_identifier (name);

  return strpbrk (identifier, G_CSET_a_2_z) != NULL && strchr (identifier, '_') == NULL
         ? cg_camel_case_to_uscore (identifier)
         : g_ascii_strdown (identifier, -1);
}

static void
name_values (Namer         *self,
             CgDeclaration *declaration)
{
  CG_FOREACH (CgValue, value, declaration->values)
    {
      g_autofree char *word = NULL;
      g_autofree char *capitals = NULL;
      g_autofree char *upper = NULL;

      if (value->node.broken)
        continue;

      word = make_word (&value->node);
      if (value->nick == NULL)
        {
          g_autofree char *nick = g_strdelimit (g_strdup (word), "_", '-');

          value->nick = cg_description_string (self->description, nick);
        }
      capitals = g_ascii_strup (word, -1);
      upper = g_strconcat (cg_names_look_up (&declaration->node, "TT"), "_", capitals, NULL);
      value->upper = cg_description_string (self->description, upper);
      value->node.in_c = value->upper + strlen (upper) - strlen (capitals);
      if (cg_namer_is_free (self, &value->node, value->upper))
        g_hash_table_insert (self->globals, (gpointer) value->upper, &value->node);
    }
}

/* Makes a name for a field that is unique in the struct, in C and in Python, where PyGObject
 * changes the names of fields. */
static const char *
name_field (Namer      *self,
            GHashTable *taken,
            const char *word)
{
  g_autoptr (GString) field = g_string_new (word);

  if (cg_is_reserved (word))
    g_string_prepend (field, "arg_");

  for (;; g_string_append_c (field, '_'))
    {
      const char *end = cg_is_python_keyword (field->str) ? "_" : "";
      g_autofree char *in_python = g_strconcat (field->str, end, NULL);

      if (g_hash_table_add (taken, (gpointer) cg_description_string (self->description, in_python)))
        return cg_description_string (self->description, field->str);
    }
}

static void
name_fields (Namer         *self,
             CgDeclaration *declaration)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) params = g_hash_table_new (g_str_hash, g_str_equal);

  /* The first member of an object's struct. */
  if (declaration->is_object)
    g_hash_table_add (fields, (gpointer) "parent_instance");

  CG_FOREACH (CgField, field, declaration->fields)
    {
      g_autofree char *word = NULL;

      if (field->node.broken)
        continue;

      word = make_word (&field->node);
      field->node.in_c = field->lower = name_field (self, fields, word);
      field->param = cg_namer_make_parameter (self, params, "", word);
      g_strdelimit (word, "_", '-');
      field->property = cg_description_string (self->description, word);
    }
}

void
cg_namer_name_declaration (Namer         *self,
                           CgDeclaration *declaration)
{
  g_autofree char *lower = NULL;
  CgTypeNames names = { .name = declaration->node.name };

  cg_spelling_set_interface (self->writer, &declaration->node, "");
  lower = cg_writer_expand (self->writer, "$name$");
  cg_namer_make_names (self, &declaration->node, cg_names_get_table ("declaration"));
  declaration->node.in_c = cg_names_look_up (&declaration->node, "names");

  names.gir_name = names.c_type = cg_names_look_up (&declaration->node, "T");
  names.get_type = cg_names_look_up (&declaration->node, "t_get_type");
  names.lower = lower;
  names.c_lower = cg_names_look_up (&declaration->node, "t");
  cg_named_type_set_names (self->description, declaration->named, &names);

  if (cg_is_reserved (names.c_type) || cg_is_used_parameter (names.c_type))
    cg_diagnostics_error (self->diagnostics, &declaration->node.name_location,
                          "the name of '%s' in C, '%s', is taken; see --c-namespace",
                          declaration->node.name, names.c_type);
  else if (cg_namer_check_type_name (self, &declaration->node, names.c_type) &&
           cg_namer_claim_names (self, &declaration->node))
    {
      name_values (self, declaration);
      name_fields (self, declaration);
    }
}
