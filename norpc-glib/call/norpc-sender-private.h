/* norpc-sender-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-sender.h"

G_BEGIN_DECLS

NorpcSender *norpc_sender_new       (GDBusConnection *connection,
                                     const char      *name,
                                     GCredentials    *credentials);
void         norpc_call_set_sender  (NorpcCall       *self,
                                     NorpcSender     *sender,
                                     GObject         *message);
void         norpc_call_drop_sender (NorpcCall       *self);

G_END_DECLS
