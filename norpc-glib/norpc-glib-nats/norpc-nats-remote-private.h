/* norpc-nats-remote-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/* The services with a prefix, as the proxies of an endpoint follow them. Nothing is subscribed while there are no
 * proxies.
 */
typedef struct _NorpcNatsRemote NorpcNatsRemote;

/* Thread-safe. */
NorpcNatsRemote *norpc_nats_remote_new         (NorpcNatsLink    *link,
                                                NorpcNatsInbox   *inbox,
                                                const char       *prefix);
void             norpc_nats_remote_end         (NorpcNatsRemote  *self);
void             norpc_nats_remote_subscribe   (NorpcNatsRemote  *self,
                                                NorpcSubscriber  *subscriber);
void             norpc_nats_remote_unsubscribe (NorpcNatsRemote  *self,
                                                NorpcSubscriber  *subscriber);
gboolean         norpc_nats_remote_is_absent   (NorpcNatsRemote  *self);

/* Called in the thread of the link. */
void             norpc_nats_remote_answer_get_all (NorpcNatsRemote *self,
                                                   NorpcCall       *call,
                                                   GVariant        *values);

G_END_DECLS
