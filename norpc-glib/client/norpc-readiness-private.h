/* norpc-readiness-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

NorpcCall *norpc_probe_new (void);

G_END_DECLS
