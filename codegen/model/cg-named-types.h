/* cg-named-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-types.h"

typedef enum
{
  CG_NAMED_OBJECT,   /* a class of GObject, or a GInterface */
  CG_NAMED_INTERFACE, /* an interface of a description */
  CG_NAMED_BOXED,    /* of a GIR */
  CG_NAMED_ENUM,
  CG_NAMED_FLAGS,
  CG_NAMED_RECORD,   /* declared in a description */
  CG_NAMED_RECORD_OBJECT, /* declared in a description as an object */
  CG_NAMED_NOTHING   /* in a GIR, but not a type of values */
} CgNamedKind;

/* The names from which the row of a type is made. */
typedef struct
{
  const char *name;       /* as described */
  const char *gir_name;   /* for annotations */
  const char *c_type;
  const char *get_type;
  const char *lower;      /* for names of functions */
  const char *c_lower;    /* (nullable): what those of a record begin with */
} CgTypeNames;

/* Makes the row of a type, and of its arrays. The caller completes the rows of records and well-
 * known types. */
void cg_named_type_fill (CgType            *type,
                         CgType            *array,
                         CgNamedKind        kind,
                         const CgTypeNames *names,
                         GStringChunk      *strings);
