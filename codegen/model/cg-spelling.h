/* cg-spelling.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-model.h"
#include "cg-writer.h"

G_BEGIN_DECLS

char     *cg_camel_case_to_uscore   (const char   *name);
char     *cg_strip_dots             (const char   *name);
gboolean  cg_is_ugly                (const char   *name);
char     *cg_make_identifier        (const char   *name);
void      cg_spelling_set_namespace (CgWriter     *writer,
                                     const char   *c_namespace);
void      cg_spelling_set_interface (CgWriter     *writer,
                                     const CgNode *node,
                                     const char   *prefix);

G_END_DECLS
