/* cg-emit-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The interface info: static data that extends GIO's introspection data, in arrays of values and
 * arrays of pointers to the values or to the D-Bus info at their beginning. */

#include "cg-emit-private.h"

#include "doc/cg-doc.h"

#include <string.h>

/* The differences between the kinds of members. */
static const struct
{
  const char *name;         /* of the array of pointers; the one for D-Bus begins with dbus_ */
  const char *type;
  const char *dbus_type;    /* (nullable): if D-Bus has such members */
  const char *row;          /* (nullable): each method has a variable of its own */
  const char *values;       /* the name of the array of values */
  const char *in_values;    /* (nullable): those of the arrays of arguments */
  const char *in_args;
  const char *out_values;
  const char *out_args;
} kinds[CG_N_MEMBERS] = {
  [CG_MEMBER_METHOD] = {
    "methods", "NorpcMethodInfo", "GDBusMethodInfo", NULL, "",
    "$in_arg_infos$", "$in_args$", "$out_arg_infos$", "$out_args$"
  },
  [CG_MEMBER_SIGNAL] = {
    "signals", "NorpcSignalInfo", "GDBusSignalInfo",
    "info/signal-row", "$signal_infos$",
    NULL, NULL, "$signal_arg_infos$_$index$", "$signal_args$_$index$"
  },
  [CG_MEMBER_PROPERTY] = {
    "properties", "NorpcPropertyInfo", "GDBusPropertyInfo", "info/property-row", "$property_infos$",
    NULL, NULL, NULL, NULL
  },
};

typedef struct
{
  CgWriter *writer;
  guint     n_annotations;  /* arrays of them so far */
} Emitter;

static void
set_string (Emitter    *self,
            const char *key,
            const char *value)
{
  cg_writer_take (self->writer, key, cg_c_string (value));
}

static void
set_index (Emitter *self,
           guint    index)
{
  cg_writer_take (self->writer, "index", g_strdup_printf ("%u", index));
}

/* Writes an array with the template @template_name, unless it is empty. */
static gboolean
emit_array (Emitter    *self,
            const char *template_name,
            const char *type,
            const char *array,
            GPtrArray  *items)
{
  if (items->len == 0)
    return FALSE;

  g_ptr_array_add (items, NULL);
  cg_writer_set (self->writer, "type", type);
  cg_writer_set (self->writer, "array", array);
  cg_writer_take (self->writer, "items", g_strjoinv (",\n", (char **) items->pdata));
  cg_writer_emit (self->writer, cg_template (template_name));

  return TRUE;
}

/* Writes an array of pointers, and returns the expression for it. */
static char *
emit_pointers (Emitter    *self,
               const char *type,
               const char *array,
               GPtrArray  *pointers)
{
  if (!emit_array (self, "info/pointer-array-text", type, array, pointers))
    return g_strdup ("NULL");

  /* what GIO has is not const */
  return g_str_has_prefix (type, "GDBus")
         ? g_strdup_printf ("(%s **) %s", type, array)
         : g_strdup (array);
}

/* Writes an array of values, and an array of pointers to their D-Bus infos. */
static char *
emit_arrays (Emitter    *self,
             const char *type,
             const char *dbus_type,
             const char *value_array,
             const char *array,
             GPtrArray  *rows)
{
  g_autoptr (GPtrArray) pointers = g_ptr_array_new_with_free_func (g_free);
  const char *member = g_str_equal (type, dbus_type) ? "" : ".dbus";

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (pointers, g_strdup_printf ("&%s[%u]%s", value_array, i, member));
  emit_array (self, "info/value-array-text", type, value_array, rows);

  return emit_pointers (self, dbus_type, array, pointers);
}

/* Returns TRUE for annotations of gdbus-codegen and norpc, which are for the generator only. */
static gboolean
is_internal (const CgAnnotation *annotation)
{
  return g_str_has_prefix (annotation->node.name, "org.gtk.GDBus.") ||
         g_str_has_prefix (annotation->node.name, "org.norpc.");
}

static char *
emit_annotations (Emitter      *self,
                  const CgNode *node)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *value_array = NULL;
  g_autofree char *array = NULL;

  CG_FOREACH (const CgAnnotation, annotation, node->annotations)
    {
      if (is_internal (annotation))
        continue;

      cg_writer_take (self->writer, "annotations_value",
                      emit_annotations (self, &annotation->node));
      set_string (self, "name_string", annotation->node.name);
      set_string (self, "value_string", annotation->value);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, cg_template ("info/annotation-row")));
    }

  if (rows->len == 0)
    return g_strdup ("NULL");

  set_index (self, self->n_annotations++);
  array = cg_writer_expand (self->writer, "$annotations$_$index$");
  value_array = cg_writer_expand (self->writer, "$annotation_values$_$index$");

  return emit_arrays (self, "GDBusAnnotationInfo", "GDBusAnnotationInfo", value_array, array, rows);
}

static const char *
get_type_function (const CgType *type)
{
  return type != NULL && type->get_type != NULL ? type->get_type : "NULL";
}

/* Sets the keys for the type of an argument, a field or a property. */
static void
set_type (Emitter         *self,
          const CgTypeUse *use)
{
  set_string (self, "signature_string", use->variant != NULL ? use->variant : "");
  cg_writer_set_flag (self->writer, "is_moved", use->is_moved);
  cg_writer_set_flag (self->writer, "nullable", use->nullable);
  cg_writer_set_flag (self->writer, "is_sensitive", use->is_sensitive);
  cg_writer_set_template (self->writer, "flags", "info/arg-flags");
  cg_writer_set (self->writer, "value_get_type", get_type_function (use->type));
  cg_writer_set (self->writer, "element_get_type",
                 get_type_function (use->element != NULL ? &use->element->type
                                                         : use->type->element));
}

/* Writes the arguments of a member, and sets @key to the expression for them. */
static void
emit_args (Emitter    *self,
           GPtrArray  *args,
           guint       index,
           const char *values,
           const char *array,
           const char *key)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *expanded_values = NULL;
  g_autofree char *expanded_array = NULL;

  if (values == NULL || args->len == 0)
    {
      cg_writer_set (self->writer, key, "NULL");
      return;
    }

  set_index (self, index);
  expanded_values = cg_writer_expand (self->writer, values);
  expanded_array = cg_writer_expand (self->writer, array);

  CG_FOREACH (const CgArg, arg, args)
    {
      g_autofree char *unnamed = g_strdup_printf ("unnamed_arg%u", rows->len);

      cg_writer_take (self->writer, "annotations_value", emit_annotations (self, &arg->node));
      set_string (self, "name_string",
                  arg->node.name != NULL ? arg->node.name : arg->c_lent != NULL ? arg->c_lent
                  : unnamed);
      set_type (self, &arg->use);
      g_ptr_array_add (rows, cg_writer_expand (self->writer, cg_template ("info/arg-row")));
    }

  cg_writer_take (self->writer, key,
                  emit_arrays (self, "NorpcArgInfo", "GDBusArgInfo", expanded_values,
                               expanded_array, rows));
}

/* The names of @record are those in the writer. */
void
cg_emit_fields (const CgDeclaration *record,
                CgWriter            *writer)
{
  Emitter self = { writer, 0 };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *array = cg_writer_expand (writer, "$t_field_infos$");

  CG_FOREACH (const CgField, field, record->fields)
    {
      set_string (&self, "name_string", record->is_object ? field->property : field->node.name);
      set_type (&self, &field->use);
      cg_writer_set (writer, "member", field->lower);
      g_ptr_array_add (rows, cg_writer_expand (writer, cg_template ("info/field-row")));
    }

  emit_array (&self, "info/value-array-text", "NorpcFieldInfo", array, rows);
}

/* The cast is for C++, in which the result of | is no enumerator. */
static char *
make_method_flags (const CgMethod *method)
{
  static const struct
  {
    CgMethodFlags  flag;
    const char    *name;
  } names[] = {
    { CG_METHOD_ONEWAY, "NORPC_METHOD_FLAGS_ONEWAY" },
    { CG_METHOD_LATEST_WINS, "NORPC_METHOD_FLAGS_LATEST_WINS" },
    { CG_METHOD_IDEMPOTENT, "NORPC_METHOD_FLAGS_IDEMPOTENT" },
    { CG_METHOD_STREAM, "NORPC_METHOD_FLAGS_STREAM" },
    { CG_METHOD_STREAM_IN, "NORPC_METHOD_FLAGS_STREAM_IN" },
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

/* Gets how clients learn of changes. */
static const char *
get_updates (const CgMember *property)
{
  const char *emits_changed = property->node.emits_changed;

  if (g_str_equal (emits_changed, "invalidates"))
    return "NORPC_PROPERTY_UPDATES_INVALIDATES";
  if (g_str_equal (emits_changed, "const"))
    return "NORPC_PROPERTY_UPDATES_CONST";

  return g_str_equal (emits_changed, "false") ? "NORPC_PROPERTY_UPDATES_NONE"
                                              : "NORPC_PROPERTY_UPDATES_VALUE";
}

/* Writes pointers, and sets the key of the array to the expression for them. */
static void
emit_member_pointers (Emitter    *self,
                      const char *type,
                      const char *prefix,
                      const char *name,
                      GPtrArray  *pointers)
{
  g_autofree char *template_text = g_strconcat ("$", prefix, name, "$", NULL);
  g_autofree char *array = cg_writer_expand (self->writer, template_text);
  g_autofree char *key = g_strconcat (prefix, name, "_value", NULL);

  cg_writer_take (self->writer, g_intern_string (key), emit_pointers (self, type, array, pointers));
}

/* Sets the keys of a member. */
static void
set_member (Emitter        *self,
            const CgMember *member)
{
  cg_keys_set_member (self->writer, member, NULL, NULL);
  cg_writer_take (self->writer, "method_flags", make_method_flags (member));
  if (member->kind != CG_MEMBER_PROPERTY)
    return;

  set_type (self, &member->use);
  cg_writer_set_template (self->writer, "access", "info/access");
  cg_writer_set (self->writer, "updates", get_updates (member));
}

static void
emit_members (Emitter           *self,
              const CgInterface *interface,
              CgMemberKind       kind)
{
  CgWriter *writer = self->writer;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) pointers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) dbus_pointers = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *values = cg_writer_expand (writer, kinds[kind].values);

  CG_FOREACH (const CgMember, member, interface->members[kind])
    {
      guint index = pointers->len;
      g_autofree char *annotations = NULL;
      char *pointer;

      set_member (self, member);
      annotations = emit_annotations (self, &member->node);
      emit_args (self, member->in_args, index, kinds[kind].in_values, kinds[kind].in_args, "in");
      emit_args (self, member->out_args, index,
                 kinds[kind].out_values, kinds[kind].out_args, "out");
      emit_args (self, member->items, index, "$item_arg_infos$", "$item_args$", "item_infos");
      set_string (self, "name_string", member->node.name);
      cg_writer_set (writer, "annotations_value", annotations);

      if (kind == CG_MEMBER_METHOD)
        {
          cg_writer_emit (writer, cg_template ("info/method-info"));
          pointer = cg_writer_expand (writer, "&$method_info$");
        }
      else
        {
          g_ptr_array_add (rows, cg_writer_expand (writer, cg_template (kinds[kind].row)));
          pointer = g_strdup_printf ("&%s[%u]", values, index);
        }
      g_ptr_array_add (pointers, pointer);
      if (cg_member_get_reach (member) == CG_REACH_DBUS)
        g_ptr_array_add (dbus_pointers, g_strconcat (pointer, ".dbus", NULL));
    }

  emit_array (self, "info/value-array-text", kinds[kind].type, values, rows);
  emit_member_pointers (self, kinds[kind].type, "", kinds[kind].name, pointers);
  if (kinds[kind].dbus_type != NULL)
    emit_member_pointers (self, kinds[kind].dbus_type, "dbus_", kinds[kind].name, dbus_pointers);
}

/* @writer has the names of the interface. The dispatch functions, to which the infos point, have
 * been written before. */
void
cg_emit_info (const CgInterface *interface,
              CgWriter          *writer)
{
  Emitter self = { writer, 0 };

  for (CgMemberKind kind = 0; kind < CG_N_MEMBERS; kind++)
    emit_members (&self, interface, kind);
  cg_writer_take (writer, "annotations_value", emit_annotations (&self, &interface->node));
  set_string (&self, "name_string", interface->node.name);
  cg_keys_set_docs (writer, &interface->node);
  cg_writer_emit (writer, cg_template ("info/interface-info"));
}
