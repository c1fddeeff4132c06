/* kv-store-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kvstore.h"

G_BEGIN_DECLS

#define KV_STORE_N_DATABASES 16

/* The longest value that a store holds, in bytes. */
#define KV_STORE_MAX_LENGTH (512 * 1024 * 1024)

#define KV_TYPE_STORE_SERVICE (kv_store_service_get_type ())

G_DECLARE_FINAL_TYPE (KvStoreService, kv_store_service, KV, STORE_SERVICE, GObject)

KvStoreService *kv_store_service_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
