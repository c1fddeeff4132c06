/* cg-parser.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "xml/cg-source.h"

G_BEGIN_DECLS

void cg_parse (CgSource      *source,
               CgDescription *description,
               CgDiagnostics *diagnostics);

G_END_DECLS
