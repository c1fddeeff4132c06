/* store-by-hand.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HAND_TYPE_STORE (hand_store_get_type ())
G_DECLARE_FINAL_TYPE (HandStore, hand_store, HAND, STORE, GObject)

HandStore *hand_store_new           (GError              **error);
void       hand_store_stop          (HandStore            *self);

void       hand_store_get_async     (HandStore            *self,
                                     const char           *key,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean   hand_store_get_finish    (HandStore            *self,
                                     GAsyncResult         *result,
                                     GBytes              **value,
                                     GError              **error);
gboolean   hand_store_get_sync      (HandStore            *self,
                                     const char           *key,
                                     GBytes              **value,
                                     GCancellable         *cancellable,
                                     GError              **error);

void       hand_store_set_async     (HandStore            *self,
                                     const char           *key,
                                     GBytes               *value,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean   hand_store_set_finish    (HandStore            *self,
                                     GAsyncResult         *result,
                                     GError              **error);
gboolean   hand_store_set_sync      (HandStore            *self,
                                     const char           *key,
                                     GBytes               *value,
                                     GCancellable         *cancellable,
                                     GError              **error);

/* further method: begin */
void       hand_store_remove_async  (HandStore            *self,
                                     const char           *key,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean   hand_store_remove_finish (HandStore            *self,
                                     GAsyncResult         *result,
                                     gboolean             *existed,
                                     GError              **error);
gboolean   hand_store_remove_sync   (HandStore            *self,
                                     const char           *key,
                                     gboolean             *existed,
                                     GCancellable         *cancellable,
                                     GError              **error);
/* further method: end */

G_END_DECLS
