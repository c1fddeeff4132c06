/* norpc-endpoint-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-endpoint.h"
#include "norpc-types-private.h"

G_BEGIN_DECLS

void norpc_endpoint_prepare_call (NorpcCall      *call,
                                  GCancellable   *cancellable,
                                  NorpcReplyFunc  reply_func,
                                  gpointer        user_data);

G_END_DECLS
