/* cg-emit-shared.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* cg-columns.c */

/* Prototypes of functions below each other. */
GPtrArray *cg_prototypes_new (void);

/* Adds the function whose keys are set: return_type, function and params. @deprecated is the macro in
 * front of it. */
void  cg_prototypes_add   (GPtrArray  *self,
                           CgWriter   *writer,
                           const char *deprecated);

/* Sets a key to the prototypes, whose parts are in columns, and frees them. */
void  cg_prototypes_set   (GPtrArray  *self,
                           CgWriter   *writer,
                           const char *key);

/* Pads a type so that its stars touch the name that follows. */
char *cg_columns_pad      (const char *type,
                           guint       width);

/* Parameters below each other: their types, and in a column their names. */
char *cg_columns_format   (GPtrArray  *types,
                           GPtrArray  *names);

/* cg-emit-shared.c */

typedef void (*CgEmitMethod) (CgWriter       *writer,
                              const CgMethod *method);

/* Writes the comment in front of a function, from the keys that cg_signature_set () has set.
 * @annotations are those of the function. */
void cg_emit_function_doc (CgWriter           *writer,
                           const char         *annotations);

/* Calls @emit for each method, with its names in @writer. */
void cg_emit_methods     (const CgInterface   *interface,
                          CgWriter            *writer,
                          CgEmitMethod         emit);

/* Sets the keys that every output has: file, sources, prefix and has_foreign_types. The last is for a
 * range without warnings for deprecated types of other libraries; authors see the warnings where they
 * use the types. */
void cg_emit_head        (const CgDescription *description,
                          const char          *file,
                          CgWriter            *writer);

/* Appends statements, a line each, that set hash functions of types in the runtime, unless
 * @statements contains them. */
void cg_emit_append_hash  (GString         *statements,
                           const CgTypeUse *use);
