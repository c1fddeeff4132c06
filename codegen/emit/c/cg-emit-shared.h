/* cg-emit-shared.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

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

/* The comment in front of a function; its keys are those of
 * cg_signature_set (). @annotations are those of the function. */
void cg_emit_function_doc (CgWriter           *writer,
                           const char         *annotations);

/* Calls @emit for each method, with the names of it in @writer. */
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

/* Some types of other libraries are deprecated. Authors hear of that where they
 * use them, not in generated code, which stands between a @begin and an end of this. */
void cg_emit_foreign_types (const CgDescription *description,
                            CgWriter            *writer,
                            gboolean             begin);

/* Appends what ends a doc comment, Since and Deprecated, if there are such,
 * with @separator in front. */
void cg_emit_append_tags (GString             *doc,
                          const CgNode        *node,
                          const char          *separator);

/* Statements, a line each, that tell the runtime how values of types are hashed.
 * Statements that @statements contains already are left out. */
void cg_emit_append_hash  (GString         *statements,
                           const CgTypeUse *use);

/* The keys are those of a prototype: return_type, function, params, decorator, and
 * deprecated. @measure: nothing is written, but room made in @columns. */
void  cg_emit_prototype   (CgWriter   *writer,
                           CgColumns  *columns,
                           gboolean    measure);

G_END_DECLS
