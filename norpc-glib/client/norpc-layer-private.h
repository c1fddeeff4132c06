/* norpc-layer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-layer.h"

G_BEGIN_DECLS

void     norpc_layer_forward     (NorpcLayer    *self,
                                  NorpcCall     *call);
gboolean norpc_endpoint_leads_to (NorpcEndpoint *self,
                                  NorpcLayer    *layer);

G_END_DECLS
