/* cg-emit-shared.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

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

/* The columns of many prototypes below each other. */
typedef struct
{
  guint return_type;
  guint function;
} CgColumns;

/* Pads a type so that its stars touch the name that follows. */
char *cg_columns_pad      (const char *type,
                           guint       width);
char *cg_columns_format   (GPtrArray  *types,
                           GPtrArray  *names);

/* The keys are those of a prototype: return_type, function, params, decorator, and
 * deprecated. @measure: nothing is written, but room made in @columns. */
void  cg_emit_prototype   (CgWriter   *writer,
                           CgColumns  *columns,
                           gboolean    measure);

/* Arguments that are passed to a function are in one line if it is not longer than this. */
#define CG_PASSED_WIDTH 50

char     *cg_marshal_expand         (CgWriter        *writer,
                                     const char      *text,
                                     const CgTypeUse *use,
                                     const char      *gvalue_array,
                                     guint            index,
                                     const char      *value);
char     *cg_marshal_make_condition (CgWriter        *writer,
                                     const CgTypeUse *use,
                                     const char      *value);

/* Gets the text for a copy of a value; @can_be_null: of the value, in spite of its type. */
const char *
          cg_marshal_get_copy       (const CgType    *type,
                                     gboolean         can_be_null);
void      cg_marshal_set_store      (CgWriter       *writer,
                                     GPtrArray      *args,
                                     gboolean        is_local);
void      cg_marshal_set_expanded   (CgWriter       *writer,
                                     const char     *key,
                                     const char     *template_text);

/* Sets $passed$ to what is passed to a function, in one line that is not longer than
 * @width, or in a line each; frees @passed. */
void      cg_marshal_set_passed     (CgWriter       *writer,
                                     GPtrArray      *passed,
                                     gsize           width);

/* Appends the names of arguments in C to what is passed. */
void      cg_marshal_pass           (GPtrArray      *passed,
                                     GPtrArray      *args);

G_END_DECLS
