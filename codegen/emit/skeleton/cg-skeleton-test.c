/* cg-skeleton-test.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A test for a skeleton in C: the service is hosted, and each method called
 * with the emptiest arguments; it may answer, or fail with an error of its own. */

#include "cg-skeleton.h"

#include "emit/c/cg-marshal.h"
#include "model/cg-names.h"
#include "emit/cg-templates.h"

/* "proxy, "", 0, NULL", one below the other; NULL if it cannot be called. */
static char *
make_passed (const CgMethod *method)
{
  g_autoptr (GString) passed = g_string_new ("proxy");
  gboolean is_oneway = (method->flags & CG_METHOD_ONEWAY) != 0;
  guint n_out = cg_method_get_return_arg (method) != NULL ? 0 : method->out_args->len;

  CG_FOREACH (const CgArg, arg, method->in_args)
    {
      g_autofree char *value = cg_skeleton_make_empty (&arg->use);

      if (value == NULL)
        return NULL;
      g_string_append_printf (passed, ",\n%s", value);
    }
  for (guint i = 0; !is_oneway && i < n_out; i++)
    g_string_append (passed, ",\nNULL");
  if (!is_oneway)
    g_string_append (passed, ",\nNULL,\n&error");

  return g_strdup (passed->str);
}

static gboolean
can_call (const CgMethod *method)
{
  g_autofree char *passed = make_passed (method);

  return passed != NULL;
}

static gboolean
needs_bytes (const CgMethod *method)
{
  CG_FOREACH (const CgArg, arg, method->in_args)
    if (!arg->use.nullable && !arg->use.is_moved && g_str_equal (arg->use.value_signature, "ay"))
      return TRUE;

  return FALSE;
}

static void
emit_call (CgWriter       *writer,
           const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  gboolean is_oneway = (method->flags & CG_METHOD_ONEWAY) != 0;
  g_autofree char *freed = NULL;
  g_autoptr (GString) declarations = g_string_new (NULL);

  if (needs_bytes (method))
    g_string_append (declarations, "  g_autoptr (GBytes) no_bytes = g_bytes_new (NULL, 0);\n");
  if (!is_oneway)
    g_string_append_printf (declarations, "  GError *error = NULL;\n  %sresult;\n",
                            returned != NULL ? returned->use.type->c_out : "gboolean ");
  if (declarations->len > 0)
    g_string_append_c (declarations, '\n');

  cg_names_set (writer, &method->node);
  cg_writer_take (writer, "passed", make_passed (method));
  freed = returned != NULL
          ? cg_skeleton_make_free (writer, &returned->use, "result") : g_strdup ("");
  cg_writer_take (writer, "freed", g_strconcat (*freed != '\0' ? "\n" : "", freed, NULL));
  cg_writer_set (writer, "is_answered", returned != NULL ? "result != NULL" : "result");
  cg_marshal_set_expanded (writer, "call_text",
                           is_oneway ? "$call$ ($passed$);"
                                     : "result = $sync$ ($passed$);\n"
                                       "check_answer ($is_answered$, error);$freed$");
  cg_writer_set (writer, "declarations", declarations->str);
  cg_writer_emit (writer, cg_template ("skeleton-test/call-method"));
}

/* Whether a method that can be called is one-way, or else whether one is not. */
static gboolean
has_call (const CgDescription *description,
          gboolean             is_oneway)
{
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    CG_FOREACH (const CgMethod, method, interface->methods)
      if (((method->flags & CG_METHOD_ONEWAY) != 0) == is_oneway && can_call (method))
        return TRUE;

  return FALSE;
}

static void
emit_interface (const CgSkeleton  *self,
                const CgInterface *interface,
                GString           *added,
                CgWriter          *writer)
{
  g_autoptr (GString) checks = g_string_new (NULL);
  g_autofree char *add = NULL;

  cg_skeleton_set_interface (self, interface, writer);
  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      g_autofree char *check = NULL;

      if (!can_call (method))
        continue;
      emit_call (writer, method);
      check = cg_writer_expand (writer, "  $proxy$_check_$method$ (proxy);\n");
      g_string_append (checks, check);
    }

  cg_writer_set (writer, "checks", checks->str);
  cg_writer_emit (writer, cg_template ("skeleton-test/test-head"));
  add = cg_writer_expand (writer, "  g_test_add_func (\"/$dbus_name$\", $proxy$_test);\n");
  g_string_append (added, add);
}

void
cg_skeleton_emit_c_test (const CgSkeleton *self,
                         CgWriter         *writer)
{
  g_autoptr (GString) added = g_string_new (NULL);

  cg_writer_take (writer, "header", g_strconcat (self->code, "-service.h", NULL));
  cg_writer_set (writer, "prefix", self->description->prefix);
  cg_writer_emit (writer, cg_template ("skeleton-test/head"));
  if (has_call (self->description, FALSE))
    cg_writer_emit (writer, cg_template ("skeleton-test/answer-check"));
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    emit_interface (self, interface, added, writer);
  cg_writer_set (writer, "added", added->str);
  cg_writer_set (writer, "warnings", has_call (self->description, TRUE)
                 ? cg_template ("skeleton-test/no-warnings") : "");
  cg_writer_emit (writer, cg_template ("skeleton-test/main-head"));
}
