/* norpc-dynamic-proxy-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dynamic-proxy.h"

G_BEGIN_DECLS

void norpc_dynamic_proxy_fail_later (NorpcDynamicProxy   *self,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data,
                                     GError              *error);

G_END_DECLS
