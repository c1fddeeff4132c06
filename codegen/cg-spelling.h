/* cg-spelling.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char     *cg_camel_case_to_uscore (const char *name);
char     *cg_strip_dots           (const char *name);
char     *cg_remove_underscores   (const char *name);
gboolean  cg_is_ugly              (const char *name);
char     *cg_make_identifier      (const char *name);

G_END_DECLS
