/* kv-number.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean kv_number_parse (const char *text,
                          gsize       length,
                          gint64     *value);

G_END_DECLS
