/* cg-emit-shared.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Helpers that several emitters share. */

#include "cg-emit-shared.h"

#include "doc/cg-doc.h"
#include "emit/cg-keys.h"
#include "model/cg-names.h"
#include "model/cg-templates.h"

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
      cg_keys_set_node (writer, &method->node);
      emit (writer, method);
    }
}

void
cg_emit_set_assignments (const CgInterface *interface,
                         CgWriter          *writer,
                         const char        *sync_text,
                         const char        *text)
{
  g_autoptr (GString) assignments = g_string_new (interface->methods->len == 0 ? "(void) iface;"
                                                  : NULL);

  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      g_autofree char *both = g_strconcat (cg_member_is_stream (method) ? "" : sync_text, text, NULL);

      cg_names_set (writer, &method->node);
      cg_writer_append (writer, assignments, "\n", both);
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
      const char *source = g_ptr_array_index (description->files, i);
      g_autofree char *name = cg_doc_paragraph (source, "", NULL);

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

/* The runtime knows the types of GLib itself. */
static gboolean
is_of_glib (const char *name)
{
  return g_str_has_prefix (name, "GLib.") || g_str_has_prefix (name, "GObject.") ||
         g_str_has_prefix (name, "Gio.");
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
