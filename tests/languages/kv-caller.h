/* kv-caller.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kvstore.h"

G_BEGIN_DECLS

KvStore  *kv_caller_new_store     (void);
GBytes   *kv_caller_get_sync      (NorpcEndpoint  *endpoint,
                                   GBytes         *key,
                                   GError        **error);
GBytes   *kv_caller_get_async     (NorpcEndpoint  *endpoint,
                                   GBytes         *key,
                                   GError        **error);

G_END_DECLS
