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

/* @is_out: it is an out parameter; @is_client: of a function for clients. */
const char *cg_arg_doc_get_transfer       (const CgArg *arg,
                                           gboolean     is_out,
                                           gboolean     is_client);
void        cg_arg_doc_append_annotations (GString     *doc,
                                           const CgArg *arg,
                                           gboolean     is_out,
                                           gboolean     is_client);

/* @what: what to say of one without documentation; NULL for nothing but its type, if C does
 * not tell that. */
void        cg_arg_doc_append             (GString     *doc,
                                           const CgArg *arg,
                                           const char  *what);

/* cg-doc-links.c */
void        cg_docs_resolve               (CgDescription *description);

G_END_DECLS
