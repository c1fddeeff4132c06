/* norpc-nats-error-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-message-private.h"

G_BEGIN_DECLS

/* Errors in the headers of a reply, as the convention for micro-services of NATS has them, and with their domain
 * and code. The text is also the data of the message, because a header has no line breaks.
 */

natsMsg *norpc_nats_error_new_message   (const char               *subject,
                                         const NorpcInterfaceInfo *info,
                                         const GError             *error);
natsMsg *norpc_nats_error_new_rejection (const char               *subject,
                                         const NorpcInterfaceInfo *info,
                                         const GError             *error);
gboolean norpc_nats_error_is_in         (natsMsg                  *message);
gboolean norpc_nats_error_is_rejection  (natsMsg                  *message);
GError  *norpc_nats_error_from          (natsMsg                  *message,
                                         const NorpcInterfaceInfo *info);

G_END_DECLS
