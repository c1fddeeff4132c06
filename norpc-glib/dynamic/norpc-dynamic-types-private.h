/* norpc-dynamic-types-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dynamic-info-private.h"

G_BEGIN_DECLS

void norpc_dynamic_types_register (NorpcDynamicInfo *info);

G_END_DECLS
