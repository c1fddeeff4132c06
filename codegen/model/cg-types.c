/* cg-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The types with GVariant type strings, a row each, and the check of type strings. Named types are
 * in cg-named-types.c. */

#include "cg-types.h"

#include <string.h>

#define SCALAR(signature_, c_type, zero_, cast, accessor, hash_, variant_) \
  { \
    .signature = signature_, .c_in = c_type, .c_out = c_type, .c_local = c_type, .gir = "", \
    .zero = zero_, \
    .get = cast "g_value_get_" accessor " ($gvalue$)", \
    .set = "g_value_set_" accessor " ($gvalue$, $value$);", \
    .take = "g_value_set_" accessor " ($gvalue$, $value$);", \
    .copy = "$value$", .copies_null = TRUE, .clear = "", \
    .equal = "$value$ == $other$", .hash = hash_, \
    .to_variant = "g_variant_new_" variant_ " ($value$)", \
    .from_variant = "g_variant_get_" variant_ " ($value$)" \
  }

#define STRING(signature_, variant_) \
  { \
    .signature = signature_, .c_in = "const char *", .c_out = "char *", \
    .c_local = "g_autofree char *", .gir = "", \
    CG_TYPE_POINTER ("", "string"), \
    .copy = "g_strdup ($value$)", .copies_null = TRUE, \
    .clear = "g_clear_pointer (&$value$, g_free);", \
    .equal = "strcmp ($value$, $other$) == 0", .hash = "g_str_hash ($value$)", \
    .to_variant = "g_variant_new_" variant_ " ($value$)", \
    .from_variant = "g_variant_dup_string ($value$, NULL)" \
  }

#define STRV(signature_, to, from) \
  { \
    .signature = signature_, .c_in = "const char * const *", .c_out = "char **", \
    .c_local = "g_auto (GStrv) ", .gir = "(array zero-terminated=1)", \
    CG_TYPE_POINTER ("(const char * const *) ", "boxed"), \
    .copy = "g_strdupv ((char **) $value$)", .copies_null = TRUE, \
    .clear = "g_clear_pointer (&$value$, g_strfreev);", \
    .equal = "g_strv_equal ((const char * const *) $value$, (const char * const *) $other$)", \
    .to_variant = to, .from_variant = from \
  }

static const CgType types[] = {
  SCALAR ("y", "guint8", "0", "", "uchar", "$value$", "byte"),
  SCALAR ("b", "gboolean", "FALSE", "", "boolean", "(guint) $value$", "boolean"),
  SCALAR ("n", "gint16", "0", "(gint16) ", "int", "(guint) $value$", "int16"),
  SCALAR ("q", "guint16", "0", "(guint16) ", "uint", "$value$", "uint16"),
  SCALAR ("i", "gint", "0", "", "int", "(guint) $value$", "int32"),
  SCALAR ("u", "guint", "0", "", "uint", "$value$", "uint32"),
  SCALAR ("x", "gint64", "0", "", "int64", "g_int64_hash (&$value$)", "int64"),
  SCALAR ("t", "guint64", "0", "", "uint64", "g_int64_hash (&$value$)", "uint64"),
  SCALAR ("d", "double", "0.0", "", "double", "g_double_hash (&$value$)", "double"),
  SCALAR ("h", "gint", "0", "", "int", "(guint) $value$", "handle"),

  STRING ("s", "string"),
  STRING ("o", "object_path"),
  STRING ("g", "signature"),

  STRV ("as", "g_variant_new_strv ((const char * const *) $value$, -1)",
        "g_variant_dup_strv ($value$, NULL)"),
  STRV ("ao", "g_variant_new_objv ((const char * const *) $value$, -1)",
        "g_variant_dup_objv ($value$, NULL)"),
  STRV ("ag", NULL, NULL), /* GLib has no functions for these */

  {
    .signature = "ay", .c_in = "GBytes *", .c_out = "GBytes *", .c_local = "g_autoptr (GBytes) ",
    .gir = "",
    CG_TYPE_POINTER ("(GBytes *) ", "boxed"),
    .copy = "g_bytes_ref ($value$)",
    .clear = "g_clear_pointer (&$value$, g_bytes_unref);",
    .equal = "g_bytes_equal ($value$, $other$)", .hash = "g_bytes_hash ($value$)",
    .to_variant = "g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, $value$, TRUE)",
    .from_variant = "g_variant_get_data_as_bytes ($value$)"
  },

  {
    .signature = NULL, .c_in = "GVariant *", .c_out = "GVariant *",
    .c_local = "g_autoptr (GVariant) ", .gir = "",
    CG_TYPE_POINTER ("", "variant"),
    .check = "g_variant_is_of_type ($value$, G_VARIANT_TYPE (\"$signature$\"))",
    .copy = "g_variant_ref_sink ($value$)",
    .clear = "g_clear_pointer (&$value$, g_variant_unref);",
    .equal = "g_variant_equal ($value$, $other$)",
    .to_variant = "$value$", .from_variant = "g_variant_ref ($value$)"
  },
};

/* Gets the row for a valid signature. A maybe of a pointer is the pointer, which can be NULL; a
 * maybe of a scalar is a GVariant of the scalar, or NULL. */
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

#define MAX_NESTED    32

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
  if (g_ascii_isupper (*self->p))
    return fail (self, "an array of a type that has a name is the name with [] behind it");

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
  if (g_ascii_isupper (*self->p))
    return fail (self, "a type that has a name takes the attribute nullable=\"true\" "
                       "instead of an m");

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
      if (g_ascii_isupper (*self->p))
        return fail (self, "a name of a type cannot stand in a type string; "
                           "a field of a <record> can have the type");
      g_snprintf (unknown, sizeof unknown, "'%.*s' is not a type code",
                  g_utf8_skip[(guchar) *self->p], self->p);
      return fail (self, unknown);
    }
}

/* Checks that @signature is one complete type of D-Bus, in which maybe types are allowed. */
gboolean
cg_type_check (const char  *signature,
               char       **message)
{
  Scanner scanner = { signature, 0, 0, message };

  if (*signature == '\0')
    return fail (&scanner, "it is empty");
  if (strlen (signature) > CG_MAX_SIGNATURE)
    return fail (&scanner, "it is longer than 255 characters");
  if (!scan_type (&scanner))
    return FALSE;
  if (*scanner.p != '\0')
    return fail (&scanner, *scanner.p == '['
                           ? "an array of it begins with an a"
                           : "more follows after one complete type");

  return TRUE;
}

char *
cg_type_make_form (const char *signature)
{
  return g_strdelimit (g_strdup (signature), "m", 'a');
}
