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
  char                *id;         /* (owned), since construction: no other export has it */

  GMutex               lock;
  NorpcNatsQueue      *queue;      /* (owned) (nullable) [lock]: until the export ends */
  GHashTable          *requests;   /* (owned) [lock]: those with a reply, by its subject, unowned */
  guint                n_requests; /* [lock]: that are not answered */
  guint                n_served;   /* [lock]: interfaces whose subscriptions or requests have not ended */
  GTask               *drain;      /* (owned) (nullable) [lock]: returns once there are none */
  GPtrArray           *controls;   /* (owned) (nullable) [lock]: of owned NorpcNatsSubscription, to messages about
                                      calls, while there are any */

  GPtrArray           *announcers;    /* (owned) (nullable): of owned NorpcNatsAnnouncer, accessed in the context of the export */
  int                  n_events;      /* atomic: signals and changes on their way to the thread of the link */
  int                  n_event_bytes; /* atomic: of those */
  int                  n_answers;     /* atomic: answers to questions, and rejections, on their way to that thread */
  int                  n_answer_bytes; /* atomic: of those */
  int                  is_hinting;    /* atomic: a hint is on its way */
  GHashTable          *sequences;     /* (owned), accessed in the thread of the link: the last numbers of messages about
                                         signals, as norpc-nats-sequences.c has them */
} NorpcNatsServing;

NorpcNatsServing *norpc_nats_serving_new   (NorpcNatsConnection *connection,
                                            const char          *prefix,
                                            NorpcEndpoint       *endpoint,
                                            guint                capacity);
NorpcNatsServing *norpc_nats_serving_ref   (NorpcNatsServing    *self);
void              norpc_nats_serving_unref (gpointer             self);
gboolean          norpc_nats_serving_drain (NorpcNatsServing    *self,
                                            GTask               *task);
void              norpc_nats_serving_begin (NorpcNatsServing    *self);
void              norpc_nats_serving_end_announcers (NorpcNatsServing *self);
void              norpc_nats_serving_answer (NorpcNatsServing   *self,
                                             natsMsg            *message);
void              norpc_nats_serving_hint  (NorpcNatsServing    *self);
void              norpc_nats_serving_answer_question (NorpcNatsServing *self,
                                                      natsMsg          *message);
void              norpc_nats_serving_hint_lost (NorpcNatsServing *self,
                                                const NorpcInterfaceInfo *info,
                                                gint64            number);

/* The statistics of a method. */
typedef struct
{
  guint64 n_requests;
  guint64 n_errors;
  gint64  time;       /* microseconds from their messages to their replies */
  char   *last_error; /* (owned) (nullable) */
} NorpcNatsMethodStats;

/* An interface of an export. Its subscription and its requests have references. */
typedef struct
{
  gatomicrefcount           ref_count;
  NorpcNatsServing         *serving; /* (owned), since construction */
  const NorpcInterfaceInfo *info;    /* since construction */
  NorpcNatsMethodStats     *stats;   /* (owned) [lock of the serving]: of each method */
} NorpcNatsServed;

NorpcNatsServed *norpc_nats_served_new   (NorpcNatsServing         *serving,
                                          const NorpcInterfaceInfo *info);
NorpcNatsServed *norpc_nats_served_ref   (NorpcNatsServed          *self);
void             norpc_nats_served_unref (gpointer                  self);
void             norpc_nats_served_count (NorpcNatsServed          *self,
                                          guint                     method,
                                          gint64                    time,
                                          const GError             *error);

G_END_DECLS
