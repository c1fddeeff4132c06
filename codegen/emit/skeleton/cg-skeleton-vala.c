/* cg-skeleton-vala.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A skeleton of a service in Vala, and a test for it. */

#include "cg-skeleton.h"

#include "model/cg-declarations.h"
#include "model/cg-names.h"
#include "model/cg-templates.h"

#include <string.h>

/* The place of a value, on which its type depends. */
typedef enum
{
  POSITION_IN,
  POSITION_OUT,
  POSITION_PROPERTY
} Position;

/* The types of type strings, and an expression for an empty value. */
static const char * const types[][3] = {
  { "y", "uint8", "0" }, { "b", "bool", "false" }, { "n", "int16", "0" }, { "q", "uint16", "0" },
  { "i", "int", "0" }, { "u", "uint", "0" }, { "x", "int64", "0" }, { "t", "uint64", "0" },
  { "d", "double", "0" }, { "h", "int", "0" }, { "s", "string", "\"\"" }, { "o", "string", "\"/\"" },
  { "g", "string", "\"\"" }, { "as", "string[]", "new string[0]" }, { "ao", "string[]", "new string[0]" },
  { "ag", "string[]", "new string[0]" }, { "ay", "Bytes", "new Bytes (new uint8[0])" },
};

/* Returns the row of a type string that is no variant, or NULL. */
static const char * const *
find_type (const CgTypeUse *use)
{
  const char *signature = use->type->signature;

  for (gsize i = 0; use->named == NULL && signature != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i][0], signature))
      return types[i];

  return NULL;
}

static char *
escape (const char *name)
{
  return g_strconcat (cg_template_has_word ("words/vala-keywords", name) ? "@" : "", name, NULL);
}

/* Makes the name of a named type. Those of GObject and Gio are in the namespace GLib. */
static char *
make_named (CgWriter          *writer,
            const CgNamedType *named)
{
  const CgNode *node = cg_skeleton_find_node (named);
  const char *dot = strchr (named->name, '.');

  if (node != NULL)
    {
      cg_writer_set (writer, "type_name", cg_names_look_up (node, "Name"));
      return cg_writer_expand (writer, "$namespace$.$type_name$");
    }
  if (g_str_has_prefix (named->name, "Gio.") || g_str_has_prefix (named->name, "GObject."))
    return g_strconcat ("GLib", dot, NULL);

  return g_strdup (named->name);
}

/* Checks whether vapigen takes a value for nullable: a property never, and a cancellable that goes in
 * always. */
static gboolean
is_nullable (const CgTypeUse *use,
             Position         position)
{
  if (position == POSITION_IN && use->named != NULL && g_str_equal (use->named->name, "Gio.Cancellable"))
    return TRUE;

  return position != POSITION_PROPERTY && use->nullable && use->type->is_pointer;
}

/* Makes a type. The elements of an array that moved to a handler belong to the array. vapigen does not
 * know the elements of a property. */
static char *
make_type (CgWriter        *writer,
           const CgTypeUse *use,
           Position         position)
{
  gboolean is_in = position == POSITION_IN;
  const char * const *row = find_type (use);
  const CgDeclaration *declaration = use->named != NULL ? use->named->declaration : NULL;
  gboolean is_moved = is_in && use->is_moved;
  g_autofree char *name = use->named != NULL ? make_named (writer, use->named)
                          : g_strdup (row != NULL ? row[1] : "Variant");
  g_autoptr (GString) type = g_string_new (name);

  if (declaration != NULL && declaration->kind == CG_DECLARED_ERROR_DOMAIN && is_in)
    g_string_assign (type, "int");
  else if (position == POSITION_PROPERTY && (g_str_equal (name, "int16") || g_str_equal (name, "uint16")))
    g_string_truncate (type, type->len - 2);
  else if (use->type->element != NULL)
    g_string_printf (type, "%s<%s%s>", use->type->element->is_pointer ? "GenericArray" : "Array",
                     is_moved && use->type->element->is_pointer ? "weak " : "",
                     position == POSITION_PROPERTY ? "void*" : name);
  if (is_nullable (use, position))
    g_string_append_c (type, '?');
  if (is_moved)
    g_string_prepend (type, "owned ");

  return g_strdup (type->str);
}

static char *
make_value (const CgTypeUse *use)
{
  const char * const *row = find_type (use);

  if (use->nullable && use->type->is_pointer)
    return g_strdup ("null");
  if (use->named != NULL)
    return NULL;

  return row != NULL ? g_strdup (row[2])
                     : g_strdup_printf ("new Variant.from_bytes (new VariantType (\"%s\"), "
                                        "new Bytes (new uint8[0]), false)", use->value_signature);
}

/* Makes the first value of a property, or NULL if it has none. */
static char *
make_first (CgWriter        *writer,
            const CgTypeUse *use)
{
  g_autofree char *item = NULL;

  if (!cg_skeleton_is_list (use))
    return make_value (use);

  item = use->element != NULL ? make_named (writer, use->element) : g_strdup ("Object");

  return g_strdup_printf ("new ListStore (typeof (%s))", item);
}

/* vapigen finds the getter of a property by its name, unless one of them was changed. */
static const char *
get_accessors (const CgMember *property,
               const char     *name)
{
  gboolean is_found = g_str_equal (name, property->lower) && !g_str_equal (name, "type");
  gboolean is_written = (property->access & CG_ACCESS_WRITE) != 0;

  if (property->use.type->is_pointer && !is_found)
    return is_written ? "owned get; set;" : "owned get;";

  return is_written ? "get; set;" : "get;";
}

static void
set_property (CgWriter      *writer,
              gpointer       item,
              gconstpointer  data G_GNUC_UNUSED)
{
  const CgMember *property = item;
  gboolean can_default = property->use.type->is_pointer && !property->use.nullable;
  g_autofree char *first = make_first (writer, &property->use);
  g_autofree char *type = make_type (writer, &property->use, POSITION_PROPERTY);
  g_autofree char *name = g_strdelimit (g_strdup (cg_names_look_up (&property->node, "property_name")),
                                        "-", '_');

  cg_writer_set (writer, "type", type);
  cg_writer_set_flag (writer, "is_strv", g_str_has_prefix (type, "string[]"));
  cg_writer_set_flag (writer, "can_read", (property->access & CG_ACCESS_READ) != 0);
  cg_writer_set (writer, "plain", name);
  cg_writer_take (writer, "name", escape (name));
  cg_writer_set (writer, "accessors", get_accessors (property, name));
  cg_writer_set (writer, "first", first != NULL && can_default ? first : "");
  cg_writer_set_flag (writer, "to_do", first == NULL && can_default);
}

static void
set_arg (CgWriter      *writer,
         gpointer       item,
         gconstpointer  data G_GNUC_UNUSED)
{
  const CgArg *arg = item;
  gboolean is_in = arg->direction == CG_DIRECTION_IN;

  cg_writer_set_flag (writer, "is_out", !is_in);
  cg_writer_take (writer, "type", make_type (writer, &arg->use, is_in ? POSITION_IN : POSITION_OUT));
  cg_writer_take (writer, "name", escape (is_in ? arg->c_lent : arg->c_out));
}

static void
set_method (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data)
{
  const CgMethod *method = item;
  const CgArg *returned = cg_method_get_return_arg (method);
  const char *handler;

  cg_skeleton_set_method (data, writer, method, set_arg);
  cg_skeleton_set_values (writer, method, make_value, ", ");
  cg_writer_take (writer, "return_type", returned != NULL
                  ? make_type (writer, &returned->use, POSITION_OUT) : g_strdup ("bool"));
  handler = cg_names_look_up (&method->node, cg_member_is_stream (method) ||
                              cg_writer_is_set (writer, "is_asynchronous") ? "handle" : "vfunc");
  cg_writer_set_flag (writer, "hides", cg_template_has_word ("words/vala-object", handler));
  cg_writer_take (writer, "handler", escape (handler));
}

static void
set_interface (CgWriter      *writer,
               gpointer       item,
               gconstpointer  data)
{
  const CgInterface *interface = item;

  cg_names_set (writer, &interface->node);
  cg_writer_set_list (writer, "methods", interface->methods, set_method, data);
  cg_writer_set_list (writer, "properties", interface->properties, set_property, NULL);
}

void
cg_skeleton_set_vala (const CgSkeleton *self,
                      CgWriter         *writer)
{
  cg_skeleton_set (self, writer, set_interface);
  cg_writer_set_flag (writer, "is_vala", TRUE);
}
