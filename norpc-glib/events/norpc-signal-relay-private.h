/* norpc-signal-relay-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-subscribers-private.h"
#include "norpc-list-relay-private.h"

G_BEGIN_DECLS

/* Passes the signals of a service on to the subscribers of its endpoint. */
typedef struct _NorpcSignalRelay NorpcSignalRelay;

NorpcSignalRelay *norpc_signal_relay_new  (GObject          *service,
                                           NorpcSubscribers *subscribers);
NorpcListRelay   *norpc_signal_relay_get_lists (NorpcSignalRelay *self);
void              norpc_signal_relay_invalidate (NorpcSignalRelay *self);
void              norpc_signal_relay_note_loss  (NorpcSignalRelay *self);
void              norpc_signal_relay_note_lost_emissions (NorpcSignalRelay         *self,
                                                          const NorpcInterfaceInfo *interface_info,
                                                          guint                     signal,
                                                          guint                     n_lost);
void              norpc_signal_relay_free (NorpcSignalRelay *self);

G_END_DECLS
