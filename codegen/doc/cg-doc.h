/* cg-doc.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

G_BEGIN_DECLS

char *cg_doc_escape    (const char *text,
                        GHashTable *links);
char *cg_doc_paragraph (const char *text,
                        const char *indent,
                        GHashTable *links);
char *cg_c_string      (const char *text);

/* cg-doc-links.c */
void  cg_docs_resolve  (CgDescription *description);

G_END_DECLS
