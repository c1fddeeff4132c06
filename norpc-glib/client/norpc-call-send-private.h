/* norpc-call-send-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-group-private.h"
#include "call/norpc-call-scope-private.h"
#include "norpc-endpoint.h"
#include "norpc-latest-private.h"

G_BEGIN_DECLS

/* The data that a proxy keeps about the calls that it sends. */
typedef struct
{
  NorpcCallGroup *calls;  /* (unowned): the calls in flight */
  NorpcLatest    *latest; /* (unowned) (nullable): the last call of each latest-wins method */
  GCancellable   *owner_gone; /* (unowned) (nullable): cancelled when the owner of the proxy is
                                 disposed */
  NorpcEndpointInterface *iface; /* (unowned): of the endpoint of the proxy */
} NorpcCallOrigin;

void norpc_call_send_begin            (NorpcCall              *self);
void norpc_call_send_end              (NorpcCall              *self);
void norpc_call_send_apply_scope      (NorpcCall              *call,
                                       const NorpcThreadScope *scope,
                                       const NorpcCallOrigin  *origin);
void norpc_call_send_inherit_options (NorpcCall              *call);
void norpc_call_send_detach           (NorpcCall              *self);

G_END_DECLS
