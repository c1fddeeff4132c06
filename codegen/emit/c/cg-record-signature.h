/* cg-record-signature.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-declarations.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* Sets the keys return_type, function and params; and param_docs and doc. */
void     cg_record_signature_set      (CgWriter            *writer,
                                       const CgDeclaration *record,
                                       CgRecordFunction     function);

/* The documentation of a field, with annotations. */
char    *cg_record_make_field_doc     (const CgField       *field);

G_END_DECLS
