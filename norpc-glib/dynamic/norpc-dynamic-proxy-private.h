/* norpc-dynamic-proxy-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info.h"
#include "norpc-dynamic-proxy.h"

G_BEGIN_DECLS

NorpcCall *norpc_dynamic_proxy_take_call  (NorpcDynamicProxy   *self,
                                           NorpcCall           *call,
                                           NorpcMethodFlags     flag,
                                           gboolean             has_flag,
                                           const char          *advice,
                                           GError             **error);
void       norpc_dynamic_proxy_fail_later (NorpcDynamicProxy   *self,
                                           GCancellable        *cancellable,
                                           GAsyncReadyCallback  callback,
                                           gpointer             user_data,
                                           GError              *error);

G_END_DECLS
