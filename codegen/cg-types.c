/* cg-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-types.h"

#include <string.h>

#define MAX_SIGNATURE 255
#define MAX_NESTED    32

#define SCALAR(signature, c_type, zero, cast, accessor) \
  { signature, c_type, c_type, c_type, "", zero, \
    cast "g_value_get_" accessor " ($gvalue$)", \
    "g_value_set_" accessor " ($gvalue$, $value$);", \
    "g_value_set_" accessor " ($gvalue$, $value$);", \
    NULL, FALSE }

#define STRING(signature) \
  { signature, "const char *", "char *", "g_autofree char *", "", "NULL", \
    "g_value_get_string ($gvalue$)", \
    "g_value_set_string ($gvalue$, $value$);", \
    "g_value_take_string ($gvalue$, g_steal_pointer (&$value$));", \
    NULL, TRUE }

#define STRV(signature) \
  { signature, "const char * const *", "char **", "g_auto (GStrv) ", "(array zero-terminated=1)", "NULL", \
    "(const char * const *) g_value_get_boxed ($gvalue$)", \
    "g_value_set_boxed ($gvalue$, $value$);", \
    "g_value_take_boxed ($gvalue$, g_steal_pointer (&$value$));", \
    NULL, TRUE }

static const CgType types[] = {
  SCALAR ("y", "guint8", "0", "", "uchar"),
  SCALAR ("b", "gboolean", "FALSE", "", "boolean"),
  SCALAR ("n", "gint16", "0", "(gint16) ", "int"),
  SCALAR ("q", "guint16", "0", "(guint16) ", "uint"),
  SCALAR ("i", "gint", "0", "", "int"),
  SCALAR ("u", "guint", "0", "", "uint"),
  SCALAR ("x", "gint64", "0", "", "int64"),
  SCALAR ("t", "guint64", "0", "", "uint64"),
  SCALAR ("d", "double", "0.0", "", "double"),
  SCALAR ("h", "gint", "0", "", "int"),

  STRING ("s"),
  STRING ("o"),
  STRING ("g"),

  STRV ("as"),
  STRV ("ao"),
  STRV ("ag"),

  { "ay", "GBytes *", "GBytes *", "g_autoptr (GBytes) ", "", "NULL",
    "(GBytes *) g_value_get_boxed ($gvalue$)",
    "g_value_set_boxed ($gvalue$, $value$);",
    "g_value_take_boxed ($gvalue$, g_steal_pointer (&$value$));",
    NULL, TRUE },

  { NULL, "GVariant *", "GVariant *", "g_autoptr (GVariant) ", "", "NULL",
    "g_value_get_variant ($gvalue$)",
    "g_value_set_variant ($gvalue$, $value$);",
    "g_value_take_variant ($gvalue$, g_steal_pointer (&$value$));",
    "g_variant_is_of_type ($value$, G_VARIANT_TYPE (\"$signature$\"))", TRUE },
};

/* The row for a valid signature. A maybe of a pointer is the pointer, which
 * can be NULL; a maybe of a scalar is a GVariant of the scalar, or NULL. */
const CgType *
cg_type_find (const char *signature)
{
  const CgType *other = &types[G_N_ELEMENTS (types) - 1];
  gboolean maybe = *signature == 'm';

  for (const CgType *type = types; type != other; type++)
    if (g_str_equal (type->signature, signature + maybe))
      return maybe && !type->is_pointer ? other : type;

  return other;
}

typedef struct
{
  const char  *p;
  guint        arrays;
  guint        structs;
  char       **message;
} Scanner;

static gboolean
fail (Scanner    *self,
      const char *message)
{
  *self->message = g_strdup (message);

  return FALSE;
}

static gboolean scan_type (Scanner *self);

static gboolean
scan_dict (Scanner *self)
{
  self->p++;
  if (*self->p == '}' || *self->p == '\0')
    return fail (self, "a dictionary entry needs a key and a value");
  if (strchr ("ybnqiuxtdsogh", *self->p) == NULL)
    return fail (self, "the key of a dictionary must be a basic type");

  self->p++;
  if (*self->p == '}' || *self->p == '\0')
    return fail (self, "a dictionary entry needs a key and a value");
  if (!scan_type (self))
    return FALSE;
  if (*self->p != '}')
    return fail (self, *self->p == '\0'
                 ? "the dictionary entry is not closed"
                 : "a dictionary entry has one key and one value");
  self->p++;

  return TRUE;
}

static gboolean
scan_struct (Scanner *self)
{
  if (++self->structs > MAX_NESTED)
    return fail (self, "structures are nested more than 32 deep");

  self->p++;
  if (*self->p == ')')
    return fail (self, "a structure cannot be empty");

  while (*self->p != ')')
    {
      if (*self->p == '\0')
        return fail (self, "the structure is not closed");
      if (!scan_type (self))
        return FALSE;
    }
  self->p++;
  self->structs--;

  return TRUE;
}

static gboolean
scan_array (Scanner *self)
{
  gboolean ok;

  if (++self->arrays > MAX_NESTED)
    return fail (self, "arrays are nested more than 32 deep");

  self->p++;
  if (*self->p == '\0' || *self->p == ')' || *self->p == '}')
    return fail (self, "an array needs a type of its elements");

  if (*self->p == '{')
    {
      /* a dictionary entry is a structure to D-Bus */
      if (++self->structs > MAX_NESTED)
        return fail (self, "structures are nested more than 32 deep");
      ok = scan_dict (self);
      self->structs--;
    }
  else
    ok = scan_type (self);
  self->arrays--;

  return ok;
}

static gboolean
scan_maybe (Scanner *self)
{
  self->p++;
  if (*self->p == 'm')
    return fail (self, "a maybe of a maybe is not supported");
  if (*self->p == '\0' || *self->p == ')' || *self->p == '}')
    return fail (self, "a maybe needs a type");

  return scan_type (self);
}

static gboolean
scan_type (Scanner *self)
{
  char unknown[64];

  switch (*self->p)
    {
    case 'a':
      return scan_array (self);

    case 'm':
      return scan_maybe (self);

    case '(':
      return scan_struct (self);

    case '{':
      return fail (self, "a dictionary entry stands only in an array");

    default:
      if (*self->p != '\0' && strchr ("ybnqiuxtdsoghv", *self->p) != NULL)
        {
          self->p++;
          return TRUE;
        }
      g_snprintf (unknown, sizeof unknown, "'%.*s' is not a type code",
                  g_utf8_skip[(guchar) *self->p], self->p);
      return fail (self, unknown);
    }
}

/* Is @signature one complete type as D-Bus has them, maybe types added? */
gboolean
cg_type_check (const char  *signature,
               char       **message)
{
  Scanner scanner = { signature, 0, 0, message };

  if (*signature == '\0')
    return fail (&scanner, "it is empty");
  if (strlen (signature) > MAX_SIGNATURE)
    return fail (&scanner, "it is longer than 255 characters");
  if (!scan_type (&scanner))
    return FALSE;
  if (*scanner.p != '\0')
    return fail (&scanner, "more follows after one complete type");

  return TRUE;
}
