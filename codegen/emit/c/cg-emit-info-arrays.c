/* cg-emit-info-arrays.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The parts of interface infos: arrays of values, and arrays of pointers
 * to them or to the D-Bus info that they begin with. */

#include "cg-emit-info-private.h"

#include "model/cg-declarations.h"
#include "doc/cg-doc.h"
#include "emit/cg-templates.h"

static const char annotation_row[] =
  "{ -1, (gchar *) $name_string$, (gchar *) $value_string$, $annotations_value$ }";

static const char arg_row[] =
  "{ { -1, (gchar *) $name_string$, (gchar *) $signature_string$, $annotations_value$ }, $flags$, "
  "$value_get_type$, $element_get_type$ }";

static const char field_row[] =
  "{ { { -1, (gchar *) $name_string$, (gchar *) $signature_string$, NULL }, $flags$, "
  "$value_get_type$, $element_get_type$ }, G_STRUCT_OFFSET ($T$, $member$) }";

void
cg_info_set_string (CgInfoEmitter *self,
                    const char    *key,
                    const char    *value)
{
  g_autofree char *literal = cg_c_string (value);

  cg_writer_set (self->writer, key, literal);
}

void
cg_info_set_index (CgInfoEmitter *self,
                   guint          index)
{
  g_autofree char *number = g_strdup_printf ("%u", index);

  cg_writer_set (self->writer, "index", number);
}

static char *
join_lines (GPtrArray  *lines,
            const char *separator)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? separator : "",
                            (const char *) g_ptr_array_index (lines, i));

  return g_string_free (text, FALSE);
}

void
cg_info_emit_values (CgInfoEmitter *self,
                     const char    *type,
                     const char    *array,
                     GPtrArray     *rows)
{
  g_autofree char *text = join_lines (rows, ",\n");

  if (rows->len == 0)
    return;

  cg_writer_set (self->writer, "type", type);
  cg_writer_set (self->writer, "array", array);
  cg_writer_set (self->writer, "rows", text);
  cg_writer_emit (self->writer, cg_template ("info/value-array-text"));
}

char *
cg_info_emit_pointers (CgInfoEmitter *self,
                       const char    *type,
                       const char    *array,
                       GPtrArray     *pointers)
{
  g_autofree char *text = join_lines (pointers, ",\n");
  g_autofree char *closed = g_strconcat (text, ",", NULL);

  if (pointers->len == 0)
    return g_strdup ("NULL");

  cg_writer_set (self->writer, "type", type);
  cg_writer_set (self->writer, "array", array);
  cg_writer_set (self->writer, "pointers", closed);
  cg_writer_emit (self->writer, cg_template ("info/pointer-array-text"));

  /* what GIO has is not const */
  return g_str_has_prefix (type, "GDBus")
         ? g_strdup_printf ("(%s **) %s", type, array)
         : g_strdup (array);
}

/* Values, and pointers to all of them as GIO has them. */
static char *
emit_arrays (CgInfoEmitter *self,
             const char    *type,
             const char    *dbus_type,
             const char    *value_array,
             const char    *array,
             GPtrArray     *rows)
{
  g_autoptr (GPtrArray) pointers = g_ptr_array_new_with_free_func (g_free);
  const char *member = g_str_equal (type, dbus_type) ? "" : ".dbus";

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (pointers, g_strdup_printf ("&%s[%u]%s", value_array, i, member));

  cg_info_emit_values (self, type, value_array, rows);

  return cg_info_emit_pointers (self, dbus_type, array, pointers);
}

/* Those of gdbus-codegen, and ours, are for the generator alone. */
static gboolean
is_internal (const CgAnnotation *annotation)
{
  return g_str_has_prefix (annotation->node.name, "org.gtk.GDBus.") ||
         g_str_has_prefix (annotation->node.name, "org.norpc.");
}

char *
cg_info_emit_annotations (CgInfoEmitter *self,
                          const CgNode  *node)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *value_array = NULL;
  g_autofree char *array = NULL;

  CG_FOREACH (const CgAnnotation, annotation, node->annotations)
    {
      g_autofree char *nested = NULL;

      if (is_internal (annotation))
        continue;

      nested = cg_info_emit_annotations (self, &annotation->node);
      cg_info_set_string (self, "name_string", annotation->node.name);
      cg_info_set_string (self, "value_string", annotation->value);
      cg_writer_set (self->writer, "annotations_value", nested);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, annotation_row));
    }

  if (rows->len == 0)
    return g_strdup ("NULL");

  cg_info_set_index (self, self->n_annotations++);
  array = cg_writer_expand (self->writer, "$annotations$_$index$");
  value_array = cg_writer_expand (self->writer, "$annotation_values$_$index$");

  return emit_arrays (self, "GDBusAnnotationInfo", "GDBusAnnotationInfo", value_array, array, rows);
}

/* C++ has no enumerator for both. */
static const char *
get_flags (const CgTypeUse *use)
{
  if (use->is_moved && use->nullable)
    return "(NorpcArgFlags) (NORPC_ARG_FLAGS_NULLABLE | NORPC_ARG_FLAGS_MOVED)";
  if (use->is_moved)
    return "NORPC_ARG_FLAGS_MOVED";

  return use->nullable ? "NORPC_ARG_FLAGS_NULLABLE" : "NORPC_ARG_FLAGS_NONE";
}

static const char *
get_type_function (const CgType *type)
{
  return type != NULL && type->get_type != NULL ? type->get_type : "NULL";
}

/* Signature, flags and type of what has a type. */
void
cg_info_set_type (CgInfoEmitter   *self,
                  const CgTypeUse *use)
{
  cg_info_set_string (self, "signature_string", use->variant != NULL ? use->variant : "");
  cg_writer_set (self->writer, "flags", get_flags (use));
  cg_writer_set (self->writer, "value_get_type", get_type_function (use->type));
  cg_writer_set (self->writer, "element_get_type", get_type_function (use->type->element));
}

char *
cg_info_emit_args (CgInfoEmitter *self,
                   GPtrArray     *args,
                   const char    *value_array,
                   const char    *array)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *expanded_values = cg_writer_expand (self->writer, value_array);
  g_autofree char *expanded_array = cg_writer_expand (self->writer, array);

  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);
      g_autofree char *unnamed = g_strdup_printf ("unnamed_arg%u", i);
      g_autofree char *annotations = cg_info_emit_annotations (self, &arg->node);

      cg_info_set_string (self, "name_string",
                          arg->node.name != NULL ? arg->node.name : arg->c_lent != NULL ? arg->c_lent : unnamed);
      cg_info_set_type (self, &arg->use);
      cg_writer_set (self->writer, "annotations_value", annotations);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, arg_row));
    }

  return emit_arrays (self, "NorpcArgInfo", "GDBusArgInfo", expanded_values, expanded_array, rows);
}

/* The names of @record are those in the writer. */
void
cg_info_emit_fields (CgInfoEmitter       *self,
                     const CgDeclaration *record)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *array = cg_writer_expand (self->writer, "$t_field_infos$");

  CG_FOREACH (const CgField, field, record->fields)
    {
      cg_info_set_string (self, "name_string", field->node.name);
      cg_info_set_type (self, &field->use);
      cg_writer_set (self->writer, "member", field->lower);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, field_row));
    }

  cg_info_emit_values (self, "NorpcFieldInfo", array, rows);
}
