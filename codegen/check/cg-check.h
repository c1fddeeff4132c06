/* cg-check.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-resolve.h"

void     cg_check             (CgDescription    *description,
                               CgGir            *gir,
                               CgDiagnostics    *diagnostics);

/* cg-annotations.c */
void     cg_check_annotations (CgNode           *node,
                               CgMember         *member,
                               CgTypeUse        *use,
                               CgDiagnostics    *diagnostics);

/* cg-stream-annotations.c */
void     cg_check_stream_annotations (CgMember         *member,
                                      const CgResolver *resolver);

/* cg-check-declarations.c */
void     cg_declarations_register (const CgResolver *resolver);
void     cg_declarations_check    (const CgResolver *resolver);

/* cg-check-types.c */

/* Looks up @key in @names, and adds @node if there is no other node. */
gpointer cg_check_find_first  (GHashTable       *names,
                               gconstpointer     key,
                               gpointer          node);
void     cg_check_note_first  (const CgNode     *first,
                               CgDiagnostics    *diagnostics);
gboolean cg_check_type        (const CgResolver *resolver,
                               CgTypeUse        *use);
gboolean cg_check_arg_type    (const CgResolver *resolver,
                               CgArg            *arg,
                               CgMemberKind      kind);

/* Called after names are resolved, if there are no errors. Completes the forms of types outside of
 * the process. */
void     cg_check_variants    (CgDescription    *description,
                               CgDiagnostics    *diagnostics);

/* cg-check-bindings.c */
void     cg_check_bindings    (const CgDescription *description,
                               CgDiagnostics    *diagnostics);
