/* norpc-nats-discovery-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-serving-private.h"

G_BEGIN_DECLS

/*
 * Answers the questions of NATS's service discovery for an export: which services there are (PING), what they have
 * (INFO), and what they have done (STATS). It lasts until its subscriptions have ended.
 */
typedef struct _NorpcNatsDiscovery NorpcNatsDiscovery;

NorpcNatsDiscovery *norpc_nats_discovery_new       (NorpcNatsServing    *serving,
                                                    const char          *name,
                                                    const char          *version,
                                                    const char          *description,
                                                    const char          *queue_group);
void                norpc_nats_discovery_unref     (gpointer             self);
void                norpc_nats_discovery_add       (NorpcNatsDiscovery  *self,
                                                    NorpcNatsServed     *served);
gboolean            norpc_nats_discovery_subscribe (NorpcNatsDiscovery  *self,
                                                    GPtrArray           *subscriptions,
                                                    GError             **error);

gboolean            norpc_nats_check_service_name  (const char          *name,
                                                    GError             **error);
gboolean            norpc_nats_check_version       (const char          *version,
                                                    GError             **error);

G_END_DECLS
