/* cg-skeleton-meson.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The meson.build of a skeleton, which builds the generated code and runs the test. */

#include "cg-skeleton.h"

#include "emit/cg-templates.h"
#include "model/cg-spelling.h"

#include <string.h>

/* Quotes a text for Meson. */
static char *
quote (const char *text)
{
  g_autoptr (GString) quoted = g_string_new (text);

  g_string_replace (quoted, "\\", "\\\\", 0);
  g_string_replace (quoted, "'", "\\'", 0);
  g_string_prepend_c (quoted, '\'');
  g_string_append_c (quoted, '\'');

  return g_strdup (quoted->str);
}

/* Sets @key to @paths, quoted. */
static void
set_list (CgWriter   *writer,
          const char *key,
          GPtrArray  *paths)
{
  g_autoptr (GString) list = g_string_new (NULL);

  CG_FOREACH (const char, path, paths)
    {
      g_autofree char *quoted = quote (path);

      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", quoted);
    }
  cg_writer_set (writer, key, list->str);
}

static void
set_keys (const CgSkeleton *self,
          CgWriter         *writer)
{
  g_autofree char *identifier = cg_make_identifier (self->code);
  g_autofree char *prefix = g_strconcat ("--interface-prefix=", self->interface_prefix, NULL);

  set_list (writer, "inputs", self->inputs);
  cg_writer_set (writer, "code", self->code);
  cg_writer_set (writer, "variable", identifier);
  cg_writer_set (writer, "namespace", self->c_namespace);
  cg_writer_take (writer, "prefix_option", quote (prefix));
}

void
cg_skeleton_emit_meson (const CgSkeleton *self,
                        CgWriter         *writer)
{
  set_keys (self, writer);
  cg_writer_set (writer, "languages", "'c'");
  cg_writer_set (writer, "metadata", "");
  cg_writer_set (writer, "metadata_option", "");
  cg_writer_emit (writer, cg_template ("skeleton-meson/head"));
  cg_writer_emit (writer, cg_template ("skeleton-meson/c"));
}

/* Writes the library and its GIR, which a service in another language uses. */
static void
emit_library (const CgSkeleton *self,
              CgWriter         *writer)
{
  g_autoptr (GPtrArray) girs = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (girs, g_strdup ("GObject-2.0"));
  g_ptr_array_add (girs, g_strdup ("Gio-2.0"));
  g_ptr_array_add (girs, g_strdup ("Norpc-1"));
  CG_FOREACH (const char, path, self->description->girs)
    {
      g_autofree char *name = g_path_get_basename (path);

      *strrchr (name, '.') = '\0';
      if (!g_ptr_array_find_with_equal_func (girs, name, g_str_equal, NULL))
        g_ptr_array_add (girs, g_steal_pointer (&name));
    }

  set_keys (self, writer);
  set_list (writer, "girs", girs);
  cg_writer_emit (writer, cg_template ("skeleton-meson/head"));
  cg_writer_emit (writer, cg_template ("skeleton-meson/library"));
}

void
cg_skeleton_emit_meson_python (const CgSkeleton *self,
                               CgWriter         *writer)
{
  cg_writer_set (writer, "languages", "'c'");
  cg_writer_set (writer, "metadata", "");
  cg_writer_set (writer, "metadata_option", "");
  emit_library (self, writer);
  cg_writer_emit (writer, cg_template ("skeleton-meson/python"));
}

void
cg_skeleton_emit_meson_vala (const CgSkeleton *self,
                             CgWriter         *writer)
{
  cg_writer_set (writer, "namespace", self->c_namespace);
  cg_writer_set (writer, "languages", "['c', 'vala']");
  cg_writer_set_expanded (writer, "metadata", ", '$namespace$-1.metadata'");
  cg_writer_set (writer, "metadata_option", ", '--vala-metadata=@OUTPUT2@'");
  emit_library (self, writer);
  cg_writer_emit (writer, cg_template ("skeleton-meson/vala"));
}
