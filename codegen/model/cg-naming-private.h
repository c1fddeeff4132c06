/* cg-naming-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-names-private.h"

G_BEGIN_DECLS

typedef struct
{
  CgDescription *description;
  CgDiagnostics *diagnostics;
  const char    *prefix;
  CgWriter      *writer;   /* (owned): expands the patterns */
  GHashTable    *globals;  /* (owned) (element-type utf8 CgNode): who has an identifier */
} Namer;

char        *cg_naming_make_member_name  (const CgNode       *node);
const char **cg_naming_expand_rows       (Namer              *self,
                                          const CgNameTable  *table);
gboolean     cg_naming_is_free           (Namer              *self,
                                          CgNode             *node,
                                          const char         *identifier);
gboolean     cg_naming_claim_rows        (Namer              *self,
                                          CgNode             *node,
                                          const CgNameTable  *table,
                                          const char        **names);
gboolean     cg_naming_claim_member      (Namer              *self,
                                          GHashTable         *members,
                                          CgNode             *node,
                                          const char         *what,
                                          const char         *lower);
const char  *cg_naming_make_parameter    (Namer              *self,
                                          GHashTable         *taken,
                                          const char         *prefix,
                                          const char         *name);

/* cg-naming-methods.c: the names of the interface are there */
void         cg_naming_name_methods      (Namer              *self,
                                          CgInterface        *interface);

/* cg-naming-types.c */
void         cg_naming_name_declarations (Namer              *self);

G_END_DECLS
