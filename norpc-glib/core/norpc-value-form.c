/* norpc-value-form.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The form of values outside of the process: both directions share it. */

#include "norpc-value-form-private.h"

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
static const NorpcValueForm forms[] = {
  { g_file_get_type, file_to_variant, file_from_variant },
  { g_date_time_get_type, date_time_to_variant, date_time_from_variant },
  { g_uri_get_type, uri_to_variant, uri_from_variant },
};

/* Finds the form of the type of @info. Returns NULL if it has none of its own. */
const NorpcValueForm *
norpc_value_form_find (const NorpcArgInfo *info)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    if (info->get_type == forms[i].get_type)
      return &forms[i];

  return NULL;
}

/* The signature of a value that is not NULL. */
const char *
norpc_arg_info_get_content_signature (const NorpcArgInfo *info)
{
  return info->dbus.signature + (info->dbus.signature[0] == 'm' ? 1 : 0);
}

/* The elements of an array are arguments without a name. */
NorpcArgInfo
norpc_arg_info_get_element_info (const NorpcArgInfo *info)
{
  return (NorpcArgInfo) { { -1, info->dbus.name, (char *) norpc_arg_info_get_content_signature (info) + 1, NULL },
                          NORPC_ARG_FLAGS_NONE, info->get_element_type, NULL };
}

/* Returns TRUE for the type of an array of pointers or of numbers, whose elements the description knows. */
gboolean
norpc_arg_info_is_array (const NorpcArgInfo *info,
                         GType               type)
{
  return info->get_element_type != NULL && (type == G_TYPE_PTR_ARRAY || type == G_TYPE_ARRAY);
}

/* Takes ownership of @problem. @record is the name of the type. */
char *
norpc_describe_field (const char *name,
                      const char *record,
                      char       *problem)
{
  char *text = g_strdup_printf ("field '%s' of %s: %s", name, record, problem);

  g_free (problem);

  return text;
}

/* Takes ownership of @problem. */
char *
norpc_describe_element (gsize index,
                        char *problem)
{
  char *text = g_strdup_printf ("element %" G_GSIZE_FORMAT ": %s", index, problem);

  g_free (problem);

  return text;
}

char *
norpc_describe_value (const char         *kind,
                      const GDBusArgInfo *info,
                      char               *problem)
{
  char *text = g_strdup_printf ("%s '%s': %s", kind, info->name, problem);

  g_free (problem);

  return text;
}
