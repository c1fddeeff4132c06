/* cg-resolve.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-gir.h"
#include "cg-model.h"

/* The places in which names of types are looked up. */
typedef struct
{
  CgDescription *description;
  CgGir         *gir;
  CgDiagnostics *diagnostics;
} CgResolver;

gboolean cg_resolve_is_name  (const char       *type);
gboolean cg_resolve_type     (const CgResolver *self,
                              CgTypeUse        *use);
void     cg_resolve_includes (const CgResolver *self);
