/* cg-lexer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-source.h"

G_BEGIN_DECLS

typedef enum
{
  CG_TOKEN_TEXT,
  CG_TOKEN_TAG,         /* a start or end tag */
  CG_TOKEN_CDATA,
  CG_TOKEN_COMMENT,
  CG_TOKEN_INSTRUCTION, /* the XML declaration included */
  CG_TOKEN_DOCTYPE
} CgTokenKind;

typedef struct
{
  CgTokenKind kind;
  gsize       offset;
  gsize       length;
} CgToken;

typedef struct
{
  CgSource      *source;
  CgDiagnostics *diagnostics;
  gsize          offset;  /* where the next token begins */
} CgLexer;

gboolean cg_lexer_next (CgLexer *self,
                        CgToken *token);

G_END_DECLS
