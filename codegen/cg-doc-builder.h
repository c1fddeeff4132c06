/* cg-doc-builder.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes Markdown of documentation that has elements in it: those of DocBook,
 * of HTML, of Telepathy, and of the other specifications of D-Bus interfaces. */
typedef struct _CgDocBuilder CgDocBuilder;

/* @is_filled: line breaks and blanks of the text mean nothing. @interface is
 * what names of members without one belong to. */
CgDocBuilder *cg_doc_builder_new    (gboolean       is_filled,
                                     const char    *interface);
void          cg_doc_builder_free   (CgDocBuilder  *self);

/* Elements are named without their prefix. @attributes: names and values in turn,
 * and NULL. */
void          cg_doc_builder_start  (CgDocBuilder  *self,
                                     const char    *element,
                                     const char   **attributes);
void          cg_doc_builder_end    (CgDocBuilder  *self,
                                     const char    *element);
void          cg_doc_builder_text   (CgDocBuilder  *self,
                                     const char    *text,
                                     gsize          length);
char         *cg_doc_builder_finish (CgDocBuilder  *self);

gboolean      cg_doc_builder_knows  (const char    *element);

/* cg-doc-docbook.c: the same for text in which elements are just text. */
char         *cg_doc_from_docbook   (const char    *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgDocBuilder, cg_doc_builder_free)

G_END_DECLS
