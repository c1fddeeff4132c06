/* norpc-signal-event-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-event-queue-private.h"
#include "core/norpc-interface-info-private.h"
#include "norpc-emission-private.h"

G_BEGIN_DECLS

/* Runs in the service's context, with the lock of the subscribers held. */
void norpc_signal_event_send (GPtrArray                 *subscribers,
                              const NorpcInterfaceInfo  *interface_info,
                              guint                      signal,
                              NorpcEmission             *emission,
                              NorpcEvent               **dropped);

G_END_DECLS
