/* kv-glob.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean kv_glob_match (const char *pattern,
                        gsize       pattern_length,
                        const char *text,
                        gsize       text_length,
                        gboolean    fold_case);

G_END_DECLS
