/* norpc-layer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-balance.h"

G_BEGIN_DECLS

gboolean norpc_layer_is_closed   (NorpcEndpoint *endpoint);
gboolean norpc_balance_is_closed (NorpcBalance  *self);

G_END_DECLS
