/* cg-skeleton-test.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A test for a skeleton in C: calls each method with empty arguments. A method may return results,
 * or fail with an error of its own. */

#include "cg-skeleton.h"

#include "model/cg-names.h"
#include "emit/cg-templates.h"

/* Appends the parameters of a synchronous function after the arguments. */
static void
append_results (GString        *passed,
                const CgMethod *method)
{
  guint n_out = cg_method_get_return_arg (method) != NULL ? 0 : method->out_args->len;

  for (guint i = 0; i < n_out; i++)
    g_string_append (passed, ",\nNULL");
  g_string_append (passed, ",\nNULL,\n&error");
}

/* Makes the parameters of a call, such as "proxy, "", 0, NULL", a line each, or NULL if an argument
 * has no empty value. */
static char *
make_passed (const CgMethod *method)
{
  g_autoptr (GString) passed = g_string_new ("proxy");

  CG_FOREACH (const CgArg, arg, method->in_args)
    {
      g_autofree char *value = cg_skeleton_make_empty (&arg->use);

      if (value == NULL)
        return NULL;
      g_string_append_printf (passed, ",\n%s", value);
    }
  if (cg_member_is_stream (method))
    g_string_append (passed, ",\nNULL");
  else if ((method->flags & CG_METHOD_ONEWAY) == 0)
    append_results (passed, method);

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

/* Gets the template that calls a method, or opens a stream and awaits its outcome. */
static const char *
get_call_text (const CgMethod *method)
{
  if ((method->flags & CG_METHOD_ONEWAY) != 0)
    return "$call$ ($passed$);";

  return cg_template (cg_member_is_stream (method) ? "skeleton-test/stream" : "skeleton-test/method");
}

static void
set_declarations (CgWriter       *writer,
                  const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  g_autoptr (GString) declarations = g_string_new (NULL);

  if (needs_bytes (method))
    g_string_append (declarations, "  g_autoptr (GBytes) no_bytes = g_bytes_new (NULL, 0);\n");
  if (cg_member_is_stream (method))
    cg_writer_append (writer, declarations, "", "  g_autoptr ($Stream$) stream = NULL;\n");
  if ((method->flags & CG_METHOD_ONEWAY) == 0)
    g_string_append_printf (declarations, "  GError *error = NULL;\n  %sresult;\n",
                            returned != NULL ? returned->use.type->c_out : "gboolean ");
  if (declarations->len > 0)
    g_string_append_c (declarations, '\n');

  cg_writer_set (writer, "declarations", declarations->str);
}

static void
emit_call (CgWriter       *writer,
           const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  g_autoptr (GString) outcome_passed = g_string_new ("stream");
  g_autofree char *freed = NULL;

  cg_names_set (writer, &method->node);
  set_declarations (writer, method);
  append_results (outcome_passed, method);
  cg_writer_set (writer, "outcome_passed", outcome_passed->str);
  cg_writer_set (writer, "end_items", (method->flags & CG_METHOD_STREAM_IN) != 0
                 ? "norpc_stream_end (NORPC_STREAM (stream));\n" : "");
  cg_writer_take (writer, "passed", make_passed (method));
  freed = returned != NULL
          ? cg_skeleton_make_free (writer, &returned->use, "result") : g_strdup ("");
  cg_writer_take (writer, "freed", g_strconcat (*freed != '\0' ? "\n" : "", freed, NULL));
  cg_writer_set (writer, "is_answered", returned != NULL ? "result != NULL" : "result");
  cg_writer_set_expanded (writer, "call_text", get_call_text (method));
  cg_writer_emit (writer, cg_template ("skeleton-test/call-method"));
}

/* Checks whether there is a method that can be called and is one-way, or is not. */
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

/* Checks whether the properties of an unedited skeleton have valid values. */
static gboolean
can_load (const CgInterface *interface)
{
  gboolean can_read = FALSE;

  CG_FOREACH (const CgMember, property, interface->properties)
    if ((property->access & CG_ACCESS_READ) != 0)
      {
        g_autofree char *first = cg_skeleton_make_first (&property->use);

        if (first == NULL)
          return FALSE;
        can_read = TRUE;
      }

  return can_read;
}

static void
emit_interface (const CgSkeleton  *self,
                const CgInterface *interface,
                GString           *added,
                CgWriter          *writer)
{
  g_autoptr (GString) checks = g_string_new (NULL);

  cg_skeleton_set_interface (self, interface, writer);
  CG_FOREACH (const CgMethod, method, interface->methods)
    if (can_call (method))
      {
        emit_call (writer, method);
        cg_writer_append (writer, checks, "", "  $proxy$_check_$method$ (proxy);\n");
      }

  cg_writer_set (writer, "checks", checks->str);
  cg_writer_set (writer, "load", can_load (interface) ? cg_template ("skeleton-test/load") : "");
  cg_writer_emit (writer, cg_template ("skeleton-test/test-head"));
  cg_writer_append (writer, added, "", "  g_test_add_func (\"/$dbus_name$\", $proxy$_test);\n");
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
