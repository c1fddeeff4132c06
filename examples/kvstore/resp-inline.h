/* resp-inline.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean resp_inline_split (const char *line,
                            gsize       length,
                            GPtrArray  *args);

G_END_DECLS
