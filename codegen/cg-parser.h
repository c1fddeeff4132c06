/* cg-parser.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-model.h"
#include "cg-source.h"

G_BEGIN_DECLS

void cg_parse (CgSource      *source,
               CgDescription *description,
               CgDiagnostics *diagnostics);

/* Is it the name of an element of the language? */
gboolean cg_parser_knows_element (const char *name);

G_END_DECLS
