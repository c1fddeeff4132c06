/* norpc-value-from-variant.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values of arguments are set from a GVariant. */

#include "norpc-value-form-private.h"
#include "norpc-value-types-private.h"
#include "norpc-value-variant-private.h"

static char *
describe_wrong_type (const char *signature,
                     GVariant   *variant)
{
  return g_strdup_printf ("expected a GVariant of type '%s', got one of type '%s'",
                          signature, g_variant_get_type_string (variant));
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
        return norpc_describe_element (i, problem);
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
  NorpcArgInfo element_info = norpc_arg_info_get_element_info (info);
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

/* Sets the fields of @boxed, which is of @type and full of zeros. Returns a message (owned), or NULL. */
static char *
set_fields (const NorpcRecordInfo *record,
            GType                  type,
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
        return norpc_describe_field (field->arg.dbus.name, g_type_name (type), problem);
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
  char *problem = set_fields (record, G_VALUE_TYPE (value), boxed, content);

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
  const NorpcValueForm *form = norpc_value_form_find (info);
  gpointer pointer;

  if (form == NULL)
    return g_strdup_printf ("a value of type %s cannot be made from a GVariant", g_type_name (info->get_type ()));

  pointer = form->from_variant (content);
  if (pointer == NULL)
    return g_strdup_printf ("'%s' is not a valid %s", g_variant_get_string (content, NULL),
                            g_type_name (info->get_type ()));

  if (G_VALUE_HOLDS_BOXED (value))
    g_value_take_boxed (value, pointer);
  else
    g_value_take_object (value, pointer);

  return NULL;
}

/* Sets a value of a named type. Returns a message (owned), or NULL. An enumeration can have any number, and flags any
 * bits, as within a process: the other side may have a newer description, or values of its own.
 */
static char *
set_named (const NorpcArgInfo *info,
           GValue             *value,
           GVariant           *content)
{
  GType type = info->get_type ();
  const NorpcRecordInfo *record;

  if (G_TYPE_IS_ENUM (type))
    {
      g_value_set_enum (value, g_variant_get_int32 (content));
      return NULL;
    }
  if (G_TYPE_IS_FLAGS (type))
    {
      g_value_set_flags (value, g_variant_get_uint32 (content));
      return NULL;
    }
  if (norpc_arg_info_is_array (info, type))
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
  const char *signature = norpc_arg_info_get_content_signature (info);
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

      *problem = norpc_describe_value (kind, infos[i], found);
      return FALSE;
    }

  return TRUE;
}
