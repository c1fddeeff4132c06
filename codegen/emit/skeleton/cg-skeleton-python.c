/* cg-skeleton-python.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A skeleton of a service in Python, and a test for it. */

#include "cg-skeleton.h"

#include "emit/cg-python-names.h"
#include "model/cg-names.h"
#include "model/cg-spelling.h"

#include <string.h>

/* A type in the namespace of the generated code. */
static char *
make_type (CgWriter   *writer,
           const char *name)
{
  cg_writer_set (writer, "type_name", name);

  return cg_writer_expand (writer, cg_is_python_keyword (name) ? "getattr($namespace$, '$type_name$')"
                                                               : "$namespace$.$type_name$");
}

/* Sets $py_params$, "a, b". */
static void
set_params (CgWriter  *writer,
            GPtrArray *args)
{
  g_autoptr (GString) params = g_string_new (NULL);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  CG_FOREACH (const CgArg, arg, args)
    {
      g_autofree char *name = cg_python_make_parameter (taken, arg->c_lent);

      g_string_append_printf (params, "%s%s", params->len > 0 ? ", " : "", name);
    }

  cg_writer_set (writer, "py_params", params->str);
}

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
  const CgNode *node = use->named != NULL ? cg_skeleton_find_node (use->named) : NULL;

  if (use->named != NULL && use->type->element != NULL)
    return g_strdup (use->type->element->is_pointer ? "GLib.PtrArray" : "GLib.Array");
  if (use->named != NULL)
    return node != NULL ? make_type (writer, cg_names_look_up (node, "Name"))
                        : g_strdup (use->named->name);
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

/* Checks whether a property needs a first value, because it cannot be NULL and PyGObject has no
 * default for its type. */
static gboolean
needs_first (const CgTypeUse *use)
{
  return use->named != NULL && use->type->is_pointer && !use->nullable;
}

/* PyGObject looks for the attribute with the name of the GObject property. */
static void
set_property (CgWriter      *writer,
              gpointer       data_item,
              gconstpointer  data G_GNUC_UNUSED)
{
  const CgMember *property = data_item;
  const CgTypeUse *use = &property->use;
  const CgNamedType *item = use->element;
  const CgTypeUse item_use = { .named = use->element, .type = item != NULL ? &item->type : NULL };
  g_autofree char *type = make_property_type (writer, use);
  g_autofree char *name = g_strdelimit (g_strdup (cg_names_look_up (&property->node, "property_name")),
                                        "-", '_');
  gboolean is_keyword = cg_is_python_keyword (name);

  cg_writer_set (writer, "name", name);
  cg_writer_set_flag (writer, "is_keyword", is_keyword);
  cg_writer_set_expanded (writer, "attribute", is_keyword ? "locals()['$name$']" : "$name$");
  cg_writer_set (writer, "type", type != NULL ? type : "");
  cg_writer_take (writer, "default", make_default (use, type));
  cg_writer_set_flag (writer, "needs_first", needs_first (use));
  cg_writer_set_flag (writer, "is_list", cg_skeleton_is_list (use));
  cg_writer_take (writer, "item", item != NULL ? make_property_type (writer, &item_use)
                                               : g_strdup ("GObject.Object"));
}

static void
set_signal (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data G_GNUC_UNUSED)
{
  const CgMember *signal = item;

  cg_writer_set (writer, "lower", signal->lower);
  set_params (writer, signal->out_args);
}

static const CgInterface *
find_interface (const CgSkeleton *self,
                const CgMethod   *method)
{
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    if (g_ptr_array_find (interface->methods, method, NULL))
      return interface;

  g_assert_not_reached ();
}

static void
set_method (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data)
{
  const CgMethod *method = item;
  const CgInterface *interface = find_interface (data, method);

  cg_skeleton_set_method (data, writer, method, NULL);
  cg_python_set_names (writer, interface, method);
  cg_writer_set_flag (writer, "is_coroutine", cg_member_is_stream (method) || cg_writer_is_set (writer, "is_asynchronous"));
  cg_skeleton_set_values (writer, method, make_value, ", ");
  set_params (writer, method->in_args);
}

static void
set_interface (CgWriter      *writer,
               gpointer       item,
               gconstpointer  data)
{
  const CgInterface *interface = item;
  gboolean has_calls = FALSE;
  gboolean needs_init = FALSE;
  gboolean can_read = FALSE;
  gboolean is_valid = TRUE;

  CG_FOREACH (const CgMethod, method, interface->methods)
    has_calls |= cg_skeleton_set_values (writer, method, make_value, "");
  CG_FOREACH (const CgMember, property, interface->properties)
    {
      g_autofree char *type = make_property_type (writer, &property->use);
      gboolean is_read = (property->access & CG_ACCESS_READ) != 0;

      needs_init |= needs_first (&property->use);
      can_read |= is_read;
      is_valid &= !is_read || (type != NULL && (!needs_first (&property->use) ||
                                                cg_skeleton_is_list (&property->use)));
    }

  cg_names_set (writer, &interface->node);
  cg_writer_take (writer, "PyIface", make_type (writer, cg_names_look_up (&interface->node, "Name")));
  cg_writer_set_flag (writer, "has_calls", has_calls);
  cg_writer_set_flag (writer, "needs_init", needs_init);
  cg_writer_set_flag (writer, "can_load", can_read && is_valid);
  cg_writer_set_list (writer, "methods", interface->methods, set_method, data);
  cg_writer_set_list (writer, "signals", interface->signals, set_signal, NULL);
  cg_writer_set_list (writer, "properties", interface->properties, set_property, NULL);
}

/* Adds the namespace of a type from a GIR to ", A, B, ". */
static void
add_namespace (GString           *text,
               const CgNamedType *named)
{
  const char *name = named != NULL ? named->name : "";
  g_autofree char *item = g_strdup_printf (", %.*s, ", (int) strcspn (name, "."), name);

  if (named != NULL && cg_skeleton_find_node (named) == NULL && strstr (text->str, item) == NULL)
    g_string_append (text, item + strlen (", "));
}

void
cg_skeleton_set_python (const CgSkeleton *self,
                        CgWriter         *writer)
{
  g_autoptr (GString) text = g_string_new (", GLib, GObject, Norpc, ");

  cg_skeleton_set (self, writer, set_interface);
  cg_writer_set_flag (writer, "is_python", TRUE);
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    CG_FOREACH (const CgMember, property, interface->properties)
      {
        add_namespace (text, property->use.named);
        add_namespace (text, property->use.element);
      }
  g_string_truncate (text, text->len - strlen (", "));
  cg_writer_set (writer, "namespaces", text->str + strlen (", "));
}
