/* cg-gir-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-gir.h"

G_BEGIN_DECLS

struct _CgGirNamespace
{
  GStringChunk *strings;  /* (owned) */
  char         *name;     /* (owned): as it is asked for */
  char         *version;  /* (owned) */
  GPtrArray    *headers;  /* (owned) (element-type utf8): of strings */
  GHashTable   *types;    /* (owned) (element-type utf8 CgGirType) */
};

/* cg-gir-reader.c */
CgGirNamespace *cg_gir_namespace_read (const char      *path,
                                       const char      *name,
                                       const char      *version,
                                       GError         **error);
void            cg_gir_namespace_free (CgGirNamespace  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgGirNamespace, cg_gir_namespace_free)

G_END_DECLS
