/* cg-parser.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "xml/cg-source.h"

void cg_parse (CgSource      *source,
               CgDescription *description,
               CgDiagnostics *diagnostics);
