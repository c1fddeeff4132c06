/* cg-emit-shared.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions that several emitters share. */

#include "cg-emit-shared.h"

#include "doc/cg-doc.h"
#include "model/cg-names.h"
#include "emit/cg-templates.h"

#include <string.h>

void
cg_emit_function_doc (CgWriter   *writer,
                      const char *annotations)
{
  cg_writer_set (writer, "function_annotations", annotations);
  cg_writer_emit (writer, cg_template ("shared/function-doc"));
}

void
cg_emit_methods (const CgInterface *interface,
                 CgWriter          *writer,
                 CgEmitMethod       emit)
{
  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      cg_names_set_method (writer, method);
      emit (writer, method);
    }
}

void
cg_emit_set_assignments (const CgInterface *interface,
                         CgWriter          *writer,
                         const char        *text)
{
  g_autoptr (GString) assignments = g_string_new (interface->methods->len == 0 ? "(void) iface;"
                                                  : NULL);

  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      g_autofree char *assignment = NULL;

      cg_names_set_method (writer, method);
      assignment = cg_writer_expand (writer, text);
      g_string_append_printf (assignments, "%s%s", assignments->len > 0 ? "\n" : "", assignment);
    }
  cg_writer_set (writer, "assignments", assignments->str);
}

void
cg_emit_head (const CgDescription *description,
              const char          *file,
              CgWriter            *writer)
{
  g_autoptr (GString) sources = g_string_new (NULL);

  for (guint i = 0; i < description->files->len; i++)
    {
      g_autofree char *name = cg_doc_paragraph (g_ptr_array_index (description->files, i), "", NULL);

      g_string_append_printf (sources, "%s%s",
                              i == 0 ? "" : i + 1 < description->files->len ? ",\n" : "\nand ",
                              name);
    }

  cg_writer_take (writer, "file", cg_doc_paragraph (file, "", NULL));
  cg_writer_set (writer, "prefix", description->prefix);
  cg_writer_set (writer, "sources", sources->str);
}

void
cg_emit_foreign_types (const CgDescription *description,
                       CgWriter            *writer,
                       gboolean             begin)
{
  if (cg_description_has_foreign_types (description))
    cg_writer_emit (writer, begin ? "G_GNUC_BEGIN_IGNORE_DEPRECATIONS\n\n"
                    : "G_GNUC_END_IGNORE_DEPRECATIONS\n\n");
}

void
cg_emit_append_tags (GString      *doc,
                     const CgNode *node,
                     const char   *separator)
{
  if (node->c_since != NULL)
    {
      g_string_append_printf (doc, "%sSince: %s", separator, node->c_since);
      separator = "\n";
    }
  if (node->deprecated && node->c_deprecated_text != NULL)
    g_string_append_printf (doc, "%sDeprecated: %s", separator, node->c_deprecated_text);
  else if (node->deprecated)
    g_string_append_printf (doc, "%sDeprecated: The description says that `%s` is deprecated.",
                            separator, node->name);
}

/* The runtime knows the types of GLib itself. */
static gboolean
is_of_glib (const char *name)
{
  return g_str_has_prefix (name, "GLib.") || g_str_has_prefix (name, "GObject.") || g_str_has_prefix (name, "Gio.");
}

void
cg_emit_append_hash (GString         *statements,
                     const CgTypeUse *use)
{
  g_autofree char *statement = NULL;

  if (use->named == NULL || use->named->hash_function == NULL || is_of_glib (use->named->name))
    return;

  statement = g_strdup_printf ("norpc_type_set_hash_func (%s (), (GHashFunc) %s);\n",
                               use->named->type.get_type, use->named->hash_function);
  if (strstr (statements->str, statement) == NULL)
    g_string_append (statements, statement);
}

/* Types and names in columns, as GTK aligns them. */

static gsize
count_stars (const char *type)
{
  gsize n = 0;

  for (gsize length = strlen (type); n < length && type[length - n - 1] == '*'; n++)
    ;

  return n;
}

static gsize
base_length (const char *type)
{
  gsize length = strlen (type) - count_stars (type);

  while (length > 0 && type[length - 1] == ' ')
    length--;

  return length;
}

/* Appends a type so that it ends in its stars at the column @width. */
static void
append_padded (GString    *text,
               const char *type,
               gsize       width)
{
  gsize base = base_length (type);
  gsize stars = count_stars (type);

  g_string_append_len (text, type, base);
  for (gsize i = MAX (width, base + stars + 1) - base - stars; i > 0; i--)
    g_string_append_c (text, ' ');
  for (gsize i = 0; i < stars; i++)
    g_string_append_c (text, '*');
}

/* Parameters below each other: their types, and in a column their names. */
char *
cg_columns_format (GPtrArray *types,
                   GPtrArray *names)
{
  GString *text = g_string_new (NULL);
  gsize base = 0;
  gsize stars = 0;

  if (types->len == 0)
    g_string_append (text, "void");

  for (guint i = 0; i < types->len; i++)
    {
      const char *type = g_ptr_array_index (types, i);

      base = MAX (base, base_length (type));
      stars = MAX (stars, count_stars (type));
    }

  for (guint i = 0; i < types->len; i++)
    {
      const char *type = g_ptr_array_index (types, i);

      if (i > 0)
        g_string_append (text, ",\n");
      append_padded (text, type, base + 1 + stars);
      g_string_append (text, g_ptr_array_index (names, i));
    }

  return g_string_free (text, FALSE);
}

/* Pads a type so that its stars touch the name that follows. */
char *
cg_columns_pad (const char *type,
                guint       width)
{
  GString *padded = g_string_new (NULL);

  append_padded (padded, type, width);

  return g_string_free (padded, FALSE);
}

void
cg_emit_prototype (CgWriter  *writer,
                   CgColumns *columns,
                   gboolean   measure)
{
  g_autofree char *type = cg_writer_expand (writer, "$return_type$");
  g_autofree char *function = cg_writer_expand (writer, "$function$");

  if (measure)
    {
      columns->return_type = MAX (columns->return_type, strlen (type));
      columns->function = MAX (columns->function, strlen (function));
      return;
    }

  cg_writer_take (writer, "padded_type", cg_columns_pad (type, columns->return_type));
  cg_writer_take (writer, "padded_function",
                  g_strdup_printf ("%-*s", (int) columns->function, function));
  cg_writer_emit (writer, cg_template ("header/prototype"));
}

/* Conversions between values in C and GValues, as the type table has it. */

/* Expands one text of the type table for an argument. */
char *
cg_marshal_expand (CgWriter        *writer,
                   const char      *text,
                   const CgTypeUse *use,
                   const char      *gvalue_array,
                   guint            index,
                   const char      *value)
{
  cg_writer_take (writer, "gvalue", g_strdup_printf ("&%s[%u]", gvalue_array, index));
  cg_writer_set (writer, "value", value);
  cg_writer_set (writer, "signature", use->value_signature);

  return cg_writer_expand (writer, text);
}

/* The condition that a value is right, or NULL if it always is. */
char *
cg_marshal_make_condition (CgWriter        *writer,
                           const CgTypeUse *use,
                           const char      *value)
{
  const CgType *type = use->type;
  g_autofree char *check = type->check != NULL ? cg_marshal_expand (writer, type->check, use, "", 0, value) : NULL;

  if (!type->is_pointer || (use->nullable && check == NULL))
    return NULL;
  if (check == NULL)
    return g_strdup_printf ("%s != NULL", value);

  return g_strdup_printf (use->nullable ? "%s == NULL || %s" : "%s != NULL && %s", value, check);
}

const char *
cg_marshal_get_copy (const CgType *type,
                     gboolean      can_be_null)
{
  g_autofree char *text = NULL;

  if (!can_be_null || type->copies_null)
    return type->copy;

  /* interned, so that it lives as long as the rows of the table */
  text = g_strdup_printf ("$value$ != NULL ? %s : NULL", type->copy);

  return g_intern_string (text);
}

/* Statements that put arguments into GValues, a line each. @is_local tells
 * that they are variables to take the values from. */
void
cg_marshal_set_store (CgWriter  *writer,
                      GPtrArray *args,
                      gboolean   is_local)
{
  g_autoptr (GString) store = g_string_new (NULL);
  gboolean is_in = args->len > 0 && ((CgArg *) g_ptr_array_index (args, 0))->direction == CG_DIRECTION_IN;

  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);
      g_autofree char *statement =
        cg_marshal_expand (writer, is_local || arg->use.is_moved ? arg->use.type->take : arg->use.type->set, &arg->use,
                           is_in ? "args" : "results", i, is_local ? arg->c_out : arg->c_lent);

      g_string_append_printf (store, "%s%s", i > 0 ? "\n" : "", statement);
    }
  cg_writer_set (writer, "store", store->str);
}

void
cg_marshal_set_expanded (CgWriter   *writer,
                         const char *key,
                         const char *template_text)
{
  cg_writer_take (writer, key, cg_writer_expand (writer, template_text));
}

void
cg_marshal_set_passed (CgWriter  *writer,
                       GPtrArray *passed,
                       gsize      width)
{
  gsize length = 0;

  for (guint i = 0; i < passed->len; i++)
    length += strlen (g_ptr_array_index (passed, i)) + 2;

  g_ptr_array_add (passed, NULL);
  cg_writer_take (writer, "passed",
                  g_strjoinv (length <= width ? ", " : ",\n", (char **) passed->pdata));
  g_ptr_array_unref (passed);
}

void
cg_marshal_pass (GPtrArray *passed,
                 GPtrArray *args)
{
  CG_FOREACH (const CgArg, arg, args)
    g_ptr_array_add (passed,
                     g_strdup (arg->direction == CG_DIRECTION_IN ? arg->c_lent : arg->c_out));
}
