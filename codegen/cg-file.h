/* cg-file.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether an input is a regular file. To open or read another kind can block for
 * ever. */
gboolean cg_file_check_input   (const char  *path,
                                GError     **error);

/* The file that is written when @path is: follows symbolic links, also to what
 * does not exist yet. */
char    *cg_file_resolve_links (const char  *path);

G_END_DECLS
