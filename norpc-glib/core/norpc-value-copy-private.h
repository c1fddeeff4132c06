/* norpc-value-copy-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

void norpc_value_copy_deep (const NorpcArgInfo *info,
                            const GValue       *value,
                            GValue             *copy);

G_END_DECLS
