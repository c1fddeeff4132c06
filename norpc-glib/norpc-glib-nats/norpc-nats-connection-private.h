/* norpc-nats-connection-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-connection.h"
#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/* Returns options (owned) for the servers, or those of the library if @urls is NULL. Returns NULL if @error is set. */
natsOptions    *norpc_nats_connection_new_options (const char  *urls,
                                                   GError     **error);

/* Thread-safe. Both last as long as the connection. */
NorpcNatsLink  *norpc_nats_connection_get_link  (NorpcNatsConnection *self);
NorpcNatsInbox *norpc_nats_connection_get_inbox (NorpcNatsConnection *self);

G_END_DECLS
