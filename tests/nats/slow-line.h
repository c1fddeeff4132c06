/* slow-line.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A port that passes connections on to another one, slowly. */
typedef struct _SlowLine SlowLine;

SlowLine   *slow_line_new     (guint     port,
                               guint     bytes_per_second);
void        slow_line_free    (SlowLine *self);
const char *slow_line_get_url (SlowLine *self);

G_END_DECLS
