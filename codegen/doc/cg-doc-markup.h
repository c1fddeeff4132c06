/* cg-doc-markup.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes Markdown of documentation that has elements in it. Paragraphs, lists and code of
 * DocBook come out as such, of all other elements the text. Elements are named without
 * their prefix. */
void  cg_doc_markup_tag    (GString    *markdown,
                            const char *element,
                            gboolean    is_end);
void  cg_doc_markup_text   (GString    *markdown,
                            const char *text,
                            gsize       length);

/* The same for text in which the elements of DocBook are just text, as in comments
 * for gdbus-codegen. */
char *cg_doc_from_docbook  (const char *text);

G_END_DECLS
