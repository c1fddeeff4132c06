/* kv-store-service-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kv-database.h"
#include "kv-store-service.h"

G_BEGIN_DECLS

KvDatabase *kv_store_service_get_database (KvStoreService    *self,
                                           guint              number,
                                           GError           **error);
gint64      kv_store_service_get_now      (void);
gboolean    kv_store_service_get_deadline (gint64             ttl,
                                           gint64            *deadline,
                                           GError           **error);
void        kv_store_service_set_deadline (KvStoreService    *self,
                                           KvDatabase        *database,
                                           KvEntry           *entry,
                                           gint64             deadline);

KvEntry    *kv_store_service_put          (KvStoreService    *self,
                                           guint              number,
                                           GBytes            *key,
                                           GBytes            *value);
KvEntry    *kv_store_service_read         (KvStoreService    *self,
                                           guint              number,
                                           GBytes            *key);
gboolean    kv_store_service_delete       (KvStoreService    *self,
                                           guint              number,
                                           GBytes            *key);
void        kv_store_service_emit         (KvStoreService    *self,
                                           guint              number,
                                           KvEvents           event,
                                           GBytes            *key);

void        kv_store_service_init_values  (KvStoreInterface  *iface);
void        kv_store_service_init_expiry  (KvStoreInterface  *iface);
void        kv_store_service_init_many    (KvStoreInterface  *iface);

G_END_DECLS
