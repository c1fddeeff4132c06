/* cg-skeleton.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The keys that skeletons in all languages share. */

#include "cg-skeleton.h"

#include "emit/cg-keys.h"
#include "model/cg-declarations.h"
#include "model/cg-spelling.h"

#include <string.h>

/* Quotes a text for Meson. */
static char *
quote (const char *text)
{
  g_autoptr (GString) quoted = g_string_new (text);

  g_string_replace (quoted, "\\", "\\\\", 0);
  g_string_replace (quoted, "'", "\\'", 0);

  return g_strdup_printf ("'%s'", quoted->str);
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

/* Sets the GIRs that the GIR of the generated code includes. */
static void
set_girs (CgWriter            *writer,
          const CgDescription *description)
{
  static const char * const always[] = { "GObject-2.0", "Gio-2.0", "Norpc-1" };
  g_autoptr (GPtrArray) girs = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (always); i++)
    g_ptr_array_add (girs, g_strdup (always[i]));
  CG_FOREACH (const char, path, description->girs)
    {
      g_autofree char *name = g_path_get_basename (path);

      *strrchr (name, '.') = '\0';
      if (!g_ptr_array_find_with_equal_func (girs, name, g_str_equal, NULL))
        g_ptr_array_add (girs, g_steal_pointer (&name));
    }

  set_list (writer, "girs", girs);
}

void
cg_skeleton_set (const CgSkeleton *self,
                 CgWriter         *writer,
                 CgItemFunc        set_interface)
{
  g_autofree char *prefix = g_strconcat ("--interface-prefix=", self->interface_prefix, NULL);

  cg_writer_set (writer, "file", self->file);
  cg_writer_set (writer, "code", self->code);
  cg_writer_take (writer, "variable", cg_make_identifier (self->code));
  cg_writer_set (writer, "namespace", self->c_namespace);
  cg_writer_take (writer, "prefix_option", quote (prefix));
  cg_writer_set_flag (writer, "is_c", FALSE);
  cg_writer_set_flag (writer, "is_python", FALSE);
  cg_writer_set_flag (writer, "is_vala", FALSE);
  set_list (writer, "inputs", self->inputs);
  set_girs (writer, self->description);
  cg_writer_set_list (writer, "interfaces", self->description->interfaces, set_interface, self);
}

gboolean
cg_skeleton_is_asynchronous (const CgSkeleton *self,
                             const CgMethod   *method)
{
  const char * const *names = (const char * const *) self->asynchronous;

  return names != NULL && !cg_member_is_stream (method) &&
         (g_strv_contains (names, "all") || g_strv_contains (names, method->node.name));
}

void
cg_skeleton_set_method (const CgSkeleton *self,
                        CgWriter         *writer,
                        const CgMethod   *method,
                        CgItemFunc        set_arg)
{
  cg_keys_set_member (writer, method, set_arg, NULL);
  cg_writer_set_flag (writer, "is_asynchronous", cg_skeleton_is_asynchronous (self, method));
}

gboolean
cg_skeleton_set_values (CgWriter       *writer,
                        const CgMethod *method,
                        CgMakeValue     make_value,
                        const char     *separator)
{
  g_autoptr (GString) values = g_string_new (NULL);
  gboolean can_call = TRUE;

  CG_FOREACH (const CgArg, arg, method->in_args)
    {
      g_autofree char *value = make_value (&arg->use);

      can_call &= value != NULL;
      g_string_append_printf (values, "%s%s", values->len > 0 ? separator : "",
                              value != NULL ? value : "");
    }
  cg_writer_set_flag (writer, "can_call", can_call);
  cg_writer_set (writer, "values", values->str);

  return can_call;
}

gboolean
cg_skeleton_is_list (const CgTypeUse *use)
{
  return use->named != NULL && use->type->element == NULL &&
         g_str_equal (use->named->name, "Gio.ListModel");
}

const CgNode *
cg_skeleton_find_node (const CgNamedType *named)
{
  if (named->interface != NULL)
    return &named->interface->node;

  return named->declaration != NULL ? &named->declaration->node : NULL;
}
