/* cg-emitter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-emitter.h"

#include "cg-doc.h"
#include "cg-names.h"

const CgEmitter cg_emitters[] = {
  { "header", "header", ".h", "Generate the C header", cg_emit_header },
  { "body", "body", ".c", "Generate the C code", cg_emit_source },
};

const guint cg_n_emitters = G_N_ELEMENTS (cg_emitters);

void
cg_emitter_set_head (const CgDescription *description,
                     const char          *file,
                     CgWriter            *writer)
{
  g_autoptr (GString) sources = g_string_new (NULL);
  g_autofree char *escaped_file = cg_doc_paragraph (file);

  for (guint i = 0; i < description->files->len; i++)
    {
      g_autofree char *name = cg_doc_paragraph (g_ptr_array_index (description->files, i));

      g_string_append_printf (sources, "%s%s",
                              i == 0 ? "" : i + 1 < description->files->len ? ",\n" : "\nand ",
                              name);
    }

  cg_names_add_rows (writer);
  cg_writer_set (writer, "file", escaped_file);
  cg_writer_set (writer, "sources", sources->str);
}
