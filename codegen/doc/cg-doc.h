/* cg-doc.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

char *cg_doc_escape    (const char *text,
                        GHashTable *links);
char *cg_doc_paragraph (const char *text,
                        const char *indent,
                        GHashTable *links);
char *cg_c_string      (const char *text);

/* cg-doc-markup.c */

/* Converts documentation with elements to Markdown: paragraphs, lists and code of DocBook, and the
 * text of all other elements. Elements are named without their prefix. */
void  cg_doc_markup_tag    (GString    *markdown,
                            const char *element,
                            gboolean    is_end);
void  cg_doc_markup_text   (GString    *markdown,
                            const char *text,
                            gsize       length);

/* Does the same for text that contains tags of DocBook, as in comments for gdbus-codegen. */
char *cg_doc_from_docbook  (const char *text);

/* cg-doc-links.c */
void  cg_docs_resolve  (CgDescription *description);
