/* norpc-sender.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/call/norpc-call.h>

G_BEGIN_DECLS

#define NORPC_TYPE_SENDER (norpc_sender_get_type ())

typedef struct _NorpcSender NorpcSender;

NORPC_AVAILABLE_IN_ALL
GType            norpc_sender_get_type        (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcSender     *norpc_sender_ref             (NorpcSender *self);
NORPC_AVAILABLE_IN_ALL
void             norpc_sender_unref           (NorpcSender *self);
NORPC_AVAILABLE_IN_ALL
GDBusConnection *norpc_sender_get_connection  (NorpcSender *self);
NORPC_AVAILABLE_IN_ALL
const char      *norpc_sender_get_name        (NorpcSender *self);
NORPC_AVAILABLE_IN_ALL
GCredentials    *norpc_sender_get_credentials (NorpcSender *self);

NORPC_AVAILABLE_IN_ALL
NorpcSender     *norpc_call_get_sender        (NorpcCall   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcSender, norpc_sender_unref)

G_END_DECLS
