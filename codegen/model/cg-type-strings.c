/* cg-type-strings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Are types of D-Bus, and maybe types, written rightly? */

#include "cg-types.h"

#include <string.h>

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
  if (strlen (signature) > CG_MAX_SIGNATURE)
    return fail (&scanner, "it is longer than 255 characters");
  if (!scan_type (&scanner))
    return FALSE;
  if (*scanner.p != '\0')
    return fail (&scanner, "more follows after one complete type");

  return TRUE;
}
