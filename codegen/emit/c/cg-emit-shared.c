/* cg-emit-shared.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Helpers that several emitters share. */

#include "cg-emit-shared.h"

#include "cg-marshal.h"
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
      cg_keys_set_member (writer, method, cg_marshal_set_arg, NULL);
      emit (writer, method);
    }
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
  cg_writer_set_flag (writer, "has_foreign_types", cg_description_has_foreign_types (description));
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
