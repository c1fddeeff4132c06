/* norpc-nats-announcer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-serving-private.h"

G_BEGIN_DECLS

/* Publishes the signals of an exported interface, and the changes of its properties, in the order of the replies. It is
 * used in the context of the export.
 */
typedef struct _NorpcNatsAnnouncer NorpcNatsAnnouncer;

NorpcNatsAnnouncer *norpc_nats_announcer_new   (NorpcNatsServing         *serving,
                                                const NorpcInterfaceInfo *info);
void                norpc_nats_announcer_free  (gpointer                  self);
void                norpc_nats_announcer_flush (NorpcNatsAnnouncer       *self);

G_END_DECLS
