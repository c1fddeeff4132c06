/* cg-skeleton-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The properties of a skeleton in C: each has a field. */

#include "cg-skeleton.h"

#include "emit/c/cg-emit-shared.h"
#include "emit/cg-templates.h"
#include "model/cg-names.h"
#include "model/cg-spelling.h"

#include <string.h>

/* Makes the text for a property, or NULL if it has none. */
typedef char *(*MakeText) (CgWriter       *writer,
                           const CgMember *property);

/* Sets $ID$, $field$ and $property_name$. */
static void
set_property (CgWriter       *writer,
              const CgMember *property)
{
  gboolean is_taken = cg_is_reserved (property->lower) ||
                      g_str_equal (property->lower, "parent_instance");

  cg_names_set (writer, &property->node);
  cg_writer_take (writer, "ID", g_ascii_strup (property->lower, -1));
  cg_writer_take (writer, "field", g_strconcat (property->lower, is_taken ? "_" : "", NULL));
}

static char *
make_all (const CgInterface *interface,
          CgWriter          *writer,
          MakeText           make,
          const char        *separator)
{
  g_autoptr (GString) text = g_string_new (NULL);

  CG_FOREACH (const CgMember, property, interface->properties)
    {
      g_autofree char *line = NULL;

      set_property (writer, property);
      line = make (writer, property);
      if (line != NULL && *line != '\0')
        g_string_append_printf (text, "%s%s", text->len > 0 ? separator : "", line);
    }

  return g_strdup (text->str);
}

static char *
make_id (CgWriter       *writer,
         const CgMember *property G_GNUC_UNUSED)
{
  return cg_writer_expand (writer, "$PROP$$ID$");
}

static char *
make_override (CgWriter       *writer,
               const CgMember *property G_GNUC_UNUSED)
{
  return cg_writer_expand (writer, "g_object_class_override_property (object_class, $PROP$$ID$, "
                                   "\"$property_name$\");");
}

static char *
make_field (CgWriter       *writer,
            const CgMember *property)
{
  const CgType *type = property->use.type;

  cg_writer_take (writer, "c_out", cg_columns_pad (type->c_out, 0));

  return cg_writer_expand (writer, type->is_pointer ? "  $c_out$$field$; /* (owned) */\n"
                                                    : "  $c_out$$field$;\n");
}

static char *
make_clear (CgWriter       *writer,
            const CgMember *property)
{
  g_autofree char *field = cg_writer_expand (writer, "self->$field$");

  return cg_skeleton_make_free (writer, &property->use, field);
}

/* Makes the statement that initializes a field that cannot be NULL. */
static char *
make_init (CgWriter       *writer,
           const CgMember *property)
{
  g_autofree char *first = cg_skeleton_make_first (&property->use);

  if (!property->use.type->is_pointer || property->use.nullable || first == NULL)
    return NULL;

  cg_writer_set (writer, "first", first);

  return cg_writer_expand (writer, g_str_has_prefix (first, "g_variant")
                           ? "self->$field$ = g_variant_ref_sink ($first$);"
                           : "self->$field$ = $first$;");
}

static char *
make_to_do (CgWriter       *writer,
            const CgMember *property)
{
  g_autofree char *first = cg_skeleton_make_first (&property->use);

  return first != NULL ? NULL
                       : cg_writer_expand (writer, "/* TODO: the first value of self->$field$ */");
}

/* Arrays are not copied by the property, because the function for that is static in the generated
 * code. */
static char *
make_get (CgWriter       *writer,
          const CgMember *property)
{
  g_autofree char *field = cg_writer_expand (writer, "self->$field$");

  if ((property->access & CG_ACCESS_READ) == 0)
    return NULL;

  cg_writer_set (writer, "gvalue", "value");
  cg_writer_set (writer, "value", field);
  cg_writer_set_expanded (writer, "access", property->use.type->element != NULL
                          ? "g_value_set_boxed ($gvalue$, $value$);" : property->use.type->set);

  return cg_writer_expand (writer, cg_template ("skeleton-c/access-case"));
}

/* For each function that gets a pointer from a GValue, there is one that copies it. */
static char *
make_set (CgWriter       *writer,
          const CgMember *property)
{
  const CgType *type = property->use.type;
  const char *accessor = strstr (type->get, "g_value_get_");
  g_autofree char *clear = make_clear (writer, property);
  g_autoptr (GString) text = g_string_new (NULL);

  if ((property->access & CG_ACCESS_WRITE) == 0)
    return NULL;

  if (!type->is_pointer)
    g_string_append (text, type->get);
  else
    g_string_append_printf (text, "%sg_value_dup_%s", accessor > type->get ? "($c_type$) " : "",
                            accessor + strlen ("g_value_get_"));

  cg_writer_set (writer, "gvalue", "value");
  cg_writer_set (writer, "c_type", type->c_out);
  cg_writer_set_expanded (writer, "dup", text->str);
  cg_writer_take (writer, "clear_line", g_strconcat (clear, *clear != '\0' ? "\n" : "", NULL));
  cg_writer_set_expanded (writer, "access", "$clear_line$self->$field$ = $dup$;");

  return cg_writer_expand (writer, cg_template ("skeleton-c/access-case"));
}

/* Writes get_property () or set_property () if a property can be read or written, and appends its
 * assignment. */
static void
emit_accessor (const CgInterface *interface,
               CgWriter          *writer,
               gboolean           is_set,
               GString           *class_init)
{
  g_autofree char *cases = make_all (interface, writer, is_set ? make_set : make_get, "");
  const char *word = is_set ? "set" : "get";
  g_autofree char *service = cg_writer_expand (writer, "$service$");
  g_autofree char *function = g_strdup_printf ("%s_%s_property", service, word);

  if (*cases == '\0')
    return;

  cg_writer_set (writer, "cases", cases);
  cg_writer_set (writer, "function", function);
  cg_writer_take (writer, "indent", g_strnfill (strlen (function) + strlen (" ("), ' '));
  cg_writer_set (writer, "pad", is_set ? "  " : "");
  cg_writer_set (writer, "value_type", is_set ? "const GValue *" : "GValue     *");
  cg_writer_emit (writer, cg_template ("skeleton-c/access-properties"));
  g_string_append_printf (class_init, "object_class->%s_property = %s;\n", word, function);
}

/* Sets $fields$, the fields of the struct, and the names of the properties' IDs. */
void
cg_skeleton_set_properties (const CgInterface *interface,
                            CgWriter          *writer)
{
  g_autofree char *fields = NULL;

  cg_writer_set_expanded (writer, "PROP", "$IFACE$_PROP_");
  cg_writer_take (writer, "ids", make_all (interface, writer, make_id, ",\n"));
  fields = make_all (interface, writer, make_field, "");
  cg_writer_take (writer, "fields", g_strconcat (*fields != '\0' ? "\n" : "", fields, NULL));
}

/* Writes the functions of the class, from get_property () to init (). */
void
cg_skeleton_emit_properties (const CgInterface *interface,
                             CgWriter          *writer)
{
  g_autoptr (GString) assignments = g_string_new (NULL);
  g_autofree char *clear = make_all (interface, writer, make_clear, "\n");
  g_autofree char *init = make_all (interface, writer, make_init, "\n");
  g_autofree char *to_do = make_all (interface, writer, make_to_do, "\n");
  g_autofree char *service = cg_writer_expand (writer, "$service$");

  emit_accessor (interface, writer, FALSE, assignments);
  emit_accessor (interface, writer, TRUE, assignments);
  if (*clear != '\0')
    {
      cg_writer_set (writer, "clear", clear);
      cg_writer_emit (writer, cg_template ("skeleton-c/finalize"));
      g_string_append_printf (assignments, "object_class->finalize = %s_finalize;\n", service);
    }

  cg_writer_set (writer, "assignments", assignments->str);
  cg_writer_take (writer, "overrides", make_all (interface, writer, make_override, "\n"));
  cg_writer_set_expanded (writer, "class_init", interface->properties->len > 0
                          ? cg_template ("skeleton-c/class-init-with-properties")
                          : "(void) klass;");
  cg_writer_take (writer, "init", g_strconcat (*init != '\0' ? init : "(void) self;",
                                               *to_do != '\0' ? "\n" : "", to_do, NULL));
  cg_writer_emit (writer, cg_template ("skeleton-c/init-functions"));
}
