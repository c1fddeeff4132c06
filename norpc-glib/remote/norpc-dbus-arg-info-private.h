/* norpc-dbus-arg-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* Arguments as the description of an exported object has them. The functions are thread-safe. */
GPtrArray            *norpc_dbus_annotations_new (GDBusAnnotationInfo * const *annotations);
void                  norpc_dbus_annotations_set (GPtrArray                   *self,
                                                  const char                  *key,
                                                  const char                  *value);
GDBusAnnotationInfo **norpc_dbus_annotations_end (GPtrArray                   *self);
GDBusArgInfo         *norpc_dbus_export_arg      (const NorpcArgInfo          *info);
GDBusArgInfo        **norpc_dbus_export_args     (GDBusArgInfo * const        *infos);

G_END_DECLS
