/* norpc-value-equal-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

gboolean norpc_value_equal (const NorpcArgInfo *info,
                            const GValue       *value,
                            const GValue       *other);

G_END_DECLS
