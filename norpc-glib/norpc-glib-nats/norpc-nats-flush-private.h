/* norpc-nats-flush-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/* Thread-safe. Calls @func in the thread of the link once the server has got all that was sent before, with the calls that
 * wait in the inbox to be sent, or the connection is lost or closed.
 */
void norpc_nats_flush (NorpcNatsInbox       *inbox,
                       guint                 milliseconds,
                       NorpcNatsFlushedFunc  func,
                       gpointer              data);

G_END_DECLS
