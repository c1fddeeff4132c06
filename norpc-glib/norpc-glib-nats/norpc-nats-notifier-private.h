/* norpc-nats-notifier-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-link-private.h"

G_BEGIN_DECLS

/* Makes an object notify of a property, in one context, when a connection is lost or made again. */
typedef struct _NorpcNatsNotifier NorpcNatsNotifier;

NorpcNatsNotifier *norpc_nats_notifier_new    (GObject           *object,
                                               GParamSpec        *pspec,
                                               GMainContext      *context);
void               norpc_nats_notifier_unref  (gpointer           self);
void               norpc_nats_notifier_change (NorpcNatsChange    change,
                                               gpointer           self);

G_END_DECLS
