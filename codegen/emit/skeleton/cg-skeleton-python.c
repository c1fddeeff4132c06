/* cg-skeleton-python.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A skeleton of a service in Python, and a test for it. */

#include "cg-skeleton.h"

#include "emit/cg-templates.h"
#include "model/cg-declarations.h"
#include "model/cg-names.h"
#include "model/cg-spelling.h"

#include <string.h>

/* A type in the namespace of the generated code. */
static char *
make_type (CgWriter   *writer,
           const char *name)
{
  cg_writer_set (writer, "type_name", name);

  return cg_writer_expand (writer, cg_is_python_keyword (name) ? "getattr($Ns$, '$type_name$')"
                                                               : "$Ns$.$type_name$");
}

static void
set_interface (const CgInterface *interface,
               CgWriter          *writer)
{
  cg_names_set (writer, &interface->node);
  cg_writer_take (writer, "PyIface",
                  make_type (writer, cg_names_look_up (&interface->node, "Name")));
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
  cg_spelling_set_namespace (writer, self->c_namespace);
  cg_writer_emit (writer, cg_template ("skeleton-python/head"));
}

/* Appends underscores to a keyword until no other parameter has the name. */
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

/* Sets $py_params$, "a, b". */
static void
set_params (CgWriter  *writer,
            GPtrArray *args)
{
  g_autoptr (GString) params = g_string_new (NULL);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  CG_FOREACH (const CgArg, named, args)
    g_hash_table_add (taken, g_strdup (named->c_lent));
  CG_FOREACH (const CgArg, arg, args)
    {
      g_autofree char *name = make_parameter (taken, arg->c_lent);

      g_string_append_printf (params, "%s%s", params->len > 0 ? ", " : "", name);
    }
  cg_writer_set (writer, "py_params", params->str);
}

/* The handler of a stream is asynchronous. */
static void
emit_method (const CgSkeleton *self,
             CgWriter         *writer,
             const CgMethod   *method)
{
  gboolean is_stream = cg_member_is_stream (method);
  gboolean is_asynchronous = cg_skeleton_is_asynchronous (self, method);

  cg_names_set (writer, &method->node);
  set_params (writer, method->in_args);
  cg_writer_set_expanded (writer, "handler", is_stream || is_asynchronous ? "$handle$" : "$vfunc$");
  cg_writer_take (writer, "leading", g_strconcat ("self",
                                                  is_stream ? ", call, stream" : is_asynchronous ? ", call" : "",
                                                  method->in_args->len > 0 ? ", " : "", NULL));
  cg_writer_set_expanded (writer, "usage",
                          !is_stream ? ""
                          : (method->flags & CG_METHOD_STREAM_IN) != 0
                            ? cg_template ("skeleton-python/stream-in")
                            : cg_template ("skeleton-python/stream-out"));
  cg_writer_emit (writer, is_asynchronous ? cg_template ("skeleton-python/asynchronous-text")
                          : cg_template ("skeleton-python/method-text"));
}

/* Makes an empty value, or NULL if the type has none. */
static char *
make_value (const CgTypeUse *use)
{
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

  return g_strdup_printf ("GLib.Variant.new_from_bytes(GLib.VariantType('%s'), "
                          "GLib.Bytes.new(b''), False)", use->value_signature);
}

/* Returns TRUE if a type is from a GIR. */
static gboolean
is_foreign (const CgNamedType *named)
{
  return named->declaration == NULL && named->interface == NULL;
}

/* Gets the type of a property for PyGObject, which has none for bytes. */
static char *
make_property_type (CgWriter        *writer,
                    const CgTypeUse *use)
{
  static const char * const types[][2] = {
    { "b", "GObject.TYPE_BOOLEAN" }, { "n", "GObject.TYPE_INT" }, { "q", "GObject.TYPE_UINT" },
    { "i", "GObject.TYPE_INT" }, { "u", "GObject.TYPE_UINT" }, { "x", "GObject.TYPE_INT64" },
    { "t", "GObject.TYPE_UINT64" }, { "d", "GObject.TYPE_DOUBLE" }, { "h", "GObject.TYPE_INT" },
    { "s", "GObject.TYPE_STRING" }, { "o", "GObject.TYPE_STRING" }, { "g", "GObject.TYPE_STRING" },
    { "as", "GObject.TYPE_STRV" }, { "ao", "GObject.TYPE_STRV" }, { "ag", "GObject.TYPE_STRV" },
    { "ay", "GLib.Bytes" },
  };

  if (use->named != NULL && use->type->element != NULL)
    return g_strdup (use->type->element->is_pointer ? "GLib.PtrArray" : "GLib.Array");
  if (use->named != NULL && is_foreign (use->named))
    return g_strdup (use->named->name);
  if (use->named != NULL)
    return make_type (writer, cg_names_look_up (use->named->interface != NULL
                                                ? &use->named->interface->node
                                                : &use->named->declaration->node, "Name"));
  if (use->type->signature == NULL)
    return g_strdup ("GObject.TYPE_VARIANT");
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i][0], use->value_signature))
      return g_strdup (types[i][1]);

  return NULL;
}

/* Makes the default of a property, if it differs from PyGObject's default for the type. */
static char *
make_default (const CgTypeUse *use,
              const char      *type)
{
  g_autofree char *empty = make_value (use);

  if (use->named != NULL && use->named->kind == CG_NAMED_ENUM && use->type->element == NULL)
    return g_strdup_printf (", default=[*%s.__enum_values__.values()][0]", type);
  if (use->named != NULL && use->named->kind == CG_NAMED_FLAGS && use->type->element == NULL)
    return g_strdup_printf (", default=%s(0)", type);
  if (g_str_equal (use->value_signature, "b") && !use->type->is_pointer)
    return g_strdup (", default=False");
  if (!use->type->is_pointer || use->nullable || use->named != NULL || g_str_equal (empty, "''"))
    return g_strdup ("");

  return g_strdup_printf (", default=%s", empty);
}

/* PyGObject looks for the attribute with the name of the GObject property. */
static char *
make_attribute (const CgMember *property)
{
  return g_strdelimit (g_strdup (cg_names_look_up (&property->node, "property_name")), "-", '_');
}

static void
emit_property (CgWriter       *writer,
               const CgMember *property)
{
  g_autofree char *type = make_property_type (writer, &property->use);
  g_autofree char *value = make_default (&property->use, type);
  g_autofree char *name = make_attribute (property);

  cg_writer_set (writer, "property_name", name);
  cg_writer_set_expanded (writer, "attribute", cg_is_python_keyword (name)
                          ? "locals()['$property_name$']" : "$property_name$");
  cg_writer_set (writer, "type", type != NULL ? type : "");
  cg_writer_set (writer, "default", value);
  cg_writer_emit (writer, type != NULL
                  ? "    $attribute$ = GObject.Property(type=$type$$default$)\n"
                  : "    # TODO: $attribute$, for which PyGObject has no type\n");
}

/* Checks whether a property needs a first value, because it cannot be NULL and PyGObject has no
 * default for its type. */
static gboolean
needs_first (const CgTypeUse *use)
{
  return use->named != NULL && use->type->is_pointer && !use->nullable;
}

/* Writes the line that sets the first value of a property. */
static void
emit_first (CgWriter       *writer,
            const CgMember *property)
{
  const CgNamedType *item = property->use.element;
  CgTypeUse item_use = { .named = property->use.element, .type = item != NULL ? &item->type : NULL };
  g_autofree char *name = make_attribute (property);

  cg_writer_set (writer, "property_name", name);
  if (!cg_skeleton_is_list (&property->use))
    {
      cg_writer_emit (writer, "        # TODO: the first value of self.$property_name$\n");
      return;
    }

  cg_writer_take (writer, "item", item != NULL ? make_property_type (writer, &item_use)
                                               : g_strdup ("GObject.Object"));
  cg_writer_emit (writer, cg_is_python_keyword (name)
                  ? "        setattr(self, '$property_name$', Gio.ListStore.new($item$))\n"
                  : "        self.$property_name$ = Gio.ListStore.new($item$)\n");
}

static void
emit_init (CgWriter          *writer,
           const CgInterface *interface)
{
  gboolean is_begun = FALSE;

  CG_FOREACH (const CgMember, property, interface->properties)
    if (needs_first (&property->use))
      {
        if (!is_begun)
          cg_writer_emit (writer, cg_template ("skeleton-python/init-head"));
        emit_first (writer, property);
        is_begun = TRUE;
      }
}

/* Ends the doc string with the functions that emit signals. */
static void
end_doc_string (CgWriter          *writer,
                const CgInterface *interface)
{
  if (interface->signals->len > 0)
    cg_writer_emit (writer, "\n\n    To emit the signals, in its thread:\n\n");
  CG_FOREACH (const CgMember, signal, interface->signals)
    {
      cg_writer_set (writer, "emission", signal->lower);
      set_params (writer, signal->out_args);
      cg_writer_emit (writer, "        self.emit_$emission$($py_params$)\n");
    }
  cg_writer_emit (writer, interface->signals->len > 0 ? "    \"\"\"\n" : "\"\"\"\n");
}

/* Adds the namespace of a type to ", A, B, ". */
static void
add_namespace (GString           *text,
               const CgNamedType *named)
{
  const char *name = named != NULL ? named->name : "";
  g_autofree char *item = g_strdup_printf (", %.*s, ", (int) strcspn (name, "."), name);

  if (named != NULL && is_foreign (named) && strstr (text->str, item) == NULL)
    g_string_append (text, item + strlen (", "));
}

/* Sets the namespaces of the types of properties. */
static void
set_namespaces (const CgSkeleton *self,
                CgWriter         *writer)
{
  g_autoptr (GString) text = g_string_new (", GLib, GObject, Norpc, ");

  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    CG_FOREACH (const CgMember, property, interface->properties)
      {
        add_namespace (text, property->use.named);
        add_namespace (text, property->use.element);
      }
  g_string_truncate (text, text->len - strlen (", "));
  cg_writer_set (writer, "namespaces", text->str + strlen (", "));
}

void
cg_skeleton_emit_python (const CgSkeleton *self,
                         CgWriter         *writer)
{
  set_namespaces (self, writer);
  emit_head (self, "Services, each in a thread of its own: what is in one has no need of locks.",
             "", "", writer);
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    {
      set_interface (interface, writer);
      cg_writer_emit (writer, cg_template ("skeleton-python/class-head"));
      end_doc_string (writer, interface);
      if (interface->properties->len > 0)
        cg_writer_emit (writer, "\n");
      CG_FOREACH (const CgMember, property, interface->properties)
        emit_property (writer, property);
      emit_init (writer, interface);
      cg_writer_emit (writer, cg_template ("skeleton-python/lifecycle"));
      CG_FOREACH (const CgMethod, method, interface->methods)
        emit_method (self, writer, method);
    }
}

/* Gets the template that calls a method, or opens a stream and awaits its outcome. */
static const char *
get_check (const CgMethod *method)
{
  if ((method->flags & CG_METHOD_STREAM_IN) != 0)
    return cg_template ("skeleton-python/check-stream-in");
  if (cg_member_is_stream (method))
    return "        self.check(self.proxy.open_$method$($values$None).outcome_sync, None)\n";
  if ((method->flags & CG_METHOD_ONEWAY) != 0)
    return "        self.check(self.proxy.$call_name$$values$)\n";

  return "        self.check(self.proxy.$call_name$_sync$values$, None)\n";
}

/* Appends the call of a method, if there are values for it. */
static void
append_check (GString        *checks,
              CgWriter       *writer,
              const CgMethod *method)
{
  gboolean is_stream = cg_member_is_stream (method);
  g_autoptr (GString) values = g_string_new (NULL);

  CG_FOREACH (const CgArg, arg, method->in_args)
    {
      g_autofree char *value = make_value (&arg->use);

      if (value == NULL)
        return;
      g_string_append_printf (values, is_stream ? "%s, " : ", %s", value);
    }

  cg_names_set (writer, &method->node);
  cg_writer_set (writer, "values", values->str);
  cg_writer_append (writer, checks, "", get_check (method));
}

/* Checks whether the properties of an unedited skeleton have valid values. */
static gboolean
can_load (CgWriter          *writer,
          const CgInterface *interface)
{
  gboolean can_read = FALSE;

  CG_FOREACH (const CgMember, property, interface->properties)
    if ((property->access & CG_ACCESS_READ) != 0)
      {
        g_autofree char *type = make_property_type (writer, &property->use);

        if (type == NULL || (needs_first (&property->use) && !cg_skeleton_is_list (&property->use)))
          return FALSE;
        can_read = TRUE;
      }

  return can_read;
}

void
cg_skeleton_emit_python_test (const CgSkeleton *self,
                              CgWriter         *writer)
{
  g_autofree char *code = cg_make_identifier (self->code);
  g_autofree char *module = g_strconcat (code, "_service", NULL);
  g_autofree char *other = g_strdup_printf ("\nimport %s\n", module);

  cg_writer_set (writer, "namespaces", "GLib, GObject, Norpc");
  emit_head (self, "Calls each method with the emptiest arguments.", "import unittest\n\n",
             other, writer);
  cg_writer_set (writer, "module", module);
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    {
      g_autoptr (GString) checks = g_string_new (NULL);

      set_interface (interface, writer);
      cg_writer_emit (writer, cg_template ("skeleton-python/test-head"));
      CG_FOREACH (const CgMethod, method, interface->methods)
        append_check (checks, writer, method);
      if (checks->len == 0)
        g_string_append (checks, "        pass\n");
      cg_writer_set (writer, "checks", checks->str);
      cg_writer_emit (writer, "$checks$");
      if (can_load (writer, interface))
        cg_writer_emit (writer, cg_template ("skeleton-python/test-properties"));
    }
  cg_writer_emit (writer, "\n\nif __name__ == '__main__':\n    unittest.main()\n");
}
