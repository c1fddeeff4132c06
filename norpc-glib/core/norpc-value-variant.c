/* norpc-value-variant.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-value-types-private.h"
#include "norpc-value-variant-private.h"

typedef GVariant *(*ToVariantFunc) (gpointer value);
typedef gpointer (*FromVariantFunc) (GVariant *variant);

static GVariant *
file_to_variant (gpointer value)
{
  return g_variant_new_take_string (g_file_get_uri (value));
}

static gpointer
file_from_variant (GVariant *variant)
{
  return g_file_new_for_uri (g_variant_get_string (variant, NULL));
}

static GVariant *
date_time_to_variant (gpointer value)
{
  return g_variant_new_take_string (g_date_time_format_iso8601 (value));
}

static gpointer
date_time_from_variant (GVariant *variant)
{
  return g_date_time_new_from_iso8601 (g_variant_get_string (variant, NULL), NULL);
}

static GVariant *
uri_to_variant (gpointer value)
{
  return g_variant_new_take_string (g_uri_to_string (value));
}

static gpointer
uri_from_variant (GVariant *variant)
{
  return g_uri_parse (g_variant_get_string (variant, NULL), G_URI_FLAGS_NONE, NULL);
}

/* The types whose values have a form outside of the process: the same as in generated code. */
static const struct
{
  GType         (*get_type) (void);
  ToVariantFunc   to_variant;
  FromVariantFunc from_variant; /* returns NULL if the text is not valid */
} forms[] = {
  { g_file_get_type, file_to_variant, file_from_variant },
  { g_date_time_get_type, date_time_to_variant, date_time_from_variant },
  { g_uri_get_type, uri_to_variant, uri_from_variant },
};

/* The signature of a value that is not NULL. */
static const char *
get_content_signature (const NorpcArgInfo *info)
{
  return info->dbus.signature + (info->dbus.signature[0] == 'm' ? 1 : 0);
}

static char *
describe_wrong_type (const char *signature,
                     GVariant   *variant)
{
  return g_strdup_printf ("expected a GVariant of type '%s', got one of type '%s'",
                          signature, g_variant_get_type_string (variant));
}

/* The elements of an array are arguments without a name. */
static NorpcArgInfo
get_element_info (const NorpcArgInfo *info)
{
  return (NorpcArgInfo) { { -1, info->dbus.name, (char *) get_content_signature (info) + 1, NULL },
                          NORPC_ARG_FLAGS_NONE, info->get_element_type, NULL };
}

/* Returns TRUE for the type of an array of pointers or of numbers, whose elements the description knows. */
static gboolean
is_array (const NorpcArgInfo *info,
          GType               type)
{
  return info->get_element_type != NULL && (type == G_TYPE_PTR_ARRAY || type == G_TYPE_ARRAY);
}

/* Takes ownership of @problem. */
static char *
describe_part (const char *kind,
               const char *name,
               char       *problem)
{
  char *text = g_strdup_printf ("%s %s: %s", kind, name, problem);

  g_free (problem);

  return text;
}

/* Takes ownership of @problem. */
static char *
describe_array_element (gsize  index,
                        char  *problem)
{
  g_autofree char *number = g_strdup_printf ("%" G_GSIZE_FORMAT, index);

  return describe_part ("element", number, problem);
}

/* Takes ownership of the pointer in @value. */
static gpointer
steal_content (GValue *value)
{
  gpointer pointer = norpc_value_steal_pointer (value);

  g_value_unset (value);

  return pointer;
}

static void
add_element (gpointer  array,
             GType     array_type,
             GValue   *element)
{
  int number;

  if (array_type == G_TYPE_PTR_ARRAY)
    {
      g_ptr_array_add (array, steal_content (element));
      return;
    }

  number = G_VALUE_HOLDS_FLAGS (element) ? (int) g_value_get_flags (element) : g_value_get_enum (element);
  g_array_append_val (array, number);
  g_value_unset (element);
}

/* Sets @array from the children of @content. Returns a message (owned), or NULL. */
static char *
set_elements (const NorpcArgInfo *element_info,
              gpointer            array,
              GType               array_type,
              GVariant           *content)
{
  GType element_type = norpc_arg_info_get_gtype (&element_info->dbus);

  for (gsize i = 0; i < g_variant_n_children (content); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (content, i);
      g_auto (GValue) element = G_VALUE_INIT;
      char *problem;

      g_value_init (&element, element_type);
      problem = norpc_value_set_variant (element_info, &element, child);
      if (problem != NULL)
        return describe_array_element (i, problem);
      add_element (array, array_type, &element);
    }

  return NULL;
}

/* Returns a message (owned), or NULL. */
static char *
set_array (const NorpcArgInfo *info,
           GValue             *value,
           GVariant           *content)
{
  NorpcArgInfo element_info = get_element_info (info);
  GType type = info->get_type ();
  gpointer array = type == G_TYPE_PTR_ARRAY
                     ? (gpointer) g_ptr_array_new_with_free_func (
                         norpc_value_type_get_free_func (info->get_element_type ()))
                     : (gpointer) g_array_new (FALSE, FALSE, sizeof (int));

  g_value_take_boxed (value, array);

  return set_elements (&element_info, array, type, content);
}

static gsize
get_record_size (const NorpcRecordInfo *record)
{
  gsize size = sizeof (gpointer);

  for (guint i = 0; i < record->n_fields; i++)
    size = MAX (size, record->fields[i].offset + sizeof (guint64));

  return size;
}

/* Moves the content of @value to a field of a new record. */
static void
store_field (const NorpcArgInfo *info,
             gpointer            address,
             GValue             *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_UCHAR:
      *(guint8 *) address = g_value_get_uchar (value);
      break;

    case G_TYPE_BOOLEAN:
      *(gboolean *) address = g_value_get_boolean (value);
      break;

    case G_TYPE_INT:
      if (info->dbus.signature[0] == 'n')
        *(gint16 *) address = (gint16) g_value_get_int (value);
      else
        *(gint *) address = g_value_get_int (value);
      break;

    case G_TYPE_UINT:
      if (info->dbus.signature[0] == 'q')
        *(guint16 *) address = (guint16) g_value_get_uint (value);
      else
        *(guint *) address = g_value_get_uint (value);
      break;

    case G_TYPE_INT64:
      *(gint64 *) address = g_value_get_int64 (value);
      break;

    case G_TYPE_UINT64:
      *(guint64 *) address = g_value_get_uint64 (value);
      break;

    case G_TYPE_DOUBLE:
      *(double *) address = g_value_get_double (value);
      break;

    case G_TYPE_ENUM:
      *(int *) address = g_value_get_enum (value);
      break;

    case G_TYPE_FLAGS:
      *(guint *) address = g_value_get_flags (value);
      break;

    default:
      *(gpointer *) address = norpc_value_steal_pointer (value);
      break;
    }
}

/* Sets the fields of @boxed, which is full of zeros. Returns a message (owned), or NULL. */
static char *
set_fields (const NorpcRecordInfo *record,
            gpointer               boxed,
            GVariant              *content)
{
  for (guint i = 0; i < record->n_fields; i++)
    {
      const NorpcFieldInfo *field = &record->fields[i];
      g_autoptr (GVariant) child = g_variant_get_child_value (content, i);
      g_auto (GValue) value = G_VALUE_INIT;
      char *problem;

      g_value_init (&value, norpc_arg_info_get_gtype (&field->arg.dbus));
      problem = norpc_value_set_variant (&field->arg, &value, child);
      if (problem != NULL)
        return describe_part ("field", field->arg.dbus.name, problem);
      store_field (&field->arg, (char *) boxed + field->offset, &value);
    }

  return NULL;
}

/* Returns a message (owned), or NULL. The record is allocated as generated code does it. */
static char *
set_record (const NorpcRecordInfo *record,
            GValue                *value,
            GVariant              *content)
{
  gpointer boxed = g_malloc0 (get_record_size (record));
  char *problem = set_fields (record, boxed, content);

  if (problem != NULL)
    record->free (boxed);
  else
    g_value_take_boxed (value, boxed);

  return problem;
}

/* Sets a value of one of the types that have a form of their own. Returns a message (owned), or NULL. */
static char *
set_form (const NorpcArgInfo *info,
          GValue             *value,
          GVariant           *content)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (info->get_type == forms[i].get_type)
      {
        gpointer pointer = forms[i].from_variant (content);

        if (pointer == NULL)
          return g_strdup_printf ("'%s' is not a valid %s", g_variant_get_string (content, NULL),
                                  g_type_name (info->get_type ()));
        if (G_VALUE_HOLDS_BOXED (value))
          g_value_take_boxed (value, pointer);
        else
          g_value_take_object (value, pointer);
        return NULL;
      }

  return g_strdup_printf ("a value of type %s cannot be made from a GVariant", g_type_name (info->get_type ()));
}

/* Returns a message (owned), or NULL. */
static char *
describe_wrong_number (const NorpcArgInfo *info,
                       gint64              number)
{
  if (norpc_arg_info_is_sensitive (info))
    return g_strdup_printf ("the value is not a valid %s; it is sensitive, and not shown",
                            g_type_name (info->get_type ()));

  return g_strdup_printf ("%" G_GINT64_FORMAT " is not a valid %s", number, g_type_name (info->get_type ()));
}

/* Returns a message (owned), or NULL. */
static char *
set_enum (const NorpcArgInfo *info,
          GValue             *value,
          GVariant           *content)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (info->get_type ());
  int number = g_variant_get_int32 (content);

  if (g_enum_get_value (klass, number) == NULL)
    return describe_wrong_number (info, number);

  g_value_set_enum (value, number);

  return NULL;
}

/* Returns a message (owned), or NULL. */
static char *
set_flags (const NorpcArgInfo *info,
           GValue             *value,
           GVariant           *content)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (info->get_type ());
  guint number = g_variant_get_uint32 (content);

  if ((number & ~klass->mask) != 0)
    return describe_wrong_number (info, number);

  g_value_set_flags (value, number);

  return NULL;
}

/* Sets a value of a named type. Returns a message (owned), or NULL. */
static char *
set_named (const NorpcArgInfo *info,
           GValue             *value,
           GVariant           *content)
{
  GType type = info->get_type ();
  const NorpcRecordInfo *record;

  if (G_TYPE_IS_ENUM (type))
    return set_enum (info, value, content);
  if (G_TYPE_IS_FLAGS (type))
    return set_flags (info, value, content);
  if (is_array (info, type))
    return set_array (info, value, content);

  record = G_TYPE_IS_BOXED (type) ? norpc_record_type_get_info (type) : NULL;

  return record != NULL ? set_record (record, value, content) : set_form (info, value, content);
}

static void
set_strv (GValue     *value,
          const char *signature,
          GVariant   *content)
{
  GVariantIter iter;
  GPtrArray *strings = g_ptr_array_new ();
  char *string;

  g_variant_iter_init (&iter, content);
  while (g_variant_iter_next (&iter, signature + 1, &string))
    g_ptr_array_add (strings, string);
  g_ptr_array_add (strings, NULL);
  g_value_take_boxed (value, g_ptr_array_free (strings, FALSE));
}

/* @signature is that of @content. */
static void
set_content (GValue     *value,
             const char *signature,
             GVariant   *content)
{
  switch (G_VALUE_TYPE (value))
    {
    case G_TYPE_UCHAR:
      g_value_set_uchar (value, g_variant_get_byte (content));
      break;

    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, g_variant_get_boolean (content));
      break;

    case G_TYPE_INT:
      g_value_set_int (value, *signature == 'n'   ? g_variant_get_int16 (content)
                              : *signature == 'h' ? g_variant_get_handle (content)
                                                  : g_variant_get_int32 (content));
      break;

    case G_TYPE_UINT:
      g_value_set_uint (value, *signature == 'q' ? g_variant_get_uint16 (content) : g_variant_get_uint32 (content));
      break;

    case G_TYPE_INT64:
      g_value_set_int64 (value, g_variant_get_int64 (content));
      break;

    case G_TYPE_UINT64:
      g_value_set_uint64 (value, g_variant_get_uint64 (content));
      break;

    case G_TYPE_DOUBLE:
      g_value_set_double (value, g_variant_get_double (content));
      break;

    case G_TYPE_STRING:
      g_value_set_string (value, g_variant_get_string (content, NULL));
      break;

    case G_TYPE_VARIANT:
      g_value_set_variant (value, content);
      break;

    default:
      if (G_VALUE_HOLDS (value, G_TYPE_STRV))
        set_strv (value, signature, content);
      else
        g_value_take_boxed (value, g_variant_get_data_as_bytes (content));
      break;
    }
}

/* Thread-safe. Sets @value, whose type is that of the description. Returns a message (owned) that
 * tells what is wrong with @variant, or NULL. A value that may be NULL can be given as a maybe or
 * directly.
 */
char *
norpc_value_set_variant (const NorpcArgInfo *info,
                         GValue             *value,
                         GVariant           *variant)
{
  const char *signature = get_content_signature (info);
  g_autoptr (GVariant) content = g_variant_ref (variant);

  if (*signature == '\0')
    return g_strdup_printf ("a value of type %s cannot be made from a GVariant", g_type_name (info->get_type ()));
  if (norpc_arg_info_is_nullable (info) && g_variant_is_of_type (variant, G_VARIANT_TYPE_MAYBE))
    {
      g_autoptr (GVariant) maybe = g_steal_pointer (&content);

      if (!g_str_equal (g_variant_get_type_string (maybe) + 1, signature))
        return describe_wrong_type (info->dbus.signature, variant);
      content = g_variant_get_maybe (maybe);
      if (content == NULL)
        {
          g_value_reset (value);
          return NULL;
        }
    }
  if (!g_variant_is_of_type (content, G_VARIANT_TYPE (signature)))
    return describe_wrong_type (info->dbus.signature, variant);
  if (info->get_type != NULL && info->get_type != g_bytes_get_type)
    {
      char *problem = set_named (info, value, content);

      if (problem == NULL || !norpc_arg_info_is_sensitive (info))
        return problem;

      /* The message may quote the value. */
      g_free (problem);
      return g_strdup_printf ("the value is not a valid %s; it is sensitive, and not shown",
                              g_type_name (info->get_type ()));
    }

  set_content (value, signature, content);

  return NULL;
}

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
          *problem = describe_part ("field", field->arg.dbus.name, *problem);
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
  NorpcArgInfo element_info = get_element_info (info);
  GType type = info->get_type ();
  GType element_type = norpc_arg_info_get_gtype (&element_info.dbus);
  guint n_elements = type == G_TYPE_PTR_ARRAY ? ((GPtrArray *) array)->len : ((GArray *) array)->len;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (get_content_signature (info)));
  for (guint i = 0; i < n_elements; i++)
    {
      GValue value = { .g_type = element_type };
      GVariant *child;

      peek_element (array, type, i, &value);
      child = norpc_value_to_variant (&element_info, &value, problem);
      if (child == NULL)
        {
          g_variant_builder_clear (&builder);
          *problem = describe_array_element (i, *problem);
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

  if (G_TYPE_IS_ENUM (type))
    return g_variant_new_int32 (g_value_get_enum (value));
  if (G_TYPE_IS_FLAGS (type))
    return g_variant_new_uint32 (g_value_get_flags (value));
  if (is_array (info, type))
    return array_to_variant (info, g_value_peek_pointer (value), problem);

  record = G_TYPE_IS_BOXED (type) ? norpc_record_type_get_info (type) : NULL;
  if (record != NULL)
    return record_to_variant (record, g_value_peek_pointer (value), problem);

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (info->get_type == forms[i].get_type)
      return forms[i].to_variant (g_value_peek_pointer (value));

  return NULL;
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
  const char *signature = get_content_signature (info);
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

static char *
describe_value (const char         *kind,
                const GDBusArgInfo *info,
                char               *problem)
{
  char *text = g_strdup_printf ("%s '%s': %s", kind, info->name, problem);

  g_free (problem);

  return text;
}

/* Thread-safe. Sets @values from the children of a tuple, or from none if @variant is NULL. If that
 * fails, sets @problem (owned); some of @values may have been set.
 */
gboolean
norpc_values_set_variant (GDBusArgInfo * const  *infos,
                          GValue                *values,
                          guint                  n_values,
                          GVariant              *variant,
                          const char            *kind,
                          char                 **problem)
{
  if (variant != NULL && !g_variant_is_of_type (variant, G_VARIANT_TYPE_TUPLE))
    {
      *problem = g_strdup_printf ("expected a tuple of %ss, got a GVariant of type '%s'", kind,
                                  g_variant_get_type_string (variant));
      return FALSE;
    }
  if ((variant != NULL ? g_variant_n_children (variant) : 0) != n_values)
    {
      *problem = g_strdup_printf ("expected %u %s%s, got %u", n_values, kind, n_values == 1 ? "" : "s",
                                  variant != NULL ? (guint) g_variant_n_children (variant) : 0);
      return FALSE;
    }

  for (guint i = 0; i < n_values; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);
      char *found = norpc_value_set_variant ((const NorpcArgInfo *) infos[i], &values[i], child);

      if (found == NULL)
        continue;

      *problem = describe_value (kind, infos[i], found);
      return FALSE;
    }

  return TRUE;
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
          *problem = describe_value (kind, infos[i], found);
          return NULL;
        }
      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}
