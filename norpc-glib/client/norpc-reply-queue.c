/* norpc-reply-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the replies for one main context arrive.
 *
 * Each client context has one reply queue and one source in it, made with its first
 * call. Any thread pushes answered calls, without a lock: `head` is a stack,
 * and the source takes all of it and turns it over, so that replies come out
 * in the order in which they went in. The marker ASLEEP in place of an empty
 * stack says that the context is going to sleep and has to be woken.
 *
 * As long as an reply queue has calls open it holds its context, and the context
 * holds the source, and the source holds the reply queue.
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope-private.h"
#include "call/norpc-trace-private.h"
#include "core/norpc-spin-private.h"
#include "core/norpc-waker-private.h"
#include "norpc-call-send-private.h"
#include "norpc-reply-queue-private.h"
#include "norpc-timeouts-private.h"

/* Other sources of the context have their turn after so many replies. */
#define MAX_REPLIES_A_DISPATCH 128

/* Callbacks may call again while their thread ends, but not for ever. */
#define MAX_LAST_ROUNDS 1000

struct _NorpcReplyQueue
{
  gatomicrefcount ref_count; /* one for the source, one for each thread's cache */

  GMainContext *context; /* (unowned): owned while n_open > 0 */
  NorpcWaker   *waker;   /* (owned), since construction */
  int           gone;    /* atomic: the context is no more */
  int           n_open;  /* atomic: calls that are on their way */
  NorpcCall    *head;    /* atomic: newest first; the reply queue owns their client's halves */

  NorpcTimeouts deadlines; /* has its own lock */

  /* The thread that runs the context. */
  NorpcCall *first; /* (owned): replies that were taken, oldest first */
  NorpcSpin  spin;

  /* The thread that runs the context, if that is a NorpcThread: */
  gboolean   lists; /* it has to end what it has in flight when it ends */
  NorpcCall *sent;  /* (unowned) (nullable): what it has, newest first */
  guint      n_rounds; /* how often it has cancelled some of that */
};

typedef struct
{
  GSource     source;
  NorpcReplyQueue *reply_queue; /* (owned) */
} ReplyQueueSource;

#define ASLEEP ((NorpcCall *) &asleep_marker)

static const char asleep_marker = 0;

/* Reply queues by context. The lock protects the table; a context's own lock may be
 * taken while it is held.
 */
static GMutex reply_queues_lock;
static GHashTable *reply_queues; /* (owned) (nullable): of unowned GMainContext and NorpcReplyQueue */

/* The reply queue that a thread used last (owned). */
static GPrivate cached_reply_queue = G_PRIVATE_INIT (norpc_reply_queue_unref);

void
norpc_reply_queue_unref (gpointer data)
{
  NorpcReplyQueue *self = data;

  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      norpc_timeouts_clear (&self->deadlines);
      norpc_waker_unref (self->waker);
      g_free (self);
    }
}

/* The calling thread, before the call is sent: ends it at its deadline. */
void
norpc_reply_queue_set_timer (NorpcReplyQueue *self,
                             NorpcCall       *call)
{
  /* Several threads can have the default context for theirs. */
  if (norpc_timeouts_add (&self->deadlines, call) && !g_main_context_is_owner (self->context))
    g_main_context_wakeup (self->context);
}

static gboolean
has_arrivals (gpointer data)
{
  NorpcReplyQueue *self = data;

  return g_atomic_pointer_get (&self->head) != NULL;
}

/* The thread that runs the context: TRUE if something has arrived, and if
 * not, who pushes next wakes the context.
 */
static gboolean
reply_queue_source_prepare (GSource *source,
                            int     *timeout)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  NorpcCall *head;

  *timeout = norpc_timeouts_get_timeout (&self->deadlines, g_source_get_time (source));

  if (self->first != NULL || *timeout == 0)
    return TRUE;

  head = g_atomic_pointer_get (&self->head);
  if (head == ASLEEP)
    return FALSE;
  if (head != NULL)
    return TRUE;

  if (g_atomic_int_get (&self->n_open) > 0 &&
      norpc_spin_until (&self->spin, has_arrivals, self))
    return TRUE;

  return !g_atomic_pointer_compare_and_exchange (&self->head, NULL, ASLEEP);
}

/* The thread that runs the context, which is awake from here on. */
static gboolean
reply_queue_source_check (GSource *source)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  gboolean late = norpc_timeouts_get_timeout (&self->deadlines, g_source_get_time (source)) == 0;

  if (g_atomic_pointer_compare_and_exchange (&self->head, ASLEEP, NULL))
    return late || self->first != NULL;

  return late || self->first != NULL || has_arrivals (self);
}

/* The thread that runs the context. */
static void
take_arrivals (NorpcReplyQueue *self)
{
  NorpcCall *newest, *oldest = NULL;

  do
    {
      newest = g_atomic_pointer_get (&self->head);
      if (newest == NULL || newest == ASLEEP)
        return;
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->head, newest, NULL));

  while (newest != NULL)
    {
      NorpcCall *next = newest->next;

      newest->next = oldest;
      oldest = newest;
      newest = next;
    }
  self->first = oldest;
}

/* The client's context. A client that has cancelled by now is told so even
 * if the reply was faster: after cancelling, nobody sees a success.
 */
static void
note_cancellation (NorpcCall *call)
{
  if (call->error != NULL || g_cancellable_set_error_if_cancelled (call->cancellable, &call->error))
    return;

  if (g_atomic_int_get (&call->cancelled))
    call->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                       "Operation was cancelled");
}

/* The thread that runs the context. */
static void
list_call (NorpcReplyQueue *self,
           NorpcCall       *call)
{
  call->sent_next = self->sent;
  if (self->sent != NULL)
    self->sent->sent_previous = call;
  self->sent = call;
}

/* The thread that runs the context. Not every call is on the list. */
static void
unlist_call (NorpcReplyQueue *self,
             NorpcCall       *call)
{
  if (call->sent_previous != NULL)
    call->sent_previous->sent_next = call->sent_next;
  else if (self->sent == call)
    self->sent = call->sent_next;
  else
    return;

  if (call->sent_next != NULL)
    call->sent_next->sent_previous = call->sent_previous;
  call->sent_previous = call->sent_next = NULL;
}

/* The client's context. */
static void
hand_over (NorpcReplyQueue *self,
           NorpcCall       *call)
{
  NorpcReplyFunc reply_func = call->reply_func;
  gpointer reply_data = call->reply_data;

  call->next = NULL;

  if (call->has_timer)
    norpc_timeouts_remove (&self->deadlines, call);
  unlist_call (self, call);
  norpc_call_send_detach (call);
  note_cancellation (call);

  if (g_atomic_int_dec_and_test (&self->n_open))
    {
      norpc_waker_settle (self->waker);
      g_main_context_unref (self->context);
    }

  norpc_trace (call, "back with its client");

  if (reply_func != NULL)
    reply_func (norpc_call_get_reply (call), reply_data);
  else
    norpc_reply_unref (norpc_call_get_reply (call));
}

/* The thread that runs the context. A task that is returned in the iteration
 * that made it puts off its callback, by a source of its own, and later replies
 * would overtake it. So it has to wait, and those behind it.
 */
static gboolean
may_hand_over (NorpcCall *call,
               GSource   *source)
{
  return call->sent_time == 0 || call->sent_time < g_source_get_time (source);
}

/* The thread that runs the context. A reply function may run the context
 * again, and so come here again: what is left to do is in the reply queue.
 */
static gboolean
reply_queue_source_dispatch (GSource     *source,
                             GSourceFunc  callback G_GNUC_UNUSED,
                             gpointer     user_data G_GNUC_UNUSED)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  GMainContext *context = g_main_context_ref (self->context);
  NorpcCallScope outer;

  norpc_call_scope_begin (&outer, NULL); /* a handler may be running the context */

  norpc_timeouts_expire (&self->deadlines, g_source_get_time (source));

  if (self->first == NULL)
    take_arrivals (self);

  for (guint i = 0; i < MAX_REPLIES_A_DISPATCH && self->first != NULL; i++)
    {
      NorpcCall *call = self->first;

      if (!may_hand_over (call, source))
        break;

      self->first = call->next;
      hand_over (self, call);
    }

  norpc_call_scope_end (&outer, NULL);
  g_main_context_unref (context);

  return G_SOURCE_CONTINUE;
}

/* Whoever frees the last reference to the source. */
static void
reply_queue_source_finalize (GSource *source)
{
  norpc_reply_queue_unref (((ReplyQueueSource *) source)->reply_queue);
}

static GSourceFuncs reply_queue_source_funcs = {
  reply_queue_source_prepare,
  reply_queue_source_check,
  reply_queue_source_dispatch,
  reply_queue_source_finalize,
  NULL,
  NULL
};

/* Any thread: @context is being freed. Another may have got its address by now. */
static void
table_remove (GMainContext    *context,
              NorpcReplyQueue *reply_queue)
{
  g_mutex_lock (&reply_queues_lock);
  if (g_hash_table_lookup (reply_queues, context) == reply_queue)
    g_hash_table_remove (reply_queues, context);
  g_mutex_unlock (&reply_queues_lock);
}

/* Any thread: the context is being freed, so there are no calls open. */
static void
context_gone_cb (gpointer data)
{
  NorpcReplyQueue *self = data;

  g_atomic_int_set (&self->gone, TRUE);
  norpc_waker_detach (self->waker);

  table_remove (self->context, self);
}

static gboolean
reply_queue_source_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* The calling thread. Returns an reply queue that its context owns. */
static NorpcReplyQueue *
reply_queue_new (GMainContext *context)
{
  NorpcReplyQueue *self = g_new0 (NorpcReplyQueue, 1);
  GSource *source = g_source_new (&reply_queue_source_funcs, sizeof (ReplyQueueSource));

  g_atomic_ref_count_init (&self->ref_count);
  norpc_timeouts_init (&self->deadlines);
  self->context = context;
  self->waker = norpc_waker_new (context);
  self->spin = (NorpcSpin) NORPC_SPIN_INIT;
  ((ReplyQueueSource *) source)->reply_queue = self;

  g_source_set_static_name (source, "norpc replies");
  g_source_set_can_recurse (source, TRUE);
  /* The data is let go when the context destroys the source, which is before
   * the context's memory goes.
   */
  g_source_set_callback (source, reply_queue_source_cb, self, context_gone_cb);
  g_source_attach (source, context);
  g_source_unref (source);

  return self;
}

/* The calling thread. Returns the reply queue of @context (owned), which is made if there
 * is none.
 */
NorpcReplyQueue *
norpc_reply_queue_get (GMainContext *context)
{
  NorpcReplyQueue *reply_queue;

  g_mutex_lock (&reply_queues_lock);
  if (reply_queues == NULL)
    reply_queues = g_hash_table_new (NULL, NULL);
  reply_queue = g_hash_table_lookup (reply_queues, context);
  if (reply_queue == NULL)
    {
      reply_queue = reply_queue_new (context);
      g_hash_table_insert (reply_queues, context, reply_queue);
    }
  g_atomic_ref_count_inc (&reply_queue->ref_count);
  g_mutex_unlock (&reply_queues_lock);

  return reply_queue;
}

/* A thread that begins, and has nobody else run @context. Returns an reply queue for
 * norpc_reply_queue_end_thread ().
 */
NorpcReplyQueue *
norpc_reply_queue_begin_thread (GMainContext *context)
{
  NorpcReplyQueue *self = norpc_reply_queue_get (context);

  self->lists = TRUE;

  return self;
}

/* The same thread, when it ends: cancels what it has in flight, in the order in which it was
 * made. Calls that were cancelled before are at the end of the list, and looked at only
 * the first time. FALSE if there was nothing.
 */
static gboolean
cancel_sent (NorpcReplyQueue *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref_memory);

  for (NorpcCall *call = self->sent; call != NULL; call = call->sent_next)
    if (g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
      {
        norpc_call_ref_memory (call);
        g_ptr_array_add (calls, call);
      }
    else if (self->n_rounds > 0)
      {
        break;
      }

  for (guint i = calls->len; i > 0; i--)
    norpc_call_cancel (calls->pdata[i - 1],
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                            "The calling thread has been stopped"));

  return calls->len > 0;
}

/* The same thread, when it ends: cancels its calls in flight, whose answers no other thread
 * would deliver, and delivers them, including those of calls made meanwhile. FALSE if
 * callbacks keep making calls.
 */
gboolean
norpc_reply_queue_end_calls (NorpcReplyQueue *self)
{
  while (self->sent != NULL)
    {
      if (cancel_sent (self) && ++self->n_rounds > MAX_LAST_ROUNDS)
        {
          g_warning ("A thread was stopped, and its callbacks keep making calls: the last ones "
                     "never complete");
          return FALSE;
        }

      g_main_context_iteration (self->context, TRUE);
    }

  return TRUE;
}

/* The same thread, at the very end. */
void
norpc_reply_queue_end_thread (NorpcReplyQueue *self)
{
  self->lists = FALSE;
  norpc_reply_queue_unref (self);
}

/* The calling thread: the reply queue of its thread-default context, with one more
 * call open. The reply queue lives until the call is handed over.
 */
NorpcReplyQueue *
norpc_reply_queue_open_call (NorpcCall *call)
{
  NorpcReplyQueue *self = g_private_get (&cached_reply_queue);
  GMainContext *context = g_main_context_get_thread_default ();

  if (context == NULL)
    context = g_main_context_default ();

  if (self == NULL || self->context != context || g_atomic_int_get (&self->gone))
    {
      self = norpc_reply_queue_get (context);
      g_private_replace (&cached_reply_queue, self);
    }

  if (g_atomic_int_add (&self->n_open, 1) == 0)
    g_main_context_ref (context);
  if (self->lists)
    list_call (self, call);

  return self;
}

/* Any thread: takes over the client's half of an answered call. */
void
norpc_reply_queue_push (NorpcReplyQueue *self,
                        NorpcCall       *call)
{
  g_autoptr (NorpcWaker) waker = NULL;
  NorpcCall *head;

  do
    {
      head = g_atomic_pointer_get (&self->head);
      call->next = head == ASLEEP ? NULL : head;
      /* Once pushed, the call may be handed over, and with it what holds the
       * context, and so this.
       */
      if (head == ASLEEP && waker == NULL)
        {
          waker = norpc_waker_ref (self->waker);
          norpc_waker_begin (waker);
        }
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->head, head, call));

  if (waker != NULL)
    norpc_waker_end (waker, head == ASLEEP);
}

/* Any thread. */
static void
deliver (NorpcCall *call)
{
  norpc_reply_queue_push (call->reply_queue, call);
}

const NorpcCallSink norpc_reply_queue_sink = { deliver };
