/* cg-emit-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The interface as static data, which is what GIO's introspection data is
 * extended by: arrays of values, and arrays of pointers to them. */

#include "cg-emit-source-private.h"

#include "cg-doc.h"
#include "cg-emit-shared.h"
#include "cg-names.h"

#include <string.h>

typedef struct
{
  CgWriter *writer;
  guint     n_annotations;  /* arrays of them so far */
} Emitter;

static const char arrays[] =
  "static const $type$ $value_array$[] = {\n"
  "  $rows$\n"
  "};\n"
  "\n"
  "static const $dbus_type$ * const $array$[] = {\n"
  "  $pointers$\n"
  "  NULL\n"
  "};\n"
  "\n";

static const char annotation_row[] =
  "{ -1, (gchar *) $name_string$, (gchar *) $value_string$, $annotations_value$ }";

static const char arg_row[] =
  "{ { -1, (gchar *) $name_string$, (gchar *) $signature_string$, $annotations_value$ }, $flags$ }";

static const char signal_row[] =
  "{ { -1, (gchar *) $name_string$, $args$, $annotations_value$ } }";

static const char property_row[] =
  "{\n"
  "  { -1, (gchar *) $name_string$, (gchar *) $signature_string$,\n"
  "    $access$,\n"
  "    $annotations_value$ },\n"
  "  $flags$\n"
  "}";

static const char method_info[] =
  "static const NorpcMethodInfo $method_info$ = {\n"
  "  {\n"
  "    -1,\n"
  "    (gchar *) $name_string$,\n"
  "    $in$,\n"
  "    $out$,\n"
  "    $annotations_value$\n"
  "  },\n"
  "  $dispatch$,\n"
  "  $timeout$,\n"
  "  $method_flags$\n"
  "};\n"
  "\n";

static const char method_array[] =
  "static const GDBusMethodInfo * const $methods$[] = {\n"
  "  $pointers$\n"
  "  NULL\n"
  "};\n"
  "\n";

static const char interface_info[] =
  "static const NorpcInterfaceInfo $info$ = {\n"
  "  {\n"
  "    -1,\n"
  "    (gchar *) $name_string$,\n"
  "    $methods_value$,\n"
  "    $signals_value$,\n"
  "    $properties_value$,\n"
  "    $annotations_value$\n"
  "  },\n"
  "  $get_type$\n"
  "};\n"
  "\n"
  "/**\n"
  " * $interface_info$:\n"
  " *\n"
  " * Gets the description of `$dbus_name$` as data.\n"
  " *\n"
  " * $info_returns$\n"
  " */\n"
  "const NorpcInterfaceInfo *\n"
  "$interface_info$ (void)\n"
  "{\n"
  "  return &$info$;\n"
  "}\n"
  "\n";

static void
set_string (CgWriter   *writer,
            const char *key,
            const char *value)
{
  g_autofree char *literal = cg_c_string (value);

  cg_writer_set (writer, key, literal);
}

static void
set_index (CgWriter *writer,
           guint     index)
{
  g_autofree char *number = g_strdup_printf ("%u", index);

  cg_writer_set (writer, "index", number);
}

/* Those of gdbus-codegen, and ours, are for the generator alone. */
static gboolean
is_internal (const CgAnnotation *annotation)
{
  return g_str_has_prefix (annotation->node.name, "org.gtk.GDBus.") ||
         g_str_has_prefix (annotation->node.name, "org.norpc.");
}

/* Writes an array of values, and one of pointers to them or to the D-Bus info
 * that they begin with. Returns the expression for the latter. */
static char *
emit_arrays (Emitter    *self,
             const char *type,
             const char *dbus_type,
             const char *value_array,
             const char *array,
             GPtrArray  *rows)
{
  g_autoptr (GString) pointers = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);
  const char *member = g_str_equal (type, dbus_type) ? "" : ".dbus";

  if (rows->len == 0)
    return g_strdup ("NULL");

  for (guint i = 0; i < rows->len; i++)
    {
      g_string_append_printf (values, "%s%s", i > 0 ? ",\n" : "",
                              (const char *) g_ptr_array_index (rows, i));
      g_string_append_printf (pointers, "%s&%s[%u]%s,", i > 0 ? "\n" : "", value_array, i, member);
    }

  cg_writer_set (self->writer, "type", type);
  cg_writer_set (self->writer, "dbus_type", dbus_type);
  cg_writer_set (self->writer, "value_array", value_array);
  cg_writer_set (self->writer, "array", array);
  cg_writer_set (self->writer, "rows", values->str);
  cg_writer_set (self->writer, "pointers", pointers->str);
  cg_writer_emit (self->writer, arrays);

  return cg_writer_expand (self->writer, "($dbus_type$ **) $array$");
}

/* Writes the annotations of @node, and returns the expression for them. */
static char *
emit_annotations (Emitter      *self,
                  const CgNode *node)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *value_array = NULL;
  g_autofree char *array = NULL;

  for (guint i = 0; i < node->annotations->len; i++)
    {
      const CgAnnotation *annotation = g_ptr_array_index (node->annotations, i);
      g_autofree char *nested = NULL;

      if (is_internal (annotation))
        continue;

      nested = emit_annotations (self, &annotation->node);
      set_string (self->writer, "name_string", annotation->node.name);
      set_string (self->writer, "value_string", annotation->value);
      cg_writer_set (self->writer, "annotations_value", nested);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, annotation_row));
    }

  if (rows->len == 0)
    return g_strdup ("NULL");

  set_index (self->writer, self->n_annotations++);
  array = cg_writer_expand (self->writer, "$annotations$_$index$");
  value_array = cg_writer_expand (self->writer, "$annotation_values$_$index$");

  return emit_arrays (self, "GDBusAnnotationInfo", "GDBusAnnotationInfo", value_array, array, rows);
}

static const char *
get_flags (const CgTypeUse *use)
{
  return use->nullable ? "NORPC_ARG_FLAGS_NULLABLE" : "NORPC_ARG_FLAGS_NONE";
}

static char *
emit_args (Emitter    *self,
           GPtrArray  *args,
           const char *value_array,
           const char *array)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *expanded_values = cg_writer_expand (self->writer, value_array);
  g_autofree char *expanded_array = cg_writer_expand (self->writer, array);

  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);
      g_autofree char *unnamed = g_strdup_printf ("unnamed_arg%u", i);
      g_autofree char *annotations = emit_annotations (self, &arg->node);

      set_string (self->writer, "name_string",
                  arg->node.name != NULL ? arg->node.name : arg->c_lent != NULL ? arg->c_lent : unnamed);
      set_string (self->writer, "signature_string", arg->use.signature);
      cg_writer_set (self->writer, "annotations_value", annotations);
      cg_writer_set (self->writer, "flags", get_flags (&arg->use));
      g_ptr_array_add (rows, cg_writer_expand (self->writer, arg_row));
    }

  return emit_arrays (self, "NorpcArgInfo", "GDBusArgInfo", expanded_values, expanded_array, rows);
}

/* C++ has no enumerator for several together. */
static char *
make_method_flags (const CgMethod *method)
{
  static const struct
  {
    CgMethodFlags flag;
    const char *name;
  } names[] = {
    { CG_METHOD_ONEWAY, "NORPC_METHOD_FLAGS_ONEWAY" },
    { CG_METHOD_LATEST_WINS, "NORPC_METHOD_FLAGS_LATEST_WINS" },
    { CG_METHOD_IDEMPOTENT, "NORPC_METHOD_FLAGS_IDEMPOTENT" },
  };
  g_autoptr (GString) flags = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((method->flags & names[i].flag) != 0)
      g_string_append_printf (flags, "%s%s", flags->len > 0 ? " | " : "", names[i].name);

  if (flags->len == 0)
    return g_strdup ("NORPC_METHOD_FLAGS_NONE");
  if (strchr (flags->str, '|') != NULL)
    return g_strdup_printf ("(NorpcMethodFlags) (%s)", flags->str);

  return g_strdup (flags->str);
}

static void
emit_method (Emitter        *self,
             const CgMethod *method)
{
  g_autofree char *annotations = NULL;
  g_autofree char *in_args = NULL;
  g_autofree char *out_args = NULL;
  g_autofree char *timeout = g_strdup_printf ("%u", method->timeout);
  g_autofree char *flags = make_method_flags (method);

  cg_names_set_method (self->writer, method);
  annotations = emit_annotations (self, &method->node);
  in_args = emit_args (self, method->in_args, "$in_arg_infos$", "$in_args$");
  out_args = emit_args (self, method->out_args, "$out_arg_infos$", "$out_args$");

  set_string (self->writer, "name_string", method->node.name);
  cg_writer_set (self->writer, "in", in_args);
  cg_writer_set (self->writer, "out", out_args);
  cg_writer_set (self->writer, "timeout", timeout);
  cg_writer_set (self->writer, "method_flags", flags);
  cg_writer_set (self->writer, "annotations_value", annotations);
  cg_writer_emit (self->writer, method_info);
}

static char *
emit_method_array (Emitter           *self,
                   const CgInterface *interface)
{
  g_autoptr (GString) pointers = g_string_new (NULL);

  if (interface->methods->len == 0)
    return g_strdup ("NULL");

  for (guint i = 0; i < interface->methods->len; i++)
    {
      g_autofree char *pointer = NULL;

      cg_names_set_method (self->writer, g_ptr_array_index (interface->methods, i));
      pointer = cg_writer_expand (self->writer, "&$method_info$.dbus,");
      g_string_append_printf (pointers, "%s%s", i > 0 ? "\n" : "", pointer);
    }

  cg_writer_set (self->writer, "pointers", pointers->str);
  cg_writer_emit (self->writer, method_array);

  return cg_writer_expand (self->writer, "(GDBusMethodInfo **) $methods$");
}

static char *
emit_signals (Emitter           *self,
              const CgInterface *interface)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *value_array = cg_writer_expand (self->writer, "$signal_infos$");
  g_autofree char *array = cg_writer_expand (self->writer, "$signals$");

  for (guint i = 0; i < interface->signals->len; i++)
    {
      const CgSignal *signal = g_ptr_array_index (interface->signals, i);
      g_autofree char *annotations = emit_annotations (self, &signal->node);
      g_autofree char *args = NULL;

      set_index (self->writer, i);
      args = emit_args (self, signal->args, "$signal_arg_infos$_$index$", "$signal_args$_$index$");
      set_string (self->writer, "name_string", signal->node.name);
      cg_writer_set (self->writer, "args", args);
      cg_writer_set (self->writer, "annotations_value", annotations);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, signal_row));
    }

  return emit_arrays (self, "NorpcSignalInfo", "GDBusSignalInfo", value_array, array, rows);
}

static const char *
get_access (const CgProperty *property)
{
  switch (property->access)
    {
    case CG_ACCESS_READ:
      return "G_DBUS_PROPERTY_INFO_FLAGS_READABLE";

    case CG_ACCESS_WRITE:
      return "G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE";

    case CG_ACCESS_READWRITE:
      /* C++ has no enumerator for the two together */
      return "(GDBusPropertyInfoFlags) (G_DBUS_PROPERTY_INFO_FLAGS_READABLE | G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE)";

    default:
      g_assert_not_reached ();
    }
}

static char *
emit_properties (Emitter           *self,
                 const CgInterface *interface)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *value_array = cg_writer_expand (self->writer, "$property_infos$");
  g_autofree char *array = cg_writer_expand (self->writer, "$properties$");

  for (guint i = 0; i < interface->properties->len; i++)
    {
      const CgProperty *property = g_ptr_array_index (interface->properties, i);
      g_autofree char *annotations = emit_annotations (self, &property->node);

      set_string (self->writer, "name_string", property->node.name);
      set_string (self->writer, "signature_string", property->use.signature);
      cg_writer_set (self->writer, "access", get_access (property));
      cg_writer_set (self->writer, "flags", get_flags (&property->use));
      cg_writer_set (self->writer, "annotations_value", annotations);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, property_row));
    }

  return emit_arrays (self, "NorpcPropertyInfo", "GDBusPropertyInfo", value_array, array, rows);
}

/* The names of the interface are in @writer. The dispatch functions that the
 * infos point to stand in front of this. */
void
cg_emit_info (const CgInterface *interface,
              CgWriter          *writer)
{
  Emitter self = { writer, 0 };
  g_autofree char *annotations = NULL;
  g_autofree char *methods = NULL;
  g_autofree char *signals = NULL;
  g_autofree char *properties = NULL;
  g_autoptr (GString) returns = g_string_new (NULL);

  for (guint i = 0; i < interface->methods->len; i++)
    emit_method (&self, g_ptr_array_index (interface->methods, i));
  methods = emit_method_array (&self, interface);
  signals = emit_signals (&self, interface);
  properties = emit_properties (&self, interface);
  annotations = emit_annotations (&self, &interface->node);

  g_string_append (returns, "Returns: (transfer none): the interface info");
  cg_emit_append_tags (returns, &interface->node, "\n");
  set_string (writer, "name_string", interface->node.name);
  cg_writer_set (writer, "info_returns", returns->str);
  cg_writer_set (writer, "methods_value", methods);
  cg_writer_set (writer, "signals_value", signals);
  cg_writer_set (writer, "properties_value", properties);
  cg_writer_set (writer, "annotations_value", annotations);
  cg_writer_emit (writer, interface_info);
}
