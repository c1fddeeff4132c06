/* cg-emit-records-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-emit-source-private.h"

#include "cg-record-signature.h"

G_BEGIN_DECLS

/* The code for one field in a function: a statement, or an expression. */
typedef char *(*CgRecordFieldFunc) (CgWriter      *writer,
                                    const CgField *field,
                                    guint          index);

char *cg_emit_record_expand         (CgWriter            *writer,
                                     const CgField       *field,
                                     const char          *text,
                                     const char          *value,
                                     const char          *other);
void  cg_emit_record_set_statements (CgWriter            *writer,
                                     const CgDeclaration *record,
                                     CgRecordFieldFunc    func,
                                     const char          *separator);
void  cg_emit_record_set_checks     (CgWriter            *writer,
                                     const CgDeclaration *record,
                                     const char          *prefix,
                                     const char          *before);
void  cg_emit_record_function       (CgWriter            *writer,
                                     const CgDeclaration *record,
                                     CgRecordFunction     function,
                                     const char          *text);

/* cg-emit-record-nested.c */
const char *
      cg_emit_record_get_nested     (CgRecordFunction     function);
void  cg_emit_record_nested_helpers (const CgDescription *description,
                                     CgWriter            *writer);

/* cg-emit-record-variants.c */
void  cg_emit_record_variants       (CgWriter            *writer,
                                     const CgDeclaration *record);

G_END_DECLS
