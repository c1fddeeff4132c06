/* norpc-layer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-layer.h"

G_BEGIN_DECLS

gboolean norpc_layer_is_closed (NorpcEndpoint *endpoint);

G_END_DECLS
