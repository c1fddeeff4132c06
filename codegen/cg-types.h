/* cg-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How values of one type appear in C. In the texts, $value$ is the C
 * expression for a value, $gvalue$ one for a GValue, $signature$ the type. */
typedef struct
{
  const char *signature;   /* NULL in the last row: it is for all others */
  const char *c_in;        /* type of an argument that is lent */
  const char *c_out;       /* type of a result that is given */
  const char *c_local;     /* declares a variable that frees a result */
  const char *gir;         /* GIR annotation without transfer, or "" */
  const char *zero;        /* what a variable begins with */
  const char *get;         /* lent out of a GValue */
  const char *set;         /* copied into a GValue */
  const char *take;        /* given to a GValue */
  const char *check;       /* (nullable): whether a value is of the signature */
  gboolean    is_pointer;  /* NULL is no value of it */
} CgType;

const CgType *cg_type_find  (const char  *signature);
gboolean      cg_type_check (const char  *signature,
                             char       **message);

G_END_DECLS
