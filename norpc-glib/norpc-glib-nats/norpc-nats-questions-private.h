/* norpc-nats-questions-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-liveness-private.h"
#include "norpc-nats-members-private.h"

G_BEGIN_DECLS

/* Shared by norpc-nats-watched.c, which has the calls that wait, norpc-nats-questions.c, which asks the exports for them, and
 * norpc-nats-liveness.c, which has the rounds. All of it is used in the thread of the link.
 */

struct _NorpcNatsLiveness
{
  NorpcNatsLink  *link;      /* (owned), since construction */
  NorpcNatsInbox *inbox;     /* (unowned), since construction: of the link */
  char           *prefix;    /* (owned), since construction */
  GQueue          watched;   /* of unowned NorpcNatsWatched, the oldest first */
  GHashTable     *by_reply;  /* (owned): of subjects and unowned NorpcNatsWatched */
  GQueue          questions; /* of owned Question, see norpc-nats-questions.c */
  guint64         n_unclaimed; /* bytes of the calls that no export has claimed */
  guint64         n_received;  /* bytes of all replies */
  guint64         max_payload; /* bytes of a message, as far as is known */
  NorpcNatsMembers *members;   /* (owned) */
  guint           n_rounds;    /* since all exports were asked */
  GSource        *timer;     /* (owned) (nullable): while something is watched */
};

/* The calls */
guint norpc_nats_liveness_get_max_asked  (NorpcNatsLiveness *self,
                                          NorpcNatsWatched  *watched);
void  norpc_nats_liveness_claim          (NorpcNatsLiveness *self,
                                          const char        *reply,
                                          const char        *holder);
void  norpc_nats_liveness_drop_holder    (NorpcNatsLiveness *self,
                                          const char        *holder);
void  norpc_nats_liveness_drop_unclaimed (NorpcNatsLiveness *self,
                                          GVariant          *replies);
void  norpc_nats_liveness_drop_lost      (NorpcNatsLiveness *self);

/* The questions */
void  norpc_nats_questions_ask           (NorpcNatsLiveness *self,
                                          const char        *holder,
                                          GPtrArray         *calls);
void  norpc_nats_questions_ask_all       (NorpcNatsLiveness *self);
void  norpc_nats_questions_settle        (NorpcNatsLiveness *self);
void  norpc_nats_questions_age           (NorpcNatsLiveness *self);
void  norpc_nats_questions_clear         (NorpcNatsLiveness *self);

G_END_DECLS
