/* cg-naming-methods.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names of methods in C. Those of virtual functions and of calls are what
 * language bindings go by, too: one that clashes in any of them gets another. */

#include "cg-naming-private.h"

#include "cg-reserved.h"

#include <string.h>

static gboolean
has_base (GHashTable *methods,
          const char *name,
          const char *prefix)
{
  return g_str_has_prefix (name, prefix) && g_hash_table_contains (methods, name + strlen (prefix));
}

/* PyGObject takes do_demo_kv_get for the get of DemoKv. */
static gboolean
is_qualified (Namer      *self,
              GHashTable *methods,
              const char *vfunc)
{
  g_autofree char *plain = cg_writer_expand (self->writer, "$iface$_");
  g_autofree char *full = cg_writer_expand (self->writer, "$iface$_handle_");

  return has_base (methods, vfunc, plain) || has_base (methods, vfunc, full);
}

/* The asynchronous handler of one method has the name of the synchronous one of another, or the
 * function that completes the calls of one has, which the scanner of GObject
 * Introspection would take for the function that invokes the other. */
static gboolean
is_taken_vfunc (Namer      *self,
                GHashTable *methods,
                const char *vfunc)
{
  return cg_is_reserved (vfunc) ||
         cg_is_python_keyword (vfunc) ||
         cg_is_inherited_vfunc (vfunc) ||
         has_base (methods, vfunc, "handle_") ||
         has_base (methods, vfunc, "complete_") ||
         is_qualified (self, methods, vfunc);
}

/* Whether the functions for @stem would clash with those for another method. */
static gboolean
is_taken_call (GHashTable *methods,
               const char *stem)
{
  static const char * const suffixes[] = { "_finish", "_sync" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (stem, suffixes[i]))
      {
        g_autofree char *base = g_strndup (stem, strlen (stem) - strlen (suffixes[i]));

        if (g_hash_table_contains (methods, base))
          return TRUE;
      }

  return FALSE;
}

/* Whether the functions for @stem would mean something else in a language
 * binding: Vala looks for the end of call_get_async in call_get_finish, and
 * NorpcProxy has a call_finish and a call_sync itself. */
static gboolean
is_misread_call (const CgMethod *method,
                 const char     *stem)
{
  return g_str_equal (stem, "finish") || g_str_equal (stem, "sync") ||
         (g_str_has_suffix (stem, "_async") && (method->flags & CG_METHOD_ONEWAY) == 0);
}

static char *
make_vfunc (Namer      *self,
            GHashTable *methods,
            const char *lower)
{
  g_autoptr (GString) vfunc = g_string_new (lower);

  while (is_taken_vfunc (self, methods, vfunc->str) ||
         (vfunc->len > strlen (lower) && g_hash_table_contains (methods, vfunc->str)))
    g_string_append_c (vfunc, '_');

  return g_string_free (g_steal_pointer (&vfunc), FALSE);
}

static char *
make_stem (Namer      *self,
           GHashTable *methods,
           CgMethod   *method,
           const char *lower)
{
  g_autoptr (GString) stem = g_string_new (lower);
  gboolean is_misread = is_misread_call (method, lower);

  while (is_taken_call (methods, stem->str) || is_misread_call (method, stem->str) ||
         (stem->len > strlen (lower) && g_hash_table_contains (methods, stem->str)))
    g_string_append_c (stem, '_');

  if (stem->len > strlen (lower))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_RENAMED_CALL, &method->node.name_location,
                            is_misread
                            ? "language bindings misread the name call_%s, so the functions of '%s' are named call_%s; "
                              "see the annotation org.gtk.GDBus.C.Name"
                            : "call_%s is taken by another method's functions, so those of '%s' are named call_%s; "
                              "see the annotation org.gtk.GDBus.C.Name",
                            lower, method->node.name, stem->str);

  return g_string_free (g_steal_pointer (&stem), FALSE);
}

static void
set_upper (Namer      *self,
           const char *key,
           const char *lower)
{
  g_autofree char *upper = g_ascii_strup (lower, -1);

  cg_writer_set (self->writer, key, upper);
}

static void
name_method (Namer      *self,
             GHashTable *methods,
             CgMethod   *method,
             const char *lower)
{
  g_autofree char *vfunc = make_vfunc (self, methods, lower);
  g_autofree char *stem = make_stem (self, methods, method, lower);

  cg_writer_set (self->writer, "method", lower);
  cg_writer_set (self->writer, "dbus_method", method->node.name);
  cg_writer_set (self->writer, "vfunc", vfunc);
  cg_writer_set (self->writer, "stem", stem);
  set_upper (self, "METHOD_NAME", lower);

  method->names = cg_naming_expand_rows (self, &cg_method_names);
  cg_naming_claim_rows (self, &method->node, &cg_method_names, method->names);
}

void
cg_naming_name_methods (Namer       *self,
                        CgInterface *interface)
{
  g_autoptr (GHashTable) members = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) lowers = g_ptr_array_new ();

  CG_FOREACH (CgMethod, method, interface->methods)
    {
      const char *lower = NULL;

      if (!method->node.broken)
        {
          g_autofree char *name = cg_naming_make_member_name (&method->node);

          lower = cg_description_string (self->description, name);
          if (!cg_naming_claim_member (self, members, &method->node, "methods", lower))
            lower = NULL;
        }
      g_ptr_array_add (lowers, (gpointer) lower);
    }

  for (gsize i = 0; i < cg_interface_names.n_rows; i++)
    cg_writer_set (self->writer, cg_interface_names.rows[i].key, interface->names[i]);
  for (guint i = 0; i < interface->methods->len; i++)
    if (g_ptr_array_index (lowers, i) != NULL)
      name_method (self, members, g_ptr_array_index (interface->methods, i),
                   g_ptr_array_index (lowers, i));
}
