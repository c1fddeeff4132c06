/* inspector-format.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The lists of a NorpcInspector, and their texts for humans. */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

const char *inspector_get_string     (GVariant       *dict,
                                      const char     *key);
guint       inspector_get_uint       (GVariant       *dict,
                                      const char     *key);
guint64     inspector_get_uint64     (GVariant       *dict,
                                      const char     *key);
gint64      inspector_get_int64      (GVariant       *dict,
                                      const char     *key);
double      inspector_get_double     (GVariant       *dict,
                                      const char     *key);
gboolean    inspector_get_boolean    (GVariant       *dict,
                                      const char     *key);
char       *inspector_format_time    (gint64          nanoseconds);
char       *inspector_format_service (GVariant       *service);
GVariant   *inspector_find_service   (GVariant       *services,
                                      guint           number);

G_END_DECLS
