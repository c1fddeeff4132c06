/* norpc-nats-connection.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_NATS_INSIDE) && !defined (NORPC_GLIB_NATS_COMPILATION)
#error "Only <norpc-glib-nats/norpc-glib-nats.h> can be included directly."
#endif

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

#define NORPC_NATS_TYPE_CONNECTION (norpc_nats_connection_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcNatsConnection, norpc_nats_connection, NORPC_NATS, CONNECTION, GObject)

NORPC_AVAILABLE_IN_ALL
void                 norpc_nats_connection_new                  (const char           *urls,
                                                                 GCancellable         *cancellable,
                                                                 GAsyncReadyCallback   callback,
                                                                 gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
NorpcNatsConnection *norpc_nats_connection_new_finish           (GAsyncResult         *result,
                                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcNatsConnection *norpc_nats_connection_new_sync             (const char           *urls,
                                                                 GCancellable         *cancellable,
                                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
#ifndef __GI_SCANNER__
/* natsOptions is this struct. */
struct __natsOptions;

NORPC_AVAILABLE_IN_ALL
NorpcNatsConnection *norpc_nats_connection_new_for_options_sync (struct __natsOptions *options,
                                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
#endif

NORPC_AVAILABLE_IN_ALL
const char          *norpc_nats_connection_get_urls             (NorpcNatsConnection  *self);
NORPC_AVAILABLE_IN_ALL
gboolean             norpc_nats_connection_is_connected         (NorpcNatsConnection  *self);
NORPC_AVAILABLE_IN_ALL
void                 norpc_nats_connection_flush                (NorpcNatsConnection  *self,
                                                                 guint                 milliseconds,
                                                                 GCancellable         *cancellable,
                                                                 GAsyncReadyCallback   callback,
                                                                 gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean             norpc_nats_connection_flush_finish         (NorpcNatsConnection  *self,
                                                                 GAsyncResult         *result,
                                                                 GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean             norpc_nats_connection_flush_sync           (NorpcNatsConnection  *self,
                                                                 guint                 milliseconds,
                                                                 GError              **error);
NORPC_AVAILABLE_IN_ALL
void                 norpc_nats_connection_close                (NorpcNatsConnection  *self);

G_END_DECLS
