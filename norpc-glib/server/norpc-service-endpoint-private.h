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
 * host looks.
 */
#define NORPC_TYPE_GATE (norpc_gate_get_type ())
G_DECLARE_FINAL_TYPE (NorpcGate, norpc_gate, NORPC, GATE, GObject)

NorpcGate *norpc_gate_new       (void);
void       norpc_gate_open      (NorpcGate *self,
                                 NorpcHost *host);
void       norpc_gate_close     (NorpcGate *self);
gboolean   norpc_gate_has_calls (NorpcGate *self);
NorpcCall *norpc_gate_take      (NorpcGate *self);

G_END_DECLS
