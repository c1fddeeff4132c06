/* norpc-service-endpoint-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"
#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * The last endpoint of a server, behind its layers, which passes calls to the service.
 *
 * A layer may pass a call on in any thread, and at any time. A call that arrives in another
 * thread than the service's, or while the service is handling another call, waits here until
 * the worker takes it.
 */
#define NORPC_TYPE_SERVICE_ENDPOINT (norpc_service_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (NorpcServiceEndpoint, norpc_service_endpoint, NORPC, SERVICE_ENDPOINT, GObject)

/* Implemented by the worker that owns the endpoint. */
typedef struct
{
  gboolean (*may_handle) (gpointer   owner);  /* thread-safe, called with the lock held: returns
                                                 TRUE if the service can handle a call in this
                                                 thread now */
  void     (*handle)     (gpointer   owner,   /* in the service's context */
                          NorpcCall *call);   /* (owned) */
  void     (*wake_up)    (gpointer   owner);  /* thread-safe: called when there are calls to
                                                 take */
  gpointer (*ref)        (gpointer   owner);
  void     (*unref)      (gpointer   owner);
} NorpcServiceEndpointFuncs;

NorpcServiceEndpoint *norpc_service_endpoint_new       (const NorpcServiceEndpointFuncs *funcs);
void                  norpc_service_endpoint_open      (NorpcServiceEndpoint            *self,
                                                        gpointer                         owner);
void                  norpc_service_endpoint_close     (NorpcServiceEndpoint            *self);
gboolean              norpc_service_endpoint_has_calls (NorpcServiceEndpoint            *self);
NorpcCall            *norpc_service_endpoint_take      (NorpcServiceEndpoint            *self);

G_END_DECLS
