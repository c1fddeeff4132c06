/* norpc-nats-events-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-link-private.h"

G_BEGIN_DECLS

/*
 * One interface of the services with a prefix: what they publish of its signals and properties goes on to the proxies.
 *
 * Unless noted otherwise, the functions are called in the thread of the link.
 */
typedef struct _NorpcNatsEvents NorpcNatsEvents;

typedef struct
{
  gboolean (*arrived) (gpointer data); /* a service has published a message. Returns FALSE if that is to be
                                        ignored, because the connection has been lost since */
  void     (*lost)    (gpointer data); /* messages were lost */
} NorpcNatsEventsFuncs;

/* Thread-safe. @funcs are called in the thread of the link, until the events are stopped. */
NorpcNatsEvents      *norpc_nats_events_new        (NorpcNatsLink            *link,
                                                    const char               *prefix,
                                                    const NorpcInterfaceInfo *info,
                                                    const NorpcNatsEventsFuncs *funcs,
                                                    gpointer                  data);
NorpcNatsEvents      *norpc_nats_events_ref        (NorpcNatsEvents          *self);
void                  norpc_nats_events_unref      (gpointer                  self);
NorpcRemoteInterface *norpc_nats_events_get_remote (NorpcNatsEvents          *self);

void                  norpc_nats_events_start      (NorpcNatsEvents          *self);
void                  norpc_nats_events_stop       (NorpcNatsEvents          *self);
gboolean              norpc_nats_events_check_dropped (NorpcNatsEvents       *self);
void                  norpc_nats_events_connected  (NorpcNatsEvents          *self);
void                  norpc_nats_events_lose_signals (NorpcNatsEvents        *self);
void                  norpc_nats_events_take_answer (NorpcNatsEvents         *self,
                                                     const char              *service,
                                                     natsMsg                 *answer);

G_END_DECLS
