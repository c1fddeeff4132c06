/* norpc-nats-endpoint.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_NATS_INSIDE) && !defined (NORPC_GLIB_NATS_COMPILATION)
#error "Only <norpc-glib-nats/norpc-glib-nats.h> can be included directly."
#endif

#include <norpc-glib-nats/norpc-nats-connection.h>

G_BEGIN_DECLS

#define NORPC_NATS_TYPE_ENDPOINT (norpc_nats_endpoint_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcNatsEndpoint, norpc_nats_endpoint, NORPC_NATS, ENDPOINT, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcNatsEndpoint   *norpc_nats_endpoint_new            (NorpcNatsConnection *connection,
                                                         const char          *prefix) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
gboolean             norpc_nats_endpoint_check_prefix   (const char          *prefix,
                                                         GError             **error);
NORPC_AVAILABLE_IN_ALL
NorpcNatsConnection *norpc_nats_endpoint_get_connection (NorpcNatsEndpoint   *self);
NORPC_AVAILABLE_IN_ALL
const char          *norpc_nats_endpoint_get_prefix     (NorpcNatsEndpoint   *self);
NORPC_AVAILABLE_IN_ALL
guint                norpc_nats_endpoint_get_capacity   (NorpcNatsEndpoint   *self);

G_END_DECLS
