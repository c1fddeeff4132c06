/* norpc-nats-serving-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-connection-private.h"
#include "norpc-nats-queue-private.h"

G_BEGIN_DECLS

/* An export, as its requests see it. It lasts until the last of them has been answered. */
typedef struct
{
  gatomicrefcount      ref_count;
  NorpcNatsConnection *connection; /* (owned), since construction */
  NorpcNatsLink       *link;       /* (unowned), since construction: of the connection */
  char                *prefix;     /* (owned), since construction */
  NorpcEndpoint       *endpoint;   /* (owned), since construction */
  GMainContext        *context;    /* (owned), since construction */
  guint                capacity;   /* since construction */

  GMutex               lock;
  NorpcNatsQueue      *queue;      /* (owned) (nullable) [lock]: until the export ends */
  GHashTable          *requests;   /* (owned) [lock]: those with a reply, by its subject, unowned */
  guint                n_requests; /* [lock]: that are not answered */
} NorpcNatsServing;

NorpcNatsServing *norpc_nats_serving_new   (NorpcNatsConnection *connection,
                                            const char          *prefix,
                                            NorpcEndpoint       *endpoint,
                                            guint                capacity);
NorpcNatsServing *norpc_nats_serving_ref   (NorpcNatsServing    *self);
void              norpc_nats_serving_unref (gpointer             self);

/* An interface of an export, for its subscription. */
typedef struct
{
  NorpcNatsServing         *serving; /* (owned) */
  const NorpcInterfaceInfo *info;
} NorpcNatsServed;

NorpcNatsServed  *norpc_nats_served_new    (NorpcNatsServing         *serving,
                                            const NorpcInterfaceInfo *info);
void              norpc_nats_served_free   (gpointer                  self);

G_END_DECLS
