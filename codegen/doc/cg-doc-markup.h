/* cg-doc-markup.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes Markdown of documentation that has elements in it. Paragraphs, lists, code and
 * links come out as such, of all other elements the text. */
typedef struct _CgDocMarkup CgDocMarkup;

CgDocMarkup *cg_doc_markup_new    (void);
void         cg_doc_markup_free   (CgDocMarkup  *self);

/* Elements are named without their prefix. @attributes: names and values in turn,
 * and NULL. */
void         cg_doc_markup_start  (CgDocMarkup  *self,
                                   const char   *element,
                                   const char  **attributes);
void         cg_doc_markup_end    (CgDocMarkup  *self,
                                   const char   *element);
void         cg_doc_markup_text   (CgDocMarkup  *self,
                                   const char   *text,
                                   gsize         length);
char        *cg_doc_markup_finish (CgDocMarkup  *self);

/* The same for text in which the elements of DocBook are just text, as in comments
 * for gdbus-codegen. */
char        *cg_doc_from_docbook  (const char   *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgDocMarkup, cg_doc_markup_free)

G_END_DECLS
