/* cg-record-signature.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-declarations.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* The C functions that are generated for one record. */
typedef enum
{
  CG_RECORD_GET_TYPE,
  CG_RECORD_NEW,
  CG_RECORD_COPY,
  CG_RECORD_FREE,
  CG_RECORD_EQUAL,
  CG_RECORD_HASH,
  CG_RECORD_TO_VARIANT,
  CG_RECORD_NEW_FROM_VARIANT,
  CG_N_RECORD_FUNCTIONS
} CgRecordFunction;

/* Whether a record has it. */
gboolean cg_record_has_function       (const CgDeclaration *record,
                                       CgRecordFunction     function);

const CgField *
         cg_record_find_hiding_field  (const CgDeclaration *record,
                                       CgRecordFunction     function);

/* Sets the keys return_type, function and params; and param_docs and doc. */
void     cg_record_signature_set      (CgWriter            *writer,
                                       const CgDeclaration *record,
                                       CgRecordFunction     function);

/* The documentation of a field, with annotations. */
char    *cg_record_make_field_doc     (const CgField       *field);

G_END_DECLS
