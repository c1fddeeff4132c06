/* kv-database.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kv-entry.h"

G_BEGIN_DECLS

typedef struct _KvDatabase KvDatabase;

KvDatabase *kv_database_new               (void);
void        kv_database_free              (KvDatabase *self);
KvEntry    *kv_database_lookup            (KvDatabase *self,
                                           GBytes     *key);
KvEntry    *kv_database_set               (KvDatabase *self,
                                           GBytes     *key,
                                           GBytes     *value);
gboolean    kv_database_remove            (KvDatabase *self,
                                           GBytes     *key);
void        kv_database_clear             (KvDatabase *self);
guint       kv_database_get_size          (KvDatabase *self);
guint       kv_database_get_n_expiring    (KvDatabase *self);
void        kv_database_set_deadline      (KvDatabase *self,
                                           KvEntry    *entry,
                                           gint64      deadline);
gint64      kv_database_get_next_deadline (KvDatabase *self);
GBytes     *kv_database_take_expired      (KvDatabase *self,
                                           gint64      now);
guint64     kv_database_scan              (KvDatabase *self,
                                           guint64     cursor,
                                           guint64     count,
                                           GBytes     *pattern,
                                           GFunc       func,
                                           gpointer    user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KvDatabase, kv_database_free)

G_END_DECLS
