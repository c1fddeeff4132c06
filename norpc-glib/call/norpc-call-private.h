/* norpc-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "norpc-call-group-private.h"
#include "norpc-call.h"
#include "norpc-completion-hook-private.h"
#include "norpc-metrics-private.h"
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
  NORPC_CALL_ATTEMPTED,  /* a service has, or has had, a call in its stead */
  NORPC_CALL_HANDLED,    /* its handler runs */
  NORPC_CALL_KEPT        /* the service has it and has not answered */
} NorpcCallStage;

/* The state of the place that a call has in the queue of a channel. */
typedef enum
{
  NORPC_SLOT_NONE,
  NORPC_SLOT_QUEUED,  /* taken by the call */
  NORPC_SLOT_FREEING, /* the call has ended: whoever ended it is using the channel */
  NORPC_SLOT_FREED,   /* free, though the call is still in the queue */
  NORPC_SLOT_TAKEN    /* the worker has taken the call */
} NorpcQueueSlot;

/* Which half of a call releases the arguments, if no handler has begun with it, and it has
 * been in no queue: the client's, as long as that is there.
 */
typedef enum
{
  NORPC_CALL_ARGS_HERE,
  NORPC_CALL_ARGS_LEFT,  /* the service's half has gone, and left them to the client's */
  NORPC_CALL_ARGS_ALONE  /* the client's half has gone */
} NorpcCallArgs;

/*
 * What a call needs of the wings above, each of which embeds one of the structs below in an
 * object of its own. Their functions are called with no lock held, if they do not say
 * otherwise.
 */

/* Where the answer goes: to a reply queue, to a thread that blocks, or to a layer. */
typedef struct
{
  void (*deliver) (NorpcCall *call); /* any thread: takes over the client's half */
} NorpcCallSink;

/* The worker that has to know when a call that is open is answered. */
typedef struct _NorpcCallOwner NorpcCallOwner;

typedef struct
{
  void (*answered) (NorpcCallOwner *self, /* any thread: takes over a reference to @self */
                    NorpcCall      *call);
  NorpcCallOwner *(*ref) (NorpcCallOwner *self);
  void (*unref)    (NorpcCallOwner *self);
} NorpcCallOwnerFuncs;

struct _NorpcCallOwner
{
  const NorpcCallOwnerFuncs *funcs;
};

/* The queue of a channel, and the context of the service behind it. */
typedef struct _NorpcCallQueue NorpcCallQueue;

typedef struct
{
  void     (*leave) (NorpcCallQueue *self, /* the thread that ends @call, which is in the queue */
                     NorpcCall      *call);
  void     (*close) (NorpcCallQueue *self); /* any thread: one open call less; takes over a reference
                                               to @self */
  gboolean (*run_in_service) (NorpcCallQueue *self, /* any thread: FALSE if there is no service */
                              void          (*func) (gpointer data),
                              gpointer        data);
  NorpcCallQueue *(*ref) (NorpcCallQueue *self);
  void     (*unref) (NorpcCallQueue *self);
} NorpcCallQueueFuncs;

struct _NorpcCallQueue
{
  const NorpcCallQueueFuncs *funcs;
};

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
  gatomicrefcount memory_refs; /* one for each half, and norpc_call_ref_memory () */

  int state;    /* atomic: NorpcCallState */
  int replied;  /* atomic: it was the service that answered */
  int late;     /* atomic: the service answered when the call had ended */
  int cancelled; /* atomic: the client no longer wants an answer */
  int waiting;  /* atomic: see norpc-sync-wait.c */
  int n_blockers; /* atomic: how many keep the answer from the client: whoever answers, and the
                     caller as long as it prepares the call */
  int stage;    /* atomic: NorpcCallStage */
  int slot;     /* atomic: NorpcQueueSlot; see norpc-channel-places.c */

  guint   method;
  guint16 n_args;
  guint16 n_results;

  /* Written before the call is sent. A million calls may be in flight. */
  NorpcPriority   priority     : 8;
  guint           has_priority : 1; /* it was set for this call, or its proxy */
  guint           has_timeout  : 1; /* it was set for this call */
  guint           has_timer    : 1; /* its reply queue has it among its deadlines */
  guint           one_way      : 1; /* its client has no way to learn how it ends */

  guint8 timed_out;     /* with cancelled: because its time was up */
  guint8 is_checked;    /* the arguments are as described; of the thread that has the call */
  guint8 must_not_wait; /* an endpoint that cannot take the call at once rejects it; of the thread
                           that has the call */
  guint8 lends_moved;   /* the handler gets what moves for the time of the call; of the service's
                           context */
  int    args;          /* atomic: NorpcCallArgs */

  /* What the service looks at in each call stands together, up to the deadline: the
   * fewer lines its processor fetches from the other one's cache, the sooner it
   * answers.
   */
  const NorpcInterfaceInfo *interface_info;
  NorpcCompletionHook *reply_hooks; /* (unowned) (nullable), atomic: see norpc-reply-hook-private.h */
  NorpcCompletionHook *completion_hooks;  /* (unowned) (nullable), atomic: who wants to know of its end */
  GCancellable   *service_cancellable; /* (owned) (nullable), atomic: made when asked for */
  NorpcCallOwner *owner;    /* (owned) (nullable), atomic: set once, in the context of the
                               service, when the handler has returned without an answer;
                               read by any thread that answers */
  NorpcCallQueue *open_at;  /* (owned) (nullable), atomic: where it counts as open, until the
                               service is done with it */
  gint64          deadline; /* monotonic time, or 0: a layer may make it sooner, before it passes
                               the call on; see norpc_call_limit_deadline () */

  /* Written by the one thread that answers, before it passes the call on to
   * the waiter; read by the waiter.
   */
  GError *error; /* (owned) (nullable) */

  NorpcCallQueue *queue; /* (unowned) (nullable): in which it is; written with the lock of the
                            channel, before its slot */

  NorpcCallQueue *released_at; /* (owned) (nullable): of the worker behind whose layers it is; written
                                before these see it */

  NorpcReplyQueue *reply_queue; /* (nullable): alive as long as its context, which has an open call; only
                          compared where the call is one in the stead of another */
  NorpcCall  *next;  /* the reply queue that the answered call is in */

  NorpcCallGroup *children; /* (owned) (nullable), atomic: what is called on its behalf */

  /* With the worker, when the handler has returned without an answer; they belong to
   * the lock of its pending.
   */
  NorpcCall *open_previous;
  NorpcCall *open_next;

  NorpcCall *attempt; /* (unowned) (nullable) [lock of norpc-call-stage.c]: that is handled in the
                         stead of this call, and has not ended */
  NorpcCall *outer;   /* (nullable), held by norpc_call_ref_memory (): the call that this is an attempt at */

  /* For norpc-deadlock.c. */
  GThread       *waiting_thread; /* (unowned) (nullable): the one that made a synchronous call */
  gconstpointer  executor;       /* (unowned) (nullable), atomic: what is going to run the handler,
                                    as soon as that is certain; see norpc_endpoint_get_executor () */

  /* What only the client has to do with comes last: the service does not fetch
   * it from the other processor.
   */
  const NorpcCallSink *sink; /* (nullable): nobody waits for the answer */
  NorpcReplyFunc  reply_func;
  gpointer        reply_data;
  gint64          sent_time; /* of the loop's iteration that made the task, or 0 */
  GCancellable   *cancellable; /* (owned) (nullable): the client's */
  gulong          cancelled_id;
  guint           timeout;     /* milliseconds, or 0: of this call, or of all of its proxy */
  guint           timer_place; /* the lock of the reply queue's deadlines */
  NorpcGroupLink  parent_link;     /* among the calls on behalf of the same call */
  NorpcGroupLink  proxy_link;      /* among the calls of the same proxy */
  NorpcCall      *sent_previous;   /* (unowned) (nullable): of the calls that a thread of ours
                                      has in flight, which alone uses them */
  NorpcCall      *sent_next;

  NorpcCallMetrics *metrics; /* (owned) (nullable): if it is observed; written before the call is in a
                          queue */

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

/* Any thread. */
static inline NorpcCallStage
norpc_call_get_stage (NorpcCall *self)
{
  return (NorpcCallStage) g_atomic_int_get (&self->stage);
}

/* The thread that knows, while it has the call: the first to know it stands, for the
 * calls that this is an attempt at as well.
 */
static inline void
norpc_call_set_executor (NorpcCall     *self,
                         gconstpointer  executor)
{
  for (; self != NULL; self = self->outer)
    g_atomic_pointer_compare_and_exchange (&self->executor, NULL, (gpointer) executor);
}

static inline const NorpcMethodInfo *
norpc_call_get_method_info (NorpcCall *self)
{
  return self->interface_info->methods[self->method];
}

static inline const char *
norpc_call_get_interface_name (NorpcCall *self)
{
  return self->interface_info->dbus.name;
}

/* The same as norpc_call_get_method_name (), for this side of the interface. */
static inline const char *
norpc_call_peek_method_name (NorpcCall *self)
{
  return norpc_call_get_method_info (self)->dbus.name;
}

/* The thread that has made the call: whether it may be sent. */
static inline gboolean
norpc_call_is_new (NorpcCall *self)
{
  return self->sink == NULL && g_atomic_int_get (&self->state) == NORPC_CALL_OPEN &&
         g_atomic_int_get (&self->slot) == NORPC_SLOT_NONE;
}

/* Thread-safe: keeps the block of memory, and nothing else. */
static inline void
norpc_call_ref_memory (NorpcCall *self)
{
  g_atomic_ref_count_inc (&self->memory_refs);
}

void norpc_call_unref_memory (NorpcCall *self);

void norpc_call_clear_args     (NorpcCall *self);
void norpc_call_limit_deadline (NorpcCall *self,
                                gint64     deadline);

/* Progress on the side of the service */
gboolean    norpc_call_begin_handling    (NorpcCall *self);
gboolean    norpc_call_supersede         (NorpcCall *self);
gboolean    norpc_call_is_superseded     (NorpcCall *self);
void        norpc_call_end_attempt       (NorpcCall *self);
gboolean    norpc_call_is_stuck          (NorpcCall *self);
const char *norpc_call_describe_progress (NorpcCall *self);

/* Checking and copying */
gboolean   norpc_call_has_valid_args     (NorpcCall    *self);
gboolean   norpc_call_check_args_of_some (NorpcCall    *self);
GError    *norpc_call_check_results      (NorpcCall    *self,
                                          const GValue *values);
gboolean   norpc_call_can_be_copied      (NorpcCall    *self);
NorpcCall *norpc_call_copy               (NorpcCall    *self);
NorpcCall *norpc_call_move               (NorpcCall    *self);

/* The thread that has the call (owned), before it sends it on: FALSE if an argument is not
 * as described. Then the call has ended with an error that says so, and is dropped.
 */
static inline gboolean
norpc_call_check_args (NorpcCall *self)
{
  return self->n_args == 0 || self->is_checked || norpc_call_check_args_of_some (self);
}

/* Completion */
gboolean norpc_call_claim            (NorpcCall *self);
void     norpc_call_deliver          (NorpcCall *self);
void     norpc_call_unblock_answer   (NorpcCall *self);
GError  *norpc_call_superseded_error (NorpcCall *self);
void     norpc_call_note_failure     (NorpcCall *self);

/* Open calls */
gboolean norpc_call_may_be_answered_later (NorpcCall *self);
void     norpc_call_close                 (NorpcCall *self);
void     norpc_call_close_if_answered     (NorpcCall *self);
void     norpc_call_transfer_open         (NorpcCall *outer,
                                           NorpcCall *inner);

/* Cancellation */
GError  *norpc_call_copy_reason    (NorpcCall      *self);
gboolean norpc_call_time_out       (NorpcCall      *self);
gboolean norpc_call_cancel         (NorpcCall      *self,
                                    GError         *error);
void     norpc_call_group_cancel   (NorpcCallGroup *self,
                                    const GError   *error);
void     norpc_call_cancel_service (NorpcCall      *self);
void     norpc_call_reject         (NorpcCall      *self,
                                    NorpcError      code,
                                    const char     *reason);
void     norpc_call_reject_owned   (NorpcCall      *self,
                                    NorpcError      code,
                                    const char     *reason);
void     norpc_call_fail           (NorpcCall      *self,
                                    GError         *error);

G_END_DECLS
