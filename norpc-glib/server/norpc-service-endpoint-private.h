/* norpc-service-endpoint-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"
#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * The last endpoint of a server, behind its layers: where calls come to the
 * service.
 *
 * A layer may pass a call on in any thread, and at any time. What comes from
 * elsewhere, or while the service handles another call, waits here until the
 * worker looks.
 */
#define NORPC_TYPE_SERVICE_ENDPOINT (norpc_service_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (NorpcServiceEndpoint, norpc_service_endpoint, NORPC, SERVICE_ENDPOINT, GObject)

NorpcServiceEndpoint *norpc_service_endpoint_new       (void);
void                  norpc_service_endpoint_open      (NorpcServiceEndpoint *self,
                                                        NorpcWorker          *worker);
void                  norpc_service_endpoint_close     (NorpcServiceEndpoint *self);
gboolean              norpc_service_endpoint_has_calls (NorpcServiceEndpoint *self);
NorpcCall            *norpc_service_endpoint_take      (NorpcServiceEndpoint *self);

G_END_DECLS
