/* norpc-value-variant.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

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

/* Sets a value of a named type. Returns a message (owned), or NULL. */
static char *
set_named (const NorpcArgInfo *info,
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
    return set_named (info, value, content);

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

/* Returns a variant (floating), or NULL. */
static GVariant *
named_to_variant (const NorpcArgInfo *info,
                  const GValue       *value)
{
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

  content = info->get_type != NULL && info->get_type != g_bytes_get_type ? named_to_variant (info, value)
                                                                         : content_to_variant (signature, value);
  if (content == NULL)
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
