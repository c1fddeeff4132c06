/* norpc-nats-attempt-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/* Runs in a thread that may block for ever. Returns a link (owned) and sets the inbox, or returns NULL if @error is
 * set.
 */
typedef NorpcNatsLink *(*NorpcNatsConnectFunc) (const char      *urls,
                                                NorpcNatsInbox **inbox,
                                                GError         **error);

/* An attempt to connect, which the library may not end: it waits for the handshake of TLS for as long as the server is
 * silent, and in version 3.4 also for the answer to the login. Then a thread and a socket stay behind.
 *
 * Thread-safe. Blocks, but not for ever. Calls @func, and returns its result (owned), or NULL if @error is set.
 */
NorpcNatsLink *norpc_nats_attempt_run (const char            *urls,
                                       NorpcNatsConnectFunc   func,
                                       GCancellable          *cancellable,
                                       NorpcNatsInbox       **inbox,
                                       GError               **error);

G_END_DECLS
