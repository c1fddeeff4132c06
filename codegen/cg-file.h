/* cg-file.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fails unless @path is a regular file. Opening or reading another kind of file can
 * block for ever. */
gboolean cg_file_check_input   (const char  *path,
                                GError     **error);

G_END_DECLS
