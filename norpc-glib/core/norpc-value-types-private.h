/* norpc-value-types-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-value-part-private.h"

G_BEGIN_DECLS

guint    norpc_value_part_hash        (const NorpcValuePart *part);
gboolean norpc_value_part_equal       (const NorpcValuePart *part,
                                       const NorpcValuePart *other);
gboolean norpc_value_part_is_copyable (const NorpcValuePart *part);

GDestroyNotify norpc_value_type_get_free_func (GType   type);
gpointer       norpc_value_steal_pointer      (GValue *value);

G_END_DECLS
