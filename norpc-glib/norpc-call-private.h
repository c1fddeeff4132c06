/* norpc-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-call-group-private.h"
#include "norpc-call-watch-private.h"
#include "norpc-call.h"
#include "norpc-error.h"
#include "norpc-inbox-private.h"
#include "norpc-interface-info-private.h"
#include "norpc-observe-private.h"
#include "norpc-reply.h"

G_BEGIN_DECLS

/* How far the answer to a call is: it only ever moves down this list. */
typedef enum
{
  NORPC_CALL_OPEN,      /* nobody has answered */
  NORPC_CALL_ANSWERING, /* one thread has won the right to answer, and writes */
  NORPC_CALL_WRITTEN,   /* the answer goes as soon as the handler has returned */
  NORPC_CALL_ANSWERED   /* the answer is on its way to the client */
} NorpcCallState;

/* Where a call is on the service's side. */
typedef enum
{
  NORPC_CALL_WAITING,    /* on its way, or in a queue */
  NORPC_CALL_SUPERSEDED, /* never to be handled: a newer one takes its place */
  NORPC_CALL_HANDLED,    /* its handler runs */
  NORPC_CALL_KEPT        /* the service has it and has not answered */
} NorpcCallStage;

/* Who waits for the answer of a call. */
typedef enum
{
  NORPC_CALL_WAITER_NONE, /* nobody: the answer is dropped */
  NORPC_CALL_WAITER_INBOX,
  NORPC_CALL_WAITER_SYNC
} NorpcCallWaiter;

/*
 * One call: a single block for both of its halves.
 *
 * A `NorpcCall *` is the service's half. Who holds one owes the answer: when
 * the last is dropped, an open call is answered NORPC_ERROR_NO_REPLY and the
 * arguments are released. A `NorpcReply *` points to the same block and is
 * the client's half: with the last of them the results are released. The
 * block itself goes when both halves have gone.
 *
 * Unless a field says otherwise it is written by the client before the call
 * is sent, and only read after that.
 */
struct _NorpcCall
{
  gatomicrefcount call_refs;
  gatomicrefcount reply_refs;
  gatomicrefcount memory_refs; /* one for each half, and norpc_call_hold () */

  int state;    /* atomic: NorpcCallState */
  int replied;  /* atomic: it was the service that answered */
  int given_up; /* atomic: the client no longer wants an answer */
  int waiting;  /* atomic: see norpc-sync-wait.c */
  int parties;  /* atomic: how many keep the answer from the waiter: who answers, and the
                   caller as long as it prepares the call */
  int stage;    /* atomic: NorpcCallStage */

  guint   method;
  guint16 n_args;
  guint16 n_results;

  /* Written before the call is sent. A million calls may be in flight. */
  NorpcCallWaiter waiter       : 8;
  NorpcPriority   priority     : 8;
  guint           has_priority : 1; /* it was set for this call, or its proxy */
  guint           has_timeout  : 1; /* it was set for this call */
  guint           has_timer    : 1; /* its inbox has it among its deadlines */

  guint8 timed_out; /* with given_up: because its time was up */
  guint8 is_checked; /* the arguments are as described; the thread that has the call */

  /* What the service looks at in each call stands together, up to the deadline: the
   * fewer lines its processor fetches from the other one's cache, the sooner it
   * answers.
   */
  const NorpcInterfaceInfo *interface_info;
  NorpcCallWatch *watches;  /* (unowned) (nullable), atomic: who wants to know of its end */
  NorpcCall      *superseded; /* (nullable), held: ended in favour of this one */
  GCancellable   *service_cancellable; /* (owned) (nullable), atomic: made when asked for */
  NorpcHost      *host;     /* (owned) (nullable), atomic: set once, in the context of the
                               service, when the handler has returned without an answer;
                               read by any thread that answers */
  gint64          deadline; /* monotonic time, or 0: a layer may make it sooner, before it passes
                               the call on; see norpc_call_limit_deadline () */

  /* Written by the one thread that answers, before it passes the call on to
   * the waiter; read by the waiter.
   */
  GError *error; /* (owned) (nullable) */

  NorpcInbox *inbox; /* (nullable): alive as long as its context, which has an open call; only
                          compared where the call is one in the stead of another */
  NorpcCall  *next;  /* the inbox that the answered call is in */

  NorpcCallGroup *children; /* (owned) (nullable), atomic: what is called on its behalf */

  /* With the host, when the handler has returned without an answer; they belong to
   * the lock of its backlog.
   */
  NorpcCall *open_previous;
  NorpcCall *open_next;

  /* For who waits for each other in synchronous calls. */
  GThread *waiting_thread; /* (unowned) (nullable) */
  GThread *serving_thread; /* (unowned) (nullable), atomic, written once, by who brings it to a
                              channel */
  NorpcCall *substitute;   /* (nullable), held: that a layer sent last in its stead; the lock of
                              norpc-deadlock.c */

  /* What only the client has to do with comes last: the service does not fetch
   * it from the other processor.
   */
  NorpcReplyFunc  reply_func;
  gpointer        reply_data;
  gint64          sent_time; /* of the loop's iteration that made the task, or 0 */
  GCancellable   *cancellable; /* (owned) (nullable): the client's */
  gulong          cancelled_id;
  guint           timeout;     /* milliseconds, or 0: of this call, or of all of its proxy */
  guint           timer_place; /* the lock of the inbox's deadlines */
  NorpcGroupLink  parent_link;     /* among the calls on behalf of the same call */
  NorpcGroupLink  proxy_link;      /* among the calls of the same proxy; until it is sent, only
                                      the group is set, and unowned */
  NorpcCall      *sent_previous;   /* (unowned) (nullable): of the calls that a thread of ours
                                      has in flight, which alone uses them */
  NorpcCall      *sent_next;
  NorpcPermit    *permit;          /* (owned) (nullable): of a probe */

  NorpcTicket ticket; /* written before the call is in a queue; for who observes it */

  GValue values[]; /* (owned): n_args arguments, then n_results results */
};

static inline NorpcReply *
norpc_call_get_reply (NorpcCall *self)
{
  return (NorpcReply *) self;
}

static inline NorpcCall *
norpc_reply_get_call (NorpcReply *self)
{
  return (NorpcCall *) self;
}

const NorpcMethodInfo *norpc_call_get_method_info (NorpcCall *self);
const char            *norpc_call_get_interface_name (NorpcCall *self);

gpointer norpc_value_steal_pointer (GValue *value);

void norpc_call_clear_args (NorpcCall *self);
void norpc_call_limit_deadline (NorpcCall *self,
                                gint64     deadline);

/* The block alone, without a word in the call. */
void norpc_call_hold    (NorpcCall *self);
void norpc_call_release (NorpcCall *self);

/* Atomic: how many calls were given up so far; it wraps. */
extern int norpc_n_given_up;

/* Checking and copying */
gboolean   norpc_call_has_valid_args     (NorpcCall    *self);
gboolean   norpc_call_check_args_of_some (NorpcCall    *self);
GError    *norpc_call_check_results      (NorpcCall    *self,
                                          const GValue *values);
gboolean   norpc_call_can_be_copied      (NorpcCall    *self);
NorpcCall *norpc_call_copy               (NorpcCall    *self);
NorpcCall *norpc_call_move               (NorpcCall    *self);

/* The thread that has the call, before it sends it on: FALSE if an argument is not as
 * described. Then the call has ended with an error that says so.
 */
static inline gboolean
norpc_call_check_args (NorpcCall *self)
{
  return self->n_args == 0 || self->is_checked || norpc_call_check_args_of_some (self);
}

/* Answering */
gboolean norpc_call_claim        (NorpcCall  *self);
void     norpc_call_deliver      (NorpcCall  *self);
void     norpc_call_note_iteration (NorpcCall *self);
void     norpc_call_begin_send    (NorpcCall  *self);
void     norpc_call_end_send      (NorpcCall  *self);
GError  *norpc_call_copy_reason    (NorpcCall  *self);
GError  *norpc_call_superseded_error (NorpcCall *self);
gboolean norpc_call_time_out       (NorpcCall  *self);
void     norpc_call_come_back      (NorpcCall  *self);
gboolean norpc_call_give_up      (NorpcCall  *self,
                                  GError     *error);
void     norpc_call_refuse       (NorpcCall  *self,
                                  NorpcError  code,
                                  const char *reason);
void     norpc_call_answer_last  (NorpcCall  *self);
void     norpc_call_cancel_service (NorpcCall *self);

G_END_DECLS
