/* cg-skeleton-python.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service to fill in, in Python, and a test for it. */

#include "cg-skeleton.h"

#include "model/cg-names.h"
#include "model/cg-reserved.h"
#include "model/cg-spelling.h"
#include "emit/cg-templates.h"

#include <string.h>

static char *
make_namespace (const CgSkeleton *self)
{
  return cg_is_ugly (self->c_namespace) ? cg_remove_underscores (self->c_namespace)
                                        : g_strdup (self->c_namespace);
}

static void
set_interface (const CgSkeleton  *self,
               const CgInterface *interface,
               CgWriter          *writer)
{
  g_autofree char *camel = make_namespace (self);
  g_autofree char *service = NULL;

  cg_skeleton_set_interface (self, interface, writer);
  service = cg_writer_expand (writer, "$Service$");
  cg_writer_set (writer, "PyName", cg_names_look_up_interface (interface, "Iface") + strlen (camel));
  cg_writer_set (writer, "PyService", service + strlen (camel));
}

static void
emit_head (const CgSkeleton *self,
           const char       *what,
           const char       *imports,
           const char       *others,
           CgWriter         *writer)
{
  cg_writer_set (writer, "what", what);
  cg_writer_set (writer, "imports", imports);
  cg_writer_set (writer, "others", others);
  cg_writer_take (writer, "Ns", make_namespace (self));
  cg_writer_emit (writer, cg_template ("skeleton-python/head"));
}

/* A name that is a keyword gets underscores, until no other parameter has it. */
static char *
make_parameter (GHashTable *taken,
                const char *name)
{
  GString *parameter = g_string_new (name);

  if (cg_is_python_keyword (name))
    while (g_hash_table_contains (taken, parameter->str))
      g_string_append_c (parameter, '_');
  g_hash_table_add (taken, g_strdup (parameter->str));

  return g_string_free (parameter, FALSE);
}

static void
emit_method (CgWriter       *writer,
             const CgMethod *method)
{
  g_autoptr (GString) params = g_string_new (NULL);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  CG_FOREACH (const CgArg, named, method->in_args)
    g_hash_table_add (taken, g_strdup (named->c_lent));
  CG_FOREACH (const CgArg, arg, method->in_args)
    {
      g_autofree char *name = make_parameter (taken, arg->c_lent);

      g_string_append_printf (params, ", %s", name);
    }

  cg_names_set_member (writer, method);
  cg_writer_set (writer, "py_params", params->str);
  cg_writer_emit (writer, cg_template ("skeleton-python/method-text"));
}

void
cg_skeleton_emit_python (const CgSkeleton *self,
                         CgWriter         *writer)
{
  emit_head (self, "Services, each in a thread of its own: what is in one has no need of locks.", "", "", writer);
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    {
      set_interface (self, interface, writer);
      cg_writer_emit (writer, cg_template ("skeleton-python/class-head"));
      CG_FOREACH (const CgMethod, method, interface->methods)
        emit_method (writer, method);
    }
}

/* An expression for an argument, or NULL if there is none for its type. */
static char *
make_value (const CgArg *arg)
{
  const CgTypeUse *use = &arg->use;

  if (use->nullable)
    return g_strdup ("None");
  if (use->named != NULL)
    return NULL;
  if (!use->type->is_pointer)
    return g_strdup (g_str_equal (use->value_signature, "b") ? "False" : "0");
  if (strlen (use->value_signature) == 1 && *use->value_signature != 'v')
    return g_strdup (*use->value_signature == 'o' ? "'/'" : "''");
  if (g_str_equal (use->value_signature, "ay"))
    return g_strdup ("GLib.Bytes.new(b'')");
  if (use->type->signature != NULL)
    return g_strdup ("[]");

  return g_strdup_printf ("GLib.Variant.new_from_bytes(GLib.VariantType('%s'), GLib.Bytes.new(b''), False)",
                          use->value_signature);
}

/* Appends the call of a method, if there are values for it. */
static void
append_check (GString        *checks,
              CgWriter       *writer,
              const CgMethod *method)
{
  gboolean is_oneway = (method->flags & CG_METHOD_ONEWAY) != 0;
  g_autoptr (GString) line = NULL;
  g_autofree char *call = NULL;

  cg_names_set_member (writer, method);
  cg_writer_set (writer, "py_call", strstr (cg_names_look_up_member (method, "call"), "_proxy_call_") + strlen ("_proxy_"));
  call = cg_writer_expand (writer, is_oneway ? "        self.check(self.proxy.$py_call$"
                                             : "        self.check(self.proxy.$py_call$_sync");
  line = g_string_new (call);

  for (guint i = 0; i < method->in_args->len; i++)
    {
      g_autofree char *value = make_value (g_ptr_array_index (method->in_args, i));

      if (value == NULL)
        return;
      g_string_append_printf (line, ", %s", value);
    }
  g_string_append_printf (line, "%s)\n", is_oneway ? "" : ", None");
  g_string_append (checks, line->str);
}

void
cg_skeleton_emit_python_test (const CgSkeleton *self,
                              CgWriter         *writer)
{
  g_autofree char *module = g_strdelimit (g_strconcat (self->code, "_service", NULL), "-.", '_');
  g_autofree char *other = g_strdup_printf ("\nimport %s\n", module);

  emit_head (self, "Calls each method with the emptiest arguments.", "import unittest\n\n", other, writer);
  cg_writer_set (writer, "module", module);
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    {
      g_autoptr (GString) checks = g_string_new (NULL);

      set_interface (self, interface, writer);
      cg_writer_emit (writer, cg_template ("skeleton-python/test-head"));
      CG_FOREACH (const CgMethod, method, interface->methods)
        append_check (checks, writer, method);
      if (checks->len == 0)
        g_string_append (checks, "        pass\n");
      cg_writer_set (writer, "checks", checks->str);
      cg_writer_emit (writer, "$checks$");
    }
  cg_writer_emit (writer, "\n\nif __name__ == '__main__':\n    unittest.main()\n");
}
