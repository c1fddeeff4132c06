/* cg-spelling.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-model.h"
#include "cg-writer.h"

char     *cg_camel_case_to_uscore   (const char   *name);
char     *cg_uscore_to_camel_case   (const char   *name);
char     *cg_strip_dots             (const char   *name);
gboolean  cg_is_ugly                (const char   *name);
char     *cg_make_identifier        (const char   *name);
void      cg_spelling_set_namespace (CgWriter     *writer,
                                     const char   *c_namespace);
void      cg_spelling_set_interface (CgWriter     *writer,
                                     const CgNode *node,
                                     const char   *prefix);

/* cg-reserved.c */

#define CG_WORD_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"

gboolean cg_is_identifier         (const char *name);
gboolean cg_is_interface_name     (const char *name);
gboolean cg_is_reserved           (const char *name);
gboolean cg_is_used_parameter     (const char *name);
gboolean cg_is_python_keyword     (const char *name);
gboolean cg_is_inherited_vfunc    (const char *name);
gboolean cg_is_inherited_property (const char *name);
gboolean cg_is_inherited_signal   (const char *name);
