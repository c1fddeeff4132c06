/* cg-emit-shared.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* cg-columns.c */

/* The columns of many prototypes below each other. */
typedef struct
{
  guint return_type;
  guint function;
} CgColumns;

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

/* Sets $assignments$ in a function that fills in an interface struct to @text, expanded for
 * each method. */
void cg_emit_set_assignments (const CgInterface *interface,
                              CgWriter          *writer,
                              const char        *sync_text,
                              const char        *text);

/* Sets the keys that the head of every output has: file and sources. */
void cg_emit_head        (const CgDescription *description,
                          const char          *file,
                          CgWriter            *writer);

/* Writes the begin or end of a range without warnings for deprecated types of other libraries.
 * Authors see the warnings where they use the types. */
void cg_emit_foreign_types (const CgDescription *description,
                            CgWriter            *writer,
                            gboolean             begin);

/* Appends statements, a line each, that set hash functions of types in the runtime, unless
 * @statements contains them. */
void cg_emit_append_hash  (GString         *statements,
                           const CgTypeUse *use);

/* Writes a prototype from the keys return_type, function, params, decorator and deprecated. If
 * @measure is TRUE, only widens @columns. */
void  cg_emit_prototype   (CgWriter   *writer,
                           CgColumns  *columns,
                           gboolean    measure);
