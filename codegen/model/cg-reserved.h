/* cg-reserved.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CG_WORD_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"

gboolean cg_is_identifier         (const char *name);
gboolean cg_is_reserved           (const char *name);
gboolean cg_is_used_parameter     (const char *name);
gboolean cg_is_python_keyword     (const char *name);
gboolean cg_is_inherited_vfunc    (const char *name);
gboolean cg_is_inherited_property (const char *name);
gboolean cg_is_inherited_signal   (const char *name);

G_END_DECLS
