/* cg-format.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-source.h"

G_BEGIN_DECLS

/* The text of a description without errors, in canonical form. */
char *cg_format             (CgSource      *source,
                             CgDiagnostics *diagnostics);

/* cg-format-text.c */

/* Appends @text. Its lines after the first are moved as far as the first is:
 * from the indentation of @line, in which it began, to @indent blanks. */
void  cg_format_append_text (GString       *out,
                             const char    *text,
                             gsize          length,
                             const char    *line,
                             gsize          indent);

/* Appends a tag in one line, its attributes in their order. */
void  cg_format_append_tag  (GString       *out,
                             const char    *tag,
                             gsize          length);

G_END_DECLS
