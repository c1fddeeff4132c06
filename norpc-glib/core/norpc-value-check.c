/* norpc-value-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Checks that a value matches its description. */

#include <string.h>

#include "norpc-value-check-private.h"
#include "norpc-value-part-private.h"

static char *
describe_wrong_text (const char *text,
                     const char *expected)
{
  g_autofree char *readable = g_utf8_make_valid (text, -1);

  return g_strdup_printf ("expected %s, got '%s'", expected, readable);
}

/* @type is a basic type; for arrays, it is the type of the elements. */
static char *
find_text_problem (char        type,
                   const char *text)
{
  switch (type)
    {
    case 'o':
      return g_variant_is_object_path (text) ? NULL : describe_wrong_text (text, "an object path");

    case 'g':
      return g_variant_is_signature (text) ? NULL : describe_wrong_text (text, "a D-Bus signature");

    case 's':
    default:
      return g_utf8_validate (text, -1, NULL) ? NULL : describe_wrong_text (text, "valid UTF-8");
    }
}

/* Takes ownership of @problem. */
static char *
describe_element (gssize  index,
                  char   *problem)
{
  char *text = g_strdup_printf ("element %" G_GSSIZE_FORMAT ": %s", index, problem);

  g_free (problem);

  return text;
}

static char *
find_strv_problem (const NorpcValuePart *part)
{
  char type = part->signature[0] == 'a' ? part->signature[1] : 's';

  for (char **strings = part->pointer; *strings != NULL; strings++)
    {
      char *problem = find_text_problem (type, *strings);

      if (problem != NULL)
        return describe_element (strings - (char **) part->pointer, problem);
    }

  return NULL;
}

static gboolean
is_variant_of_type (GVariant   *variant,
                    const char *signature)
{
  return strcmp (g_variant_get_type_string (variant), signature) == 0 ||
         (g_variant_type_string_is_valid (signature) &&
          g_variant_is_of_type (variant, G_VARIANT_TYPE (signature)));
}

static char *
find_boxed_problem (const NorpcValuePart *part)
{
  if (part->type == G_TYPE_STRV)
    return find_strv_problem (part);

  /* The elements of an array of enumerators or flags must have the size of an int. */
  if (part->type == G_TYPE_ARRAY && part->element_type != G_TYPE_INVALID &&
      g_array_get_element_size (part->pointer) != sizeof (int))
    return g_strdup_printf ("expected an array of elements of %u bytes, got one of %u",
                            (guint) sizeof (int), g_array_get_element_size (part->pointer));

  return NULL;
}

static char *
find_pointer_problem (const NorpcValuePart *part)
{
  if (part->pointer == NULL)
    return part->nullable ? NULL : g_strdup_printf ("expected a value of type %s, got NULL", g_type_name (part->type));

  switch (G_TYPE_FUNDAMENTAL (part->type))
    {
    case G_TYPE_STRING:
      return find_text_problem (part->signature[0], part->pointer);

    case G_TYPE_BOXED:
      return find_boxed_problem (part);

    case G_TYPE_VARIANT:
      if (part->signature[0] == '\0' || is_variant_of_type (part->pointer, part->signature))
        return NULL;
      return g_strdup_printf ("expected a GVariant of type '%s', got one of type '%s'",
                              part->signature, g_variant_get_type_string (part->pointer));

    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      if (G_TYPE_CHECK_INSTANCE_TYPE (part->pointer, part->type))
        return NULL;
      return g_strdup_printf ("expected a value of type %s, got one of type %s",
                              g_type_name (part->type), G_OBJECT_TYPE_NAME (part->pointer));

    default:
      return NULL;
    }
}

/* A 16-bit number is stored in a GValue of a larger type, so the value may be out of range. */
static char *
find_number_problem (const NorpcValuePart *part)
{
  gint64 number = part->signature[0] == 'n' ? (gint32) part->number : (gint64) part->number;

  if (part->signature[0] == 'n' && (number < G_MININT16 || number > G_MAXINT16))
    return g_strdup_printf ("expected a number from %d to %d, got %" G_GINT64_FORMAT, G_MININT16, G_MAXINT16, number);
  if (part->signature[0] == 'q' && number > G_MAXUINT16)
    return g_strdup_printf ("expected a number up to %d, got %" G_GINT64_FORMAT, G_MAXUINT16, number);

  return NULL;
}

static char *
find_part_problem (const NorpcValuePart *part)
{
  return part->is_pointer ? find_pointer_problem (part) : find_number_problem (part);
}

static gboolean
check_part (const NorpcValuePart *part,
            gpointer              data)
{
  char **problem = data;
  g_autofree char *found = find_part_problem (part);

  if (found == NULL)
    return TRUE;

  *problem = norpc_value_part_describe_place (part, found);

  return FALSE;
}

/* @type is that of the value. */
static gboolean
is_number_of (char  signature,
              GType type)
{
  switch (signature)
    {
    case 'y':
      return type == G_TYPE_UCHAR;

    case 'b':
      return type == G_TYPE_BOOLEAN;

    case 'i':
    case 'h':
      return type == G_TYPE_INT;

    case 'u':
      return type == G_TYPE_UINT;

    case 'x':
      return type == G_TYPE_INT64;

    case 't':
      return type == G_TYPE_UINT64;

    case 'd':
      return type == G_TYPE_DOUBLE;

    default:
      return FALSE;
    }
}

/* Returns TRUE if @value is a valid number, string or byte array. This fast path covers most
 * arguments.
 */
static gboolean
is_valid_basic (const NorpcArgInfo *info,
                const GValue       *value)
{
  const char *signature = info->dbus.signature;
  GType type = G_VALUE_TYPE (value);

  if (info->get_type != NULL || signature[0] == '\0')
    return FALSE;

  if (signature[1] != '\0')
    return signature[0] == 'a' && signature[1] == 'y' && signature[2] == '\0' && type == G_TYPE_BYTES &&
           value->data[0].v_pointer != NULL;

  if (signature[0] == 's')
    return type == G_TYPE_STRING && value->data[0].v_pointer != NULL &&
           g_utf8_validate (value->data[0].v_pointer, -1, NULL);

  return is_number_of (signature[0], type);
}

/* Takes ownership of @problem, which may quote the value. */
static char *
hide_problem (char *problem)
{
  g_free (problem);

  return g_strdup ("the value is not valid; it is sensitive, and not shown");
}

/* Not inlined, so that the fast path saves no registers. */
static G_NO_INLINE char *
find_problem_slow (const NorpcArgInfo *info,
                   const GValue       *value)
{
  const char *expected = g_type_name (norpc_arg_info_get_described_gtype (info));
  char *problem = NULL;

  if (G_VALUE_TYPE (value) == G_TYPE_INVALID)
    return g_strdup_printf ("expected a value of type %s, got an unset value", expected);
  if (!G_VALUE_HOLDS (value, norpc_arg_info_get_gtype (&info->dbus)))
    return g_strdup_printf ("expected a value of type %s, got one of type %s",
                            expected, G_VALUE_TYPE_NAME (value));

  norpc_value_foreach_part (info, value, check_part, &problem);

  return problem != NULL && norpc_arg_info_is_sensitive (info) ? hide_problem (problem) : problem;
}

/* Thread-safe. Returns a message (owned) that tells what is wrong with @value, or NULL if
 * @value is valid for an argument or a result that @info describes.
 */
char *
norpc_value_find_problem (const NorpcArgInfo *info,
                          const GValue       *value)
{
  return is_valid_basic (info, value) ? NULL : find_problem_slow (info, value);
}

/* Thread-safe. Returns a message (owned) that tells what is wrong with an object that is to be of
 * @type, or NULL if it is valid.
 */
char *
norpc_object_find_problem (gpointer object,
                           GType    type)
{
  char *problem = NULL;

  norpc_object_foreach_part (type, object, check_part, &problem);

  return problem != NULL && norpc_type_is_sensitive (G_OBJECT_TYPE (object)) ? hide_problem (problem) : problem;
}

/* An object in a field was checked before, so that a chain of objects is not checked as a whole each
 * time that it grows.
 */
static gboolean
is_valid_part (const NorpcValuePart *part,
               gpointer              data G_GNUC_UNUSED)
{
  g_autofree char *problem = find_part_problem (part);

  return problem == NULL &&
         (part->pointer == NULL || !G_TYPE_IS_OBJECT (part->type) || !norpc_object_is_invalid (part->pointer));
}

/* Called when a record that is an object has been constructed: its fields never change. If they are
 * not valid, norpc_value_find_problem () finds out where.
 */
void
norpc_object_check_fields (GObject *object)
{
  if (!norpc_object_foreach_field (object, is_valid_part, NULL))
    norpc_object_set_invalid (object);
}
