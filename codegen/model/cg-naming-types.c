/* cg-naming-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names in C of the types that a description declares. */

#include "cg-naming-private.h"

#include "cg-declarations.h"
#include "cg-reserved.h"
#include "cg-spelling.h"

#include <string.h>

/* "FastMode", "fast-mode" and "FAST_MODE" to "fast_mode". */
static char *
make_word (const CgNode *node)
{
  g_autofree char *identifier = cg_make_identifier (node->c_name != NULL ? node->c_name : node->name);

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
      g_autofree char *prefix = NULL;
      g_autofree char *upper = NULL;

      if (value->node.broken)
        continue;

      word = make_word (&value->node);
      if (value->nick == NULL)
        {
          g_autofree char *nick = g_strdelimit (g_strdup (word), "_", '-');

          value->nick = cg_description_string (self->description, nick);
        }
      g_strdelimit (word, "-", '_');
      for (char *p = word; *p != '\0'; p++)
        *p = g_ascii_toupper (*p);
      prefix = cg_writer_expand (self->writer, "$TT$_");
      upper = g_strconcat (prefix, word, NULL);
      value->upper = cg_description_string (self->description, upper);
      if (cg_naming_is_free (self, &value->node, value->upper))
        g_hash_table_insert (self->globals, (gpointer) value->upper, &value->node);
    }
}

/* As PyGObject names it. */
static char *
make_python_name (const char *name)
{
  return g_strconcat (name, cg_is_python_keyword (name) ? "_" : "", NULL);
}

/* A member that nothing else in the struct is called, in C and in Python. */
static const char *
name_member (Namer      *self,
             GHashTable *taken,
             const char *word)
{
  g_autoptr (GString) member = g_string_new (word);
  g_autofree char *in_python = NULL;

  if (cg_is_reserved (word))
    g_string_prepend (member, "arg_");
  in_python = make_python_name (member->str);
  while (g_hash_table_contains (taken, in_python))
    {
      g_string_append_c (member, '_');
      g_free (in_python);
      in_python = make_python_name (member->str);
    }
  g_hash_table_add (taken, (gpointer) cg_description_string (self->description, in_python));

  return cg_description_string (self->description, member->str);
}

static void
name_fields (Namer         *self,
             CgDeclaration *declaration)
{
  g_autoptr (GHashTable) members = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) params = g_hash_table_new (g_str_hash, g_str_equal);

  CG_FOREACH (CgField, field, declaration->fields)
    {
      g_autofree char *word = NULL;

      if (field->node.broken)
        continue;

      word = make_word (&field->node);
      g_strdelimit (word, "-", '_');
      field->lower = name_member (self, members, word);
      field->param = cg_naming_make_parameter (self, params, "", word);
    }
}

static void
fill_type (Namer         *self,
           CgDeclaration *declaration)
{
  g_autofree char *c_type = cg_writer_expand (self->writer, "$T$");
  g_autofree char *c_lower = cg_writer_expand (self->writer, "$t$");
  g_autofree char *lower = cg_writer_expand (self->writer, "$name$");
  g_autofree char *get_type = cg_writer_expand (self->writer, "$t_get_type$");
  const CgTypeNames names = {
    .name = declaration->node.name,
    .gir_name = c_type,
    .c_type = c_type,
    .get_type = get_type,
    .lower = lower,
    .c_lower = c_lower
  };

  cg_named_type_set_names (self->description, declaration->named, &names);
}

static void
name_declaration (Namer         *self,
                  CgDeclaration *declaration)
{
  g_autofree char *camel = NULL;

  cg_spelling_set_interface (self->writer, &declaration->node, "");
  declaration->names = cg_naming_expand_rows (self, &cg_declaration_names);
  camel = cg_writer_expand (self->writer, "$T$");

  fill_type (self, declaration);
  if (cg_is_reserved (camel) || cg_is_used_parameter (camel))
    {
      cg_diagnostics_error (self->diagnostics, &declaration->node.name_location,
                            "the name of '%s' in C, '%s', is taken; see --c-namespace",
                            declaration->node.name, camel);
      return;
    }

  if (cg_naming_claim_rows (self, &declaration->node, &cg_declaration_names, declaration->names))
    {
      name_values (self, declaration);
      name_fields (self, declaration);
    }
}

/* These go first: the types of arguments are made of them. */
void
cg_naming_name_declarations (Namer *self)
{
  CG_FOREACH (CgDeclaration, declaration, self->description->declarations)
    {
      if (declaration->named != NULL)
        name_declaration (self, declaration);
    }
}
