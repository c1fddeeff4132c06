/* norpc-list-relay-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"

G_BEGIN_DECLS

/*
 * Takes the list models of a service to its clients.
 *
 * What the service changes in one dispatch is one batch: it is sent when the dispatch ends, or
 * before the next signal, change of a property or reply of the service, so that all of these
 * arrive in one order.
 */
typedef struct _NorpcListRelay NorpcListRelay;

NorpcListRelay *norpc_list_relay_new   (void);
NorpcListRelay *norpc_list_relay_ref   (NorpcListRelay *self);
void            norpc_list_relay_unref (NorpcListRelay *self);
void            norpc_list_relay_enter (NorpcListRelay *self,
                                        NorpcCall      *call);
void            norpc_list_relay_tell  (NorpcListRelay *self);
void            norpc_list_relay_stop  (NorpcListRelay *self);

NorpcListRelay *norpc_list_relay_find     (NorpcCall *call);
void            norpc_list_relay_tell_for (NorpcCall *call);

char *norpc_list_relay_send (NorpcListRelay     *self,
                             const NorpcArgInfo *info,
                             GValue             *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcListRelay, norpc_list_relay_unref)

G_END_DECLS
