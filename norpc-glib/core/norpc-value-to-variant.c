/* norpc-value-to-variant.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values of arguments become a GVariant. */

#include "norpc-value-form-private.h"
#include "norpc-value-types-private.h"
#include "norpc-value-variant-private.h"

static GVariant *
strv_to_variant (const char         *signature,
                 const char * const *strings)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (signature));
  for (; *strings != NULL; strings++)
    g_variant_builder_add (&builder, signature + 1, *strings);

  return g_variant_builder_end (&builder);
}

/* Reads a field of a record into @value, which is of its type and which is only looked at: it does not own
 * what it points to.
 */
static void
peek_record_field (const NorpcArgInfo *info,
                   gconstpointer       address,
                   GValue             *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_UCHAR:
      value->data[0].v_uint = *(const guint8 *) address;
      break;

    case G_TYPE_INT:
      value->data[0].v_int = info->dbus.signature[0] == 'n' ? *(const gint16 *) address : *(const gint *) address;
      break;

    case G_TYPE_UINT:
      value->data[0].v_uint = info->dbus.signature[0] == 'q' ? *(const guint16 *) address : *(const guint *) address;
      break;

    case G_TYPE_BOOLEAN:
      value->data[0].v_int = *(const gboolean *) address;
      break;

    case G_TYPE_INT64:
    case G_TYPE_UINT64:
      value->data[0].v_uint64 = *(const guint64 *) address;
      break;

    case G_TYPE_DOUBLE:
      value->data[0].v_double = *(const double *) address;
      break;

    case G_TYPE_ENUM:
      value->data[0].v_long = *(const int *) address;
      break;

    case G_TYPE_FLAGS:
      value->data[0].v_ulong = *(const guint *) address;
      break;

    default:
      value->data[0].v_pointer = *(gpointer const *) address;
      break;
    }
}

/* Returns a tuple (floating), or NULL with a message (owned). */
static GVariant *
record_to_variant (const NorpcRecordInfo  *record,
                   GType                   type,
                   gconstpointer           boxed,
                   char                  **problem)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; i < record->n_fields; i++)
    {
      const NorpcFieldInfo *field = &record->fields[i];
      GValue value = { .g_type = norpc_arg_info_get_gtype (&field->arg.dbus) };
      GVariant *child;

      peek_record_field (&field->arg, (const char *) boxed + field->offset, &value);
      child = norpc_value_to_variant (&field->arg, &value, problem);
      if (child == NULL)
        {
          g_variant_builder_clear (&builder);
          *problem = norpc_describe_field (field->arg.dbus.name, g_type_name (type), *problem);
          return NULL;
        }
      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}

/* Makes @value that of an element, which is only looked at. */
static void
peek_element (gconstpointer  array,
              GType          array_type,
              guint          index,
              GValue        *value)
{
  if (array_type == G_TYPE_PTR_ARRAY)
    value->data[0].v_pointer = g_ptr_array_index ((GPtrArray *) array, index);
  else if (G_VALUE_HOLDS_FLAGS (value))
    value->data[0].v_ulong = g_array_index ((GArray *) array, guint, index);
  else
    value->data[0].v_long = g_array_index ((GArray *) array, int, index);
}

/* Returns an array (floating), or NULL with a message (owned). */
static GVariant *
array_to_variant (const NorpcArgInfo  *info,
                  gconstpointer        array,
                  char               **problem)
{
  NorpcArgInfo element_info = norpc_arg_info_get_element_info (info);
  GType type = info->get_type ();
  GType element_type = norpc_arg_info_get_gtype (&element_info.dbus);
  guint n_elements = type == G_TYPE_PTR_ARRAY ? ((GPtrArray *) array)->len : ((GArray *) array)->len;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (norpc_arg_info_get_content_signature (info)));
  for (guint i = 0; i < n_elements; i++)
    {
      GValue value = { .g_type = element_type };
      GVariant *child;

      peek_element (array, type, i, &value);
      child = norpc_value_to_variant (&element_info, &value, problem);
      if (child == NULL)
        {
          g_variant_builder_clear (&builder);
          *problem = norpc_describe_element (i, *problem);
          return NULL;
        }
      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}

/* Returns a variant (floating), or NULL, maybe with a message (owned). */
static GVariant *
named_to_variant (const NorpcArgInfo  *info,
                  const GValue        *value,
                  char               **problem)
{
  GType type = info->get_type ();
  const NorpcRecordInfo *record;
  const NorpcValueForm *form;

  if (G_TYPE_IS_ENUM (type))
    return g_variant_new_int32 (g_value_get_enum (value));
  if (G_TYPE_IS_FLAGS (type))
    return g_variant_new_uint32 (g_value_get_flags (value));
  if (norpc_arg_info_is_array (info, type))
    return array_to_variant (info, g_value_peek_pointer (value), problem);

  record = G_TYPE_IS_BOXED (type) ? norpc_record_type_get_info (type) : NULL;
  if (record != NULL)
    return record_to_variant (record, G_VALUE_TYPE (value), g_value_peek_pointer (value), problem);

  form = norpc_value_form_find (info);

  return form != NULL ? form->to_variant (g_value_peek_pointer (value)) : NULL;
}

/* Returns a variant (floating or owned) for a value that is not NULL. */
static GVariant *
content_to_variant (const char   *signature,
                    const GValue *value)
{
  switch (G_VALUE_TYPE (value))
    {
    case G_TYPE_UCHAR:
      return g_variant_new_byte (g_value_get_uchar (value));

    case G_TYPE_BOOLEAN:
      return g_variant_new_boolean (g_value_get_boolean (value));

    case G_TYPE_INT:
      return *signature == 'n'   ? g_variant_new_int16 ((gint16) g_value_get_int (value))
             : *signature == 'h' ? g_variant_new_handle (g_value_get_int (value))
                                 : g_variant_new_int32 (g_value_get_int (value));

    case G_TYPE_UINT:
      return *signature == 'q' ? g_variant_new_uint16 ((guint16) g_value_get_uint (value))
                               : g_variant_new_uint32 (g_value_get_uint (value));

    case G_TYPE_INT64:
      return g_variant_new_int64 (g_value_get_int64 (value));

    case G_TYPE_UINT64:
      return g_variant_new_uint64 (g_value_get_uint64 (value));

    case G_TYPE_DOUBLE:
      return g_variant_new_double (g_value_get_double (value));

    case G_TYPE_STRING:
      return *signature == 'o'   ? g_variant_new_object_path (g_value_get_string (value))
             : *signature == 'g' ? g_variant_new_signature (g_value_get_string (value))
                                 : g_variant_new_string (g_value_get_string (value));

    case G_TYPE_VARIANT:
      return g_value_get_variant (value);

    default:
      if (G_VALUE_HOLDS (value, G_TYPE_STRV))
        return strv_to_variant (signature, g_value_get_boxed (value));
      return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, g_value_get_boxed (value), TRUE);
    }
}

static gboolean
is_null (const GValue *value)
{
  return g_type_value_table_peek (G_VALUE_TYPE (value))->value_free != NULL && value->data[0].v_pointer == NULL;
}

/* Thread-safe. Returns a variant (floating), or NULL with a message (owned). @value must be valid for
 * the description, or NULL, as a property that has not been set.
 */
GVariant *
norpc_value_to_variant (const NorpcArgInfo  *info,
                        const GValue        *value,
                        char               **problem)
{
  const char *signature = norpc_arg_info_get_content_signature (info);
  gboolean nullable = norpc_arg_info_is_nullable (info);
  GVariant *content;

  *problem = NULL;
  if (*signature == '\0')
    {
      *problem = g_strdup_printf ("a value of type %s has no form as a GVariant", g_type_name (info->get_type ()));
      return NULL;
    }
  if (is_null (value) && !nullable)
    {
      *problem = g_strdup_printf ("expected a value of type %s, got NULL", G_VALUE_TYPE_NAME (value));
      return NULL;
    }
  if (is_null (value))
    return g_variant_new_maybe (G_VARIANT_TYPE (signature), NULL);

  content = info->get_type != NULL && info->get_type != g_bytes_get_type ? named_to_variant (info, value, problem)
                                                                         : content_to_variant (signature, value);
  if (content == NULL && *problem == NULL)
    *problem = g_strdup_printf ("a value of type %s has no form as a GVariant", g_type_name (info->get_type ()));

  return content != NULL && nullable ? g_variant_new_maybe (NULL, content) : content;
}

/* Thread-safe. Returns a tuple (floating), or NULL with a message (owned). */
GVariant *
norpc_values_to_variant (GDBusArgInfo * const  *infos,
                         const GValue          *values,
                         guint                  n_values,
                         const char            *kind,
                         char                 **problem)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; i < n_values; i++)
    {
      char *found = NULL;
      GVariant *child = norpc_value_to_variant ((const NorpcArgInfo *) infos[i], &values[i], &found);

      if (child == NULL)
        {
          g_variant_builder_clear (&builder);
          *problem = norpc_describe_value (kind, infos[i], found);
          return NULL;
        }
      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}
