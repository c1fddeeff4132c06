/* cg-annotate.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

G_BEGIN_DECLS

/* Takes every --annotate out of @args, up to a "--". Three strings of each
 * are added to @annotations. */
gboolean cg_annotate_take  (GPtrArray      *annotations,
                            char          **args,
                            GError        **error);

/* Annotates what was read as the command line says. */
void     cg_annotate_apply (GPtrArray      *annotations,
                            CgDescription  *description,
                            CgDiagnostics  *diagnostics);

G_END_DECLS
