/* cg-named-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-types.h"

G_BEGIN_DECLS

typedef enum
{
  CG_NAMED_OBJECT,   /* a GObject, or what implements a GInterface */
  CG_NAMED_INTERFACE, /* of a description: what implements it */
  CG_NAMED_BOXED,    /* of a GIR */
  CG_NAMED_ENUM,
  CG_NAMED_FLAGS,
  CG_NAMED_RECORD,   /* of a description */
  CG_NAMED_RECORD_OBJECT, /* of a description, and a GObject */
  CG_NAMED_NOTHING   /* in a GIR, but no value can be of it */
} CgNamedKind;

/* The names that the row of a type is made of. */
typedef struct
{
  const char *name;       /* as described */
  const char *gir_name;   /* for annotations */
  const char *c_type;
  const char *get_type;
  const char *lower;      /* for names of functions */
  const char *c_lower;    /* (nullable): what those of a record begin with */
} CgTypeNames;

/* Fills in the row of a type, and the one of its arrays. The caller fills
 * in the rest of a record or of a well-known type. */
void cg_named_type_fill (CgType            *type,
                         CgType            *array,
                         CgNamedKind        kind,
                         const CgTypeNames *names,
                         GStringChunk      *strings);

G_END_DECLS
