/* cg-namer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-declarations.h"
#include "cg-names.h"

typedef struct
{
  CgDescription *description;
  CgDiagnostics *diagnostics;
  const char    *prefix;
  CgWriter      *writer;   /* (owned): expands the patterns */
  GHashTable    *globals;  /* (owned) (element-type utf8 CgNode): who has an identifier */
  GHashTable    *members[CG_N_MEMBERS]; /* (owned) (element-type utf8 CgNode): of the interface, by
                                           their names in C */
  GHashTable    *in_bindings; /* (owned) (element-type utf8): what its functions are in language
                                 bindings, and its properties and virtual functions so far */
} Namer;

/* Make the names of @node, and claim those that must be unique. Returns TRUE if all of these were
 * free. */
void         cg_namer_make_names       (Namer              *self,
                                        CgNode             *node,
                                        const CgNameTable  *table);
gboolean     cg_namer_claim_names      (Namer              *self,
                                        CgNode             *node);

void         cg_namer_refuse           (Namer              *self,
                                        CgNode             *node,
                                        const CgNode       *owner);
gboolean     cg_namer_is_free          (Namer              *self,
                                        CgNode             *node,
                                        const char         *identifier);
const char  *cg_namer_make_parameter   (Namer              *self,
                                        GHashTable         *taken,
                                        const char         *prefix,
                                        const char         *name);
gboolean     cg_namer_check_type_name  (Namer              *self,
                                        const CgNode       *node,
                                        const char         *camel);

/* cg-naming-args.c */
void         cg_namer_name_args        (Namer              *self,
                                        CgMember           *method);

/* cg-naming-declarations.c */
void         cg_namer_name_declaration (Namer              *self,
                                        CgDeclaration      *declaration);

/* cg-naming-args.c */
void         cg_namer_name_args        (Namer              *self,
                                        CgMember           *method);

/* cg-naming-members.c */
void         cg_namer_name_members     (Namer              *self,
                                        CgInterface        *interface);
