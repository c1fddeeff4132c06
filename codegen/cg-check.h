/* cg-check.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-model.h"

G_BEGIN_DECLS

void cg_check             (CgDescription *description,
                           CgDiagnostics *diagnostics);

/* cg-annotations.c */
void cg_check_annotations (CgNode        *node,
                           CgMethod      *method,
                           CgArg         *arg,
                           CgDiagnostics *diagnostics);

G_END_DECLS
