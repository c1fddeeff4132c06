/* cg-names-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-names.h"

G_BEGIN_DECLS

/* A row: the key in templates, what it stands for (rows above can be used),
 * and whether it is an identifier at file scope, where it must be alone. */
typedef struct
{
  const char *key;
  const char *pattern;
  gboolean    global;
} CgNameRow;

/* The values are in the names of CgInterface and CgMethod, in this order. */
typedef struct
{
  const CgNameRow *rows;
  gsize            n_rows;
} CgNameTable;

extern const CgNameTable cg_declaration_names;
extern const CgNameTable cg_interface_names;
extern const CgNameTable cg_method_names;

G_END_DECLS
