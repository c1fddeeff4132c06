/* cg-snippet.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* The text of a description, to show lines of it. */
typedef struct _CgSnippets CgSnippets;

CgSnippets *cg_snippets_new   (char       *text,
                               gsize       length);
void        cg_snippets_free  (CgSnippets *self);

/* Prints the line, and marks what stands at the column. */
void        cg_snippets_print (CgSnippets *self,
                               guint       line,
                               guint       column,
                               FILE       *stream);

G_END_DECLS
