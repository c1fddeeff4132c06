/* norpc-fake-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-fake-call.h"
#include "norpc-fake-values-private.h"

G_BEGIN_DECLS

NorpcFakeCall *norpc_fake_call_new (const NorpcInterfaceInfo *info,
                                    guint                     method,
                                    NorpcCall                *call,
                                    GMainContext             *list_context);

const NorpcInterfaceInfo *norpc_fake_call_get_interface_info (NorpcFakeCall         *self);
guint                     norpc_fake_call_get_method         (NorpcFakeCall         *self);
const NorpcFakeValues    *norpc_fake_call_get_args           (NorpcFakeCall         *self);
gboolean                  norpc_fake_call_complete           (NorpcFakeCall         *self,
                                                              const NorpcFakeValues *results,
                                                              const GError          *failure);
NorpcCall                *norpc_fake_call_take               (NorpcFakeCall         *self);
NorpcCall                *norpc_fake_call_dup_call           (NorpcFakeCall         *self);
void                      norpc_fake_call_set_answered_error (NorpcFakeCall         *self,
                                                              GError               **error);
char                     *norpc_fake_call_describe           (NorpcFakeCall         *self);

G_END_DECLS
