/* norpc-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-ref-count-private.h"
#include "norpc-call-group-private.h"
#include "norpc-call.h"
#include "norpc-completion-hook-private.h"
#include "norpc-metrics-private.h"
#include "norpc-reply.h"

G_BEGIN_DECLS

/* The progress of the answer to a call. It only ever moves down this list. */
typedef enum
{
  NORPC_CALL_OPEN,      /* not answered */
  NORPC_CALL_ANSWERING, /* one thread has claimed the call and writes the answer */
  NORPC_CALL_WRITTEN,   /* the answer is delivered when the handler has returned */
  NORPC_CALL_ANSWERED   /* the answer is on its way to the client */
} NorpcCallState;

/* The progress of a call on the service's side. */
typedef enum
{
  NORPC_CALL_WAITING,    /* being sent, or in a queue */
  NORPC_CALL_SUPERSEDED, /* superseded by a newer call: never handled */
  NORPC_CALL_ATTEMPTED,  /* a service handles, or has handled, an attempt at it */
  NORPC_CALL_HANDLED,    /* its handler is running */
  NORPC_CALL_KEPT,       /* its handler has returned without an answer */
  NORPC_CALL_SENT,       /* it has left the process; nothing here uses its arguments */
  NORPC_CALL_REJECTED    /* the same, but no handler has begun with it */
} NorpcCallStage;

/* The state of a call's slot in the queue of a channel. */
typedef enum
{
  NORPC_SLOT_NONE,
  NORPC_SLOT_QUEUED,  /* taken by the call */
  NORPC_SLOT_FREEING, /* the call has completed, and the thread that completes it is using the
                         channel */
  NORPC_SLOT_FREED,   /* free, although the call is still in the queue */
  NORPC_SLOT_TAKEN    /* the worker has dequeued the call */
} NorpcQueueSlot;

/* Which half of a call releases the arguments if no handler has started and the call has never
 * been in a queue: the client's half, as long as it exists.
 */
typedef enum
{
  NORPC_CALL_ARGS_HERE,
  NORPC_CALL_ARGS_LEFT,  /* the service's half has been released, and has left them to the
                            client's */
  NORPC_CALL_ARGS_ALONE  /* the client's half has been released */
} NorpcCallArgs;

/*
 * Interfaces that the wings above implement for a call. An implementation embeds the struct in
 * an object of its own. The functions are called with no lock held, unless noted otherwise.
 */

/* The reply queue of a context delivers replies and, in the same order, events: emissions of
 * signals by services.
 */
typedef struct _NorpcReplyLink NorpcReplyLink;

/* The functions of an event, or of a batch of events. */
typedef struct
{
  NorpcReplyLink *(*unpack) (NorpcReplyLink *self); /* in the client's context: takes ownership of
                                                       a batch, and returns its events, followed by
                                                       the next link of the queue; NULL in an
                                                       event */
  void (*run)     (NorpcReplyLink *self); /* in the client's context: takes ownership of an event;
                                             NULL in a batch */
  void (*discard) (NorpcReplyLink *self); /* thread-safe: takes ownership of @self, because the
                                             context has been freed */
} NorpcEventFuncs;

/* The destination of the answer: a reply queue, a thread that blocks, or a layer. */
typedef struct
{
  void (*deliver) (NorpcCall *call); /* thread-safe: takes ownership of the client's half */
  const NorpcEventFuncs *event;      /* (nullable): NULL in a call */
} NorpcCallSink;

struct _NorpcReplyLink
{
  NorpcReplyLink      *next;
  const NorpcCallSink *sink; /* (nullable): NULL in a call for which nothing waits */
};

/* The worker that is notified when an open call is answered. */
typedef struct _NorpcCallOwner NorpcCallOwner;

typedef struct
{
  void (*answered) (NorpcCallOwner *self, /* thread-safe: takes ownership of a reference to
                                             @self */
                    NorpcCall      *call);
  NorpcCallOwner *(*ref) (NorpcCallOwner *self);
  void (*unref)    (NorpcCallOwner *self);
} NorpcCallOwnerFuncs;

struct _NorpcCallOwner
{
  const NorpcCallOwnerFuncs *funcs;
};

/* Takes the list models of a service to its clients. Those of replies become mirrors. */
typedef struct
{
  void (*send)    (NorpcCall       *call);        /* in the thread that answers, before the answer is
                                                     delivered: may set the error */
  void (*receive) (NorpcCall       *call,         /* thread-safe, once the results have lists */
                   NorpcReplyQueue *reply_queue); /* (nullable): of the client's context; NULL for
                                                     the thread-default one */
} NorpcCallListFuncs;

extern const NorpcCallListFuncs *norpc_call_list_funcs; /* (nullable), atomic: NULL until there is a
                                                           service */

/* The queue of a channel, and the context of the service behind it. */
typedef struct _NorpcCallQueue NorpcCallQueue;

typedef struct
{
  void     (*leave) (NorpcCallQueue *self, /* in the thread that completes @call, which is in
                                              the queue */
                     NorpcCall      *call);
  void     (*close) (NorpcCallQueue *self, /* thread-safe: @call is no longer open; takes
                                              ownership of a reference to @self */
                     NorpcCall      *call);
  gboolean (*run_in_service) (NorpcCallQueue *self, /* thread-safe: FALSE if there is no service */
                              void          (*func) (gpointer data),
                              gpointer        data);
  NorpcCallQueue *(*ref) (NorpcCallQueue *self);
  void     (*unref) (NorpcCallQueue *self);
} NorpcCallQueueFuncs;

struct _NorpcCallQueue
{
  const NorpcCallQueueFuncs *funcs;
};

/* The part of a call to a stream that other calls do not have. */
typedef struct _NorpcCallStream NorpcCallStream;

typedef struct
{
  NorpcCallStream *(*ref) (NorpcCallStream *self);
  void             (*unref) (NorpcCallStream *self);
} NorpcCallStreamFuncs;

struct _NorpcCallStream
{
  const NorpcCallStreamFuncs *funcs;
};

/* Follows the values of a call to a stream. */
typedef struct
{
  NorpcCallStream *items; /* (owned) (nullable): written before the call is sent */
  GObject         *end;   /* (owned) (nullable): the service's end; accessed in its context */
} NorpcStreamPart;

/*
 * A call: one block of memory for both of its halves.
 *
 * A `NorpcCall *` is the service's half. Whoever keeps a reference to it must answer the call:
 * when the last reference is released, an unanswered call completes with NORPC_ERROR_NO_REPLY,
 * and the arguments are released. A `NorpcReply *` points to the same block and is the
 * client's half: the results are released with its last reference. The block is freed when
 * both halves have been released.
 *
 * Unless noted otherwise, a field is written by the client before the call is sent, and only
 * read afterwards.
 */
struct _NorpcCall
{
  gatomicrefcount call_refs;
  gatomicrefcount reply_refs;
  gatomicrefcount memory_refs; /* one for each half, and those of norpc_call_ref_memory () */

  int state;    /* atomic: NorpcCallState */
  int replied;  /* atomic: the answer is that of the service */
  int late;     /* atomic: the service answered after the call had completed */
  int cancelled; /* atomic: the client no longer waits for an answer */
  int waiting;  /* atomic: see norpc-sync-wait.c */
  int n_blockers; /* atomic: the number of threads that keep the answer from being delivered:
                     the one that answers, and the caller while it prepares the call */
  int stage;    /* atomic: NorpcCallStage */
  int slot;     /* atomic: NorpcQueueSlot; see norpc-channel-slots.c */

  guint   method;
  guint16 n_args;
  guint16 n_results;

  /* Written before the call is sent. Bit fields, because a million calls may be in flight. */
  NorpcPriority   priority     : 7;
  guint           n_forwards   : 7; /* how many proxies have forwarded it; see norpc_proxy_forward () */
  guint           has_priority : 1; /* it was set for this call, or for its proxy */
  guint           has_timeout  : 1; /* it was set for this call */
  guint           has_timer    : 1; /* it is among the deadlines of its reply queue */
  guint           is_stream    : 1; /* it has a NorpcStreamPart */
  guint           is_sync      : 1; /* a thread waits for it, or for the call that it is an attempt at */
  guint           one_way      : 1; /* its client is not notified when it completes */
  guint           has_metrics  : 1; /* it has room for NorpcCallMetrics */
  guint           is_observed  : 1; /* by an inspector: see norpc-metrics-private.h */
  guint           unpacks      : 1; /* its reply_func gets the results instead of the reply, see
                                       norpc_proxy_call_with_reply () */
  guint           has_sender   : 1; /* it has come from another process: see norpc-sender-private.h */

  guint8 is_checked;    /* the arguments are valid; accessed by the thread that owns the call */
  guint8 must_not_wait; /* an endpoint that cannot take the call at once rejects it; accessed by
                           the thread that owns the call */
  guint8 lends_moved;   /* arguments that move are borrowed by the handler; accessed in the
                           service's context */
  guint8 has_lists;     /* the results have list models; written like the error */
  guint8 timed_out;     /* with cancelled: because the call timed out; not beside the numbers of values,
                           which the service reads at the same time, with those fields between */
  int    args;          /* atomic: NorpcCallArgs */

  /* The fields that the service reads in each call are grouped together, up to the deadline:
   * the fewer cache lines its processor fetches from the other one, the sooner it answers.
   */
  const NorpcInterfaceInfo *interface_info;
  NorpcCompletionHook *reply_hooks; /* (unowned) (nullable), atomic: see norpc-reply-hook-private.h */
  NorpcCompletionHook *completion_hooks;  /* (unowned) (nullable), atomic: run when the call
                                             completes */
  GCancellable   *service_cancellable; /* (owned) (nullable), atomic: created on first use */
  NorpcCallOwner *owner;    /* (owned) (nullable), atomic: set once, in the service's context,
                               when the handler has returned without an answer; read by any
                               thread that answers */
  NorpcCallQueue *open_at;  /* (owned) (nullable), atomic: the queue that counts it as open,
                               until the call is closed */
  gint64          deadline; /* monotonic time, or 0; a layer may set an earlier one before it
                               passes the call on; see norpc_call_limit_deadline () */

  /* Written by the thread that claims the call, before it delivers the answer; then read by
   * the client.
   */
  GError *error; /* (owned) (nullable) */

  NorpcCallQueue *queue; /* (unowned) (nullable): that the call is in; written with the lock of
                            the channel held, before its slot */
  NorpcCall *queue_next; /* (owned) (nullable) [lock of the channel, or of the pending calls]: the
                            next call in that queue, or in the batch */

  NorpcCallQueue *released_at; /* (owned) (nullable): of the worker whose service layers the
                                  call is in; written before these layers get the call */

  NorpcReplyQueue *reply_queue; /* (nullable): kept alive by its context while a call is in
                                   flight; in an attempt, only compared */
  NorpcReplyLink link; /* in the reply queue, once the call is answered; the sink is set by the
                          client */

  NorpcCallGroup *children; /* (owned) (nullable), atomic: the calls made on its behalf */

  /* Links among the worker's pending calls, once the handler has returned without an answer.
   * Protected by the lock of the pending calls.
   */
  NorpcCall *open_previous;
  NorpcCall *open_next;

  NorpcCall *attempt; /* (unowned) (nullable) [lock of norpc-call-stage.c]: the attempt at this
                         call that is handled, until it completes */
  NorpcCall *outer;   /* (nullable), a reference to memory: the call that this is an attempt at */

  gconstpointer  executor;       /* (unowned) (nullable), atomic: that will run the handler, as
                                    soon as this is certain; for norpc-deadlock.c; see
                                    norpc_endpoint_get_executor () */

  /* Fields that only the client uses come last, so that the service does not fetch them from
   * the other processor.
   */
  union
  {
    NorpcReplyFunc  reply_func;
    GThread        *waiting_thread; /* (unowned): if it is synchronous; read by the service, too */
  };
  gpointer        reply_data;
  guint32         sent_time; /* of the main-loop iteration that sent the call, or 0: the low bits */
  guint           client;    /* a number for the proxy that has sent the call, or 0; read by the
                                service, too */
  GCancellable   *cancellable; /* (owned) (nullable): the client's */
  gulong          cancelled_id;
  union
  {
    guint timeout; /* until it is sent: milliseconds, or 0, of this call, or of its proxy */
    guint lists;   /* from then on: the number of what takes the list models of the service to its
                      clients, or 0; written in the service's context, before the handler */
  };
  guint           timer_index; /* [lock of the reply queue's deadlines]: index in the heap */
  NorpcGroupLink  parent_link;     /* in the calls made on behalf of the same call */
  NorpcGroupLink  proxy_link;      /* in the calls of the same proxy */
  NorpcCall      *sent_previous;   /* (unowned) (nullable): in the calls that a NorpcThread has
                                      in flight; accessed by that thread only */
  NorpcCall      *sent_next;

  NorpcCallMetrics *metrics; /* (nullable): if metrics are collected; written before the call is
                                enqueued; owned, unless it is a part of the call */

  GValue values[]; /* (owned): n_args arguments, then n_results results; then the NorpcStreamPart of
                      a stream; then NorpcCallMetrics, if metrics were enabled */
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

/* Thread-safe. Returns TRUE if the call is in the queue of a channel. A call whose slot is free may be in
 * the queue still, but it has completed.
 */
static inline gboolean
norpc_call_is_queued (NorpcCall *self)
{
  int slot = g_atomic_int_get (&self->slot);

  return slot != NORPC_SLOT_NONE && slot != NORPC_SLOT_TAKEN;
}

/* Thread-safe. */
static inline NorpcCallStage
norpc_call_get_stage (NorpcCall *self)
{
  return (NorpcCallStage) g_atomic_int_get (&self->stage);
}

/* Called in the thread that owns the call. Sets the executor of the call, and of the calls
 * that it is an attempt at, unless one is set already.
 */
static inline void
norpc_call_set_executor (NorpcCall     *self,
                         gconstpointer  executor)
{
  for (; self != NULL; self = self->outer)
    g_atomic_pointer_compare_and_exchange (&self->executor, NULL, (gpointer) executor);
}

/* Thread-safe. Returns the thread (unowned) that waits for a synchronous call, or NULL. */
static inline GThread *
norpc_call_get_waiting_thread (NorpcCall *self)
{
  return self->is_sync ? self->waiting_thread : NULL;
}

static inline const NorpcMethodInfo *
norpc_call_get_method_info (NorpcCall *self)
{
  return self->interface_info->methods[self->method];
}

/* Thread-safe. Returns NULL if the method is not a stream. */
static inline NorpcStreamPart *
norpc_call_get_stream_part (NorpcCall *self)
{
  return self->is_stream
           ? (NorpcStreamPart *) (self->values + self->n_args + self->n_results) : NULL;
}

/* Thread-safe. Returns NULL if the call was created before metrics were enabled. */
static inline NorpcCallMetrics *
norpc_call_get_metrics_part (NorpcCall *self)
{
  gpointer end = self->values + self->n_args + self->n_results;

  if (!self->has_metrics)
    return NULL;

  return self->is_stream ? (NorpcCallMetrics *) ((NorpcStreamPart *) end + 1) : end;
}

static inline const char *
norpc_call_get_interface_name (NorpcCall *self)
{
  return self->interface_info->dbus.name;
}

/* An inline form of norpc_call_get_method_name (). */
static inline const char *
norpc_call_peek_method_name (NorpcCall *self)
{
  return norpc_call_get_method_info (self)->dbus.name;
}

/* Thread-safe. Returns TRUE if the completion has a hook besides that of the metrics. */
static inline gboolean
norpc_call_has_hooks (NorpcCall *self)
{
  NorpcCompletionHook *last = g_atomic_pointer_get (&self->completion_hooks);

  return last != NULL &&
         (self->metrics == NULL || last != &self->metrics->hook || self->metrics->hook.next != NULL);
}

/* Called in the thread that created the call. Returns TRUE if the call may be sent. */
static inline gboolean
norpc_call_is_new (NorpcCall *self)
{
  return self->link.sink == NULL && g_atomic_int_get (&self->state) == NORPC_CALL_OPEN &&
         g_atomic_int_get (&self->slot) == NORPC_SLOT_NONE;
}

/* Thread-safe. Keeps the block of memory alive, but neither of the halves. */
static inline void
norpc_call_ref_memory (NorpcCall *self)
{
  norpc_ref_count_inc (&self->memory_refs);
}

void norpc_call_free (NorpcCall *self);

/* Thread-safe. */
static inline void
norpc_call_unref_memory (NorpcCall *self)
{
  if (norpc_ref_count_release (&self->memory_refs))
    norpc_call_free (self);
}

void norpc_call_clear_some_args (NorpcCall *self);
void norpc_call_share_stream   (NorpcCall *self,
                                NorpcCall *from);
void norpc_call_limit_deadline (NorpcCall *self,
                                gint64     deadline);

/* Runs in the service's context, once it no longer needs the arguments. */
static inline void
norpc_call_clear_args (NorpcCall *self)
{
  if (self->n_args > 0 || self->is_stream)
    norpc_call_clear_some_args (self);
}

/* Progress on the side of the service */
gboolean    norpc_call_begin_handling    (NorpcCall *self);
void        norpc_call_note_sent_twice   (NorpcCall *self);
gboolean    norpc_call_supersede         (NorpcCall *self);
gboolean    norpc_call_had_no_effect     (NorpcCall *self);
gboolean    norpc_call_is_superseded     (NorpcCall *self);
void        norpc_call_end_attempt       (NorpcCall *self);
gboolean    norpc_call_is_stuck          (NorpcCall *self);
const char *norpc_call_describe_progress (NorpcCall *self);

/* Checking and copying */
gboolean   norpc_call_has_valid_args     (NorpcCall    *self);
gboolean   norpc_call_check_args_of_some (NorpcCall    *self);
GError    *norpc_call_check_results      (NorpcCall    *self,
                                          const GValue *values);
void       norpc_call_export_results     (NorpcCall    *self);
void       norpc_call_import_args        (NorpcCall    *self);
void       norpc_reply_import_results    (NorpcReply   *reply);
gboolean   norpc_call_can_be_copied      (NorpcCall    *self);
NorpcCall *norpc_call_new_attempt        (NorpcCall                *self,
                                          const NorpcInterfaceInfo *interface_info,
                                          guint                     method);
NorpcCall *norpc_call_copy               (NorpcCall    *self);
NorpcCall *norpc_call_move               (NorpcCall    *self);

/* Thread-safe. Returns TRUE if the service uses, or has used, the arguments in this process. */
static inline gboolean
norpc_call_has_reached_handler (NorpcCall *self)
{
  NorpcCallStage stage = norpc_call_get_stage (self);

  return stage == NORPC_CALL_HANDLED || stage == NORPC_CALL_KEPT;
}

/* Called in the thread that owns the call. */
static inline gboolean
norpc_call_has_checked_args (NorpcCall *self)
{
  return self->n_args == 0 || self->is_checked;
}

/* Called in the thread that owns the call, before it sends the call on. Returns FALSE if an
 * argument is not valid; the call has then completed with an error, and its reference has been
 * released.
 */
static inline gboolean
norpc_call_check_args (NorpcCall *self)
{
  return norpc_call_has_checked_args (self) || norpc_call_check_args_of_some (self);
}

/* The reply */
void norpc_call_fail_reply (NorpcCall *self,
                            GError    *error);
void norpc_reply_unpack (NorpcReply *self,
                         GCallback   reply_func,
                         gpointer    user_data);
GVariant *norpc_reply_take_variant (NorpcReply  *reply,
                                    GError     **error);

/* Completion */
gboolean norpc_call_claim            (NorpcCall *self);
void     norpc_call_deliver          (NorpcCall *self);
void     norpc_call_unblock_answer   (NorpcCall *self);
GError  *norpc_call_superseded_error (NorpcCall *self);
void     norpc_call_note_failure     (NorpcCall *self);

/* List models */

/* Called in the thread that answers, before it delivers the answer. */
static inline void
norpc_call_send_lists (NorpcCall *self)
{
  const NorpcCallListFuncs *funcs = g_atomic_pointer_get (&norpc_call_list_funcs);

  if (funcs != NULL)
    funcs->send (self);
}

/* Thread-safe. */
static inline void
norpc_call_receive_lists (NorpcCall       *self,
                          NorpcReplyQueue *reply_queue)
{
  const NorpcCallListFuncs *funcs = self->has_lists ? g_atomic_pointer_get (&norpc_call_list_funcs) : NULL;

  if (funcs != NULL)
    funcs->receive (self, reply_queue);
}

/* Open calls */
gboolean norpc_call_may_be_answered_later (NorpcCall *self);
void     norpc_call_close_open            (NorpcCall *self);
void     norpc_call_close_if_answered     (NorpcCall *self);
void     norpc_call_close_if_finished     (NorpcCall *self);
void     norpc_call_transfer_open         (NorpcCall *outer,
                                           NorpcCall *inner);

/* Thread-safe. Closes the call, because the service no longer works on it. */
static inline void
norpc_call_close (NorpcCall *self)
{
  if (g_atomic_pointer_get (&self->open_at) != NULL)
    norpc_call_close_open (self);
}

void norpc_call_take_checked_values (NorpcCall *self,
                                     GValue    *values);
void norpc_call_take_values         (NorpcCall *self,
                                     guint      n_values,
                                     GValue    *values);

/* Cancellation */
GError  *norpc_call_copy_reason  (NorpcCall      *self);
gboolean norpc_call_time_out     (NorpcCall      *self);
gboolean norpc_call_cancel       (NorpcCall      *self,
                                  GError         *error);
void     norpc_call_group_cancel (NorpcCallGroup   *self,
                                  const GError     *error,
                                  NorpcMethodFlags  except);
void     norpc_call_reject       (NorpcCall      *self,
                                  NorpcError      code,
                                  const char     *reason);
void     norpc_call_reject_owned (NorpcCall      *self,
                                  NorpcError      code,
                                  const char     *reason);
void     norpc_call_fail         (NorpcCall      *self,
                                  GError         *error);

G_END_DECLS
