/* cg-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

typedef struct _CgType CgType;

/* The code for values of one type. In the texts, $value$ is the C expression for a value, $gvalue$
 * one for a GValue, $signature$ the type, and $other$ another value. Pointers can be NULL unless a
 * comment says otherwise. */
struct _CgType
{
  const char   *signature;     /* NULL in the row for all other signatures */
  const char   *c_in;          /* the type of a lent argument */
  const char   *c_out;         /* the type of a result that is transferred, and of a field */
  const char   *c_local;       /* declares a variable that frees a result */
  const char   *gir;           /* GIR annotation without transfer, or "" */
  const char   *zero;          /* what a variable begins with */
  const char   *get;           /* gets the value from a GValue */
  const char   *set;           /* copies the value to a GValue */
  const char   *take;          /* transfers the value to a GValue */
  const char   *check;         /* (nullable): whether a value, not NULL, is of the type */
  gboolean      is_pointer;    /* otherwise the type has no NULL */

  /* of fields of records */
  const char   *copy;          /* of a value, not NULL unless copies_null */
  gboolean      copies_null;
  const char   *clear;         /* frees what is in a variable */
  const char   *equal;         /* (nullable): whether two values, not NULL, are equal */
  const char   *hash;          /* (nullable): of a value, not NULL */
  const char   *to_variant;    /* (nullable): of a value, not NULL */
  const char   *from_variant;  /* (nullable): a value from the GVariant $value$ */
  gboolean      can_fail;      /* that may be NULL */

  /* of types that have a name */
  const char   *get_type;      /* (nullable): the function for the GType */
  const char   *variant;       /* (nullable): the type of the GVariant for a value */
  const char   *free_function; /* (nullable): a GDestroyNotify for pointers */
  const CgType *element;       /* (nullable): of an array */
  const char   *own;           /* (nullable): makes an array free its elements */
};

/* The part of a row that is the same for all pointers of one kind of GValue. */
#define CG_TYPE_POINTER(cast, accessor) \
  .zero = "NULL", .is_pointer = TRUE, \
  .get = cast "g_value_get_" accessor " ($gvalue$)", \
  .set = "g_value_set_" accessor " ($gvalue$, $value$);", \
  .take = "g_value_take_" accessor " ($gvalue$, g_steal_pointer (&$value$));"

/* Gets the row for a valid signature. */
const CgType *cg_type_find  (const char  *signature);

#define CG_MAX_SIGNATURE 255 /* of D-Bus: of all arguments of a message */

gboolean      cg_type_check (const char  *signature,
                             char       **message);

/* Returns the type (owned) that values have in messages of D-Bus, where no other type has the letter of a maybe. */
char         *cg_type_make_form (const char *signature);
