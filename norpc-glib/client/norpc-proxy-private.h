/* norpc-proxy-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-call-send-private.h"
#include "norpc-proxy.h"

G_BEGIN_DECLS

NorpcCallOrigin norpc_proxy_prepare_call (NorpcProxy *self,
                                          NorpcCall  *call);

G_END_DECLS
