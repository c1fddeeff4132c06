/* norpc-reply-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The queue of replies for one main context.
 *
 * Each client context has one reply queue with one source, created with its first call. Any
 * thread pushes answered calls without a lock: `head` is a stack, and the source takes all of
 * it and reverses it, so that replies are delivered in the order in which they were pushed.
 * The marker ASLEEP in place of an empty stack means that the context is about to sleep and
 * must be woken up.
 *
 * While a reply queue has open calls, it keeps a reference to its context; the context keeps a
 * reference to the source, and the source to the reply queue.
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope-private.h"
#include "call/norpc-trace-private.h"
#include "core/norpc-context-private.h"
#include "core/norpc-spin-private.h"
#include "core/norpc-waker-private.h"
#include "norpc-call-send-private.h"
#include "norpc-reply-queue-private.h"
#include "norpc-timeouts-private.h"

/* The number of replies to deliver before other sources of the context get their turn. */
#define MAX_REPLIES_A_DISPATCH 128

/* Callbacks may send further calls while their thread ends; this limit keeps them from doing
 * so forever.
 */
#define MAX_LAST_ROUNDS 1000

struct _NorpcReplyQueue
{
  gatomicrefcount ref_count; /* one for the source, and one for each thread's cache */

  GMainContext *context; /* (unowned), but owned while n_open > 0 */
  NorpcWaker   *waker;   /* (owned), since construction */
  int           gone;    /* atomic: the context has been freed */
  int           n_open;  /* atomic: the number of calls in flight */
  NorpcReplyLink *head;  /* (owned), atomic: newest first; of calls, the client's halves */

  NorpcTimeouts   deadlines; /* has its own lock */
  NorpcEventQueue events;    /* has its own lock: the events among the replies */

  /* Accessed in the client's context. */
  NorpcReplyLink *first; /* (owned): taken off the stack, oldest first */
  NorpcSpin       spin;

  /* Accessed in the thread that runs the context, if that is a NorpcThread: */
  gboolean   lists; /* it must complete its calls in flight when it ends */
  NorpcCall *sent;  /* (unowned) (nullable): its calls in flight, newest first */
  guint      n_rounds; /* how many times it has cancelled calls */
};

typedef struct
{
  GSource     source;
  NorpcReplyQueue *reply_queue; /* (owned) */
} ReplyQueueSource;

#define ASLEEP ((NorpcReplyLink *) &asleep_marker)

static const char asleep_marker = 0;

/* The reply queue of each context. The lock protects the table; the lock of a context may be
 * taken while it is held.
 */
static GMutex reply_queues_lock;
static GHashTable *reply_queues; /* (owned) (nullable): of unowned GMainContext and NorpcReplyQueue */

/* The reply queue that the thread used last (owned). */
static GPrivate cached_reply_queue = G_PRIVATE_INIT (norpc_reply_queue_unref);

NorpcReplyQueue *
norpc_reply_queue_ref (NorpcReplyQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_reply_queue_unref (gpointer data)
{
  NorpcReplyQueue *self = data;

  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      norpc_event_queue_clear (&self->events);
      norpc_timeouts_clear (&self->deadlines);
      norpc_waker_unref (self->waker);
      g_free (self);
    }
}

/* Thread-safe. */
NorpcEventQueue *
norpc_reply_queue_get_events (NorpcReplyQueue *self)
{
  return &self->events;
}

/* Thread-safe. Returns TRUE if the calling thread is the owner of the context, which may have been
 * freed.
 */
gboolean
norpc_reply_queue_is_owner (NorpcReplyQueue *self)
{
  return norpc_waker_is_owner (self->waker);
}

/* Called in the client's thread, before it sends the call. Makes the call time out at its
 * deadline.
 */
void
norpc_reply_queue_set_timer (NorpcReplyQueue *self,
                             NorpcCall       *call)
{
  /* Several threads may use the default context as their thread-default context. */
  if (norpc_timeouts_add (&self->deadlines, call) && !g_main_context_is_owner (self->context))
    g_main_context_wakeup (self->context);
}

static gboolean
has_replies (gpointer data)
{
  NorpcReplyQueue *self = data;

  return g_atomic_pointer_get (&self->head) != NULL;
}

/* Returns NULL if @link is not that of a call. */
static NorpcCall *
get_call (NorpcReplyLink *link)
{
  return link->sink->event == NULL
           ? (NorpcCall *) ((char *) link - G_STRUCT_OFFSET (NorpcCall, link)) : NULL;
}

/* Runs in the client's context. Returns TRUE if replies have arrived. If it returns FALSE, the
 * next thread that pushes a reply wakes up the context.
 */
static gboolean
reply_queue_source_prepare (GSource *source,
                            int     *timeout)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  NorpcReplyLink *head;

  *timeout = norpc_timeouts_get_timeout (&self->deadlines, g_source_get_time (source));

  if (self->first != NULL || *timeout == 0)
    return TRUE;

  head = g_atomic_pointer_get (&self->head);
  if (head == ASLEEP)
    return FALSE;
  if (head != NULL)
    return TRUE;

  if (g_atomic_int_get (&self->n_open) > 0 &&
      norpc_spin_until (&self->spin, has_replies, self))
    return TRUE;

  return !g_atomic_pointer_compare_and_exchange (&self->head, NULL, ASLEEP);
}

/* Runs in the client's context, which is awake from here on. */
static gboolean
reply_queue_source_check (GSource *source)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  gboolean late = norpc_timeouts_get_timeout (&self->deadlines, g_source_get_time (source)) == 0;

  if (g_atomic_pointer_compare_and_exchange (&self->head, ASLEEP, NULL))
    return late || self->first != NULL;

  return late || self->first != NULL || has_replies (self);
}

/* Runs in the client's context. */
static void
take_replies (NorpcReplyQueue *self)
{
  NorpcReplyLink *newest, *oldest = NULL;

  do
    {
      newest = g_atomic_pointer_get (&self->head);
      if (newest == NULL || newest == ASLEEP)
        return;
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->head, newest, NULL));

  while (newest != NULL)
    {
      NorpcReplyLink *next = newest->next;

      newest->next = oldest;
      oldest = newest;
      newest = next;
    }
  self->first = oldest;
}

/* Runs in the client's context. Once a client has cancelled a call, the call fails even if its
 * reply arrived first, so that no client sees a success after cancelling.
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

/* Runs in the client's context. */
static void
list_call (NorpcReplyQueue *self,
           NorpcCall       *call)
{
  call->sent_next = self->sent;
  if (self->sent != NULL)
    self->sent->sent_previous = call;
  self->sent = call;
}

/* Runs in the client's context. The call may not be in the list. */
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

/* Runs in the client's context. */
static void
deliver_reply (NorpcReplyQueue *self,
               NorpcCall       *call)
{
  NorpcReplyFunc reply_func = call->reply_func;
  gpointer reply_data = call->reply_data;

  call->link.next = NULL;

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

  norpc_trace (call, "delivered to its client");

  if (reply_func == NULL)
    {
      norpc_reply_unref (norpc_call_get_reply (call));
      return;
    }

  norpc_reply_import_results (norpc_call_get_reply (call));
  reply_func (norpc_call_get_reply (call), reply_data);
}

/* Runs in the client's context. Delivers an event of a service, or unpacks a batch of them. */
static void
deliver_event (NorpcReplyQueue *self,
               NorpcReplyLink  *link)
{
  const NorpcEventFuncs *funcs = link->sink->event;

  if (funcs->unpack != NULL)
    {
      self->first = funcs->unpack (link);
      return;
    }

  self->first = link->next;
  funcs->run (link);
}

/* Runs in the client's context. A GTask that returns in the main-loop iteration that created
 * it defers its callback to a source of its own, and later replies would overtake it. The
 * reply therefore waits, and so do the replies behind it.
 */
static gboolean
may_deliver (NorpcCall *call,
             GSource   *source)
{
  return call->sent_time == 0 || call->sent_time != (guint32) g_source_get_time (source);
}

/* Runs in the client's context. A reply function may run the context recursively, so all state
 * is kept in the reply queue.
 */
static gboolean
reply_queue_source_dispatch (GSource     *source,
                             GSourceFunc  callback G_GNUC_UNUSED,
                             gpointer     user_data G_GNUC_UNUSED)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  GMainContext *context = g_main_context_ref (self->context);
  NorpcCallScope outer;
  gboolean pushed;

  norpc_call_scope_begin (&outer, NULL); /* a handler may be running the context */
  pushed = norpc_context_push (context);

  norpc_timeouts_expire (&self->deadlines, g_source_get_time (source));

  if (self->first == NULL)
    take_replies (self);

  for (guint i = 0; i < MAX_REPLIES_A_DISPATCH && self->first != NULL; i++)
    {
      NorpcReplyLink *link = self->first;
      NorpcCall *call = get_call (link);

      if (call == NULL)
        {
          deliver_event (self, link);
          continue;
        }

      if (!may_deliver (call, source))
        break;

      self->first = link->next;
      deliver_reply (self, call);
    }

  if (pushed)
    g_main_context_pop_thread_default (context);
  norpc_call_scope_end (&outer, NULL);
  g_main_context_unref (context);

  return G_SOURCE_CONTINUE;
}

/* Runs in the thread that releases the last reference to the source. */
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

/* Thread-safe. Called while @context is being freed. A new context may have the same address
 * already.
 */
static void
table_remove (GMainContext    *context,
              NorpcReplyQueue *reply_queue)
{
  g_mutex_lock (&reply_queues_lock);
  if (g_hash_table_lookup (reply_queues, context) == reply_queue)
    g_hash_table_remove (reply_queues, context);
  g_mutex_unlock (&reply_queues_lock);
}

/* Thread-safe. Called while the context is being freed. */
static void
discard_events (NorpcReplyQueue *self)
{
  norpc_event_queue_close (&self->events);
  do
    {
      NorpcReplyLink *link = g_steal_pointer (&self->first);

      while (link != NULL)
        {
          NorpcReplyLink *next = link->next;

          link->sink->event->discard (link);
          link = next;
        }
      take_replies (self);
    }
  while (self->first != NULL);
}

/* Thread-safe. Called while the context is being freed, so no call is open. */
static void
context_gone_cb (gpointer data)
{
  NorpcReplyQueue *self = data;

  g_atomic_int_set (&self->gone, TRUE);
  norpc_waker_detach (self->waker);

  table_remove (self->context, self);
  discard_events (self);
}

static gboolean
reply_queue_source_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* Called in the client's thread. Returns a reply queue that is owned by its context. */
static NorpcReplyQueue *
reply_queue_new (GMainContext *context)
{
  NorpcReplyQueue *self = g_new0 (NorpcReplyQueue, 1);
  GSource *source = g_source_new (&reply_queue_source_funcs, sizeof (ReplyQueueSource));

  g_atomic_ref_count_init (&self->ref_count);
  norpc_timeouts_init (&self->deadlines);
  norpc_event_queue_init (&self->events);
  self->context = context;
  self->waker = norpc_waker_new (context);
  self->spin = (NorpcSpin) NORPC_SPIN_INIT;
  ((ReplyQueueSource *) source)->reply_queue = self;

  g_source_set_static_name (source, "norpc replies");
  g_source_set_can_recurse (source, TRUE);
  /* The data is released when the context destroys the source, which is before the context is
   * freed.
   */
  g_source_set_callback (source, reply_queue_source_cb, self, context_gone_cb);
  g_source_attach (source, context);
  g_source_unref (source);

  return self;
}

/* Called in the client's thread. Returns the reply queue of @context (owned), which is created
 * on first use.
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
  norpc_reply_queue_ref (reply_queue);
  g_mutex_unlock (&reply_queues_lock);

  return reply_queue;
}

/* Returns the reply queue (unowned) of @context, which is the thread-default one of the calling
 * thread. It lives until the thread asks for that of another context.
 */
static NorpcReplyQueue *
get_cached (GMainContext *context)
{
  NorpcReplyQueue *self = g_private_get (&cached_reply_queue);

  if (self == NULL || self->context != context || g_atomic_int_get (&self->gone))
    {
      self = norpc_reply_queue_get (context);
      g_private_replace (&cached_reply_queue, self);
    }

  return self;
}

/* Thread-safe. Returns the context (unowned). */
static GMainContext *
get_thread_default_context (void)
{
  GMainContext *context = g_main_context_get_thread_default ();

  return context != NULL ? context : g_main_context_default ();
}

/* Thread-safe. Returns the reply queue (owned) of the thread-default context. */
NorpcReplyQueue *
norpc_reply_queue_get_thread_default (void)
{
  return norpc_reply_queue_ref (get_cached (get_thread_default_context ()));
}

/* Called in a thread that starts, and is the only one to run @context. Returns a reply queue
 * for norpc_reply_queue_end_thread ().
 */
NorpcReplyQueue *
norpc_reply_queue_begin_thread (GMainContext *context)
{
  NorpcReplyQueue *self = norpc_reply_queue_get (context);

  self->lists = TRUE;

  return self;
}

/* Called in the same thread, when it ends. Cancels its calls in flight in the order in which
 * they were sent. Calls that were cancelled before are at the end of the list, and are visited
 * only the first time. Returns FALSE if there was no call to cancel.
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

/* Called in the same thread, when it ends. Cancels its calls in flight, whose answers no other
 * thread would deliver, and delivers their answers, including those of calls sent meanwhile.
 * Returns FALSE if callbacks keep sending calls.
 */
gboolean
norpc_reply_queue_end_calls (NorpcReplyQueue *self)
{
  while (self->sent != NULL)
    {
      if (cancel_sent (self) && ++self->n_rounds > MAX_LAST_ROUNDS)
        {
          g_warning ("Callbacks keep sending calls while their thread is being stopped; "
                     "the last calls never complete");
          return FALSE;
        }

      g_main_context_iteration (self->context, TRUE);
    }

  return TRUE;
}

/* Called in the same thread, at the very end. */
void
norpc_reply_queue_end_thread (NorpcReplyQueue *self)
{
  self->lists = FALSE;
  norpc_reply_queue_unref (self);
}

/* Called in the client's thread. Returns the reply queue of its thread-default context, and
 * counts @call as open. The reply queue lives until the reply is delivered.
 */
NorpcReplyQueue *
norpc_reply_queue_open_call (NorpcCall *call)
{
  GMainContext *context = get_thread_default_context ();
  NorpcReplyQueue *self = get_cached (context);

  if (g_atomic_int_add (&self->n_open, 1) == 0)
    g_main_context_ref (context);
  if (self->lists)
    list_call (self, call);

  return self;
}

/* Thread-safe. Takes ownership of @link. */
static void
push (NorpcReplyQueue *self,
      NorpcReplyLink  *link)
{
  g_autoptr (NorpcWaker) waker = NULL;
  NorpcReplyLink *head;

  do
    {
      head = g_atomic_pointer_get (&self->head);
      link->next = head == ASLEEP ? NULL : head;
      /* Once the link is pushed, it may be delivered, which may free the context and this reply
       * queue.
       */
      if (head == ASLEEP && waker == NULL)
        {
          waker = norpc_waker_ref (self->waker);
          norpc_waker_begin (waker);
        }
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->head, head, link));

  if (waker != NULL)
    norpc_waker_end (waker, head == ASLEEP);
}

/* Thread-safe. Called with the lock of the events held. Takes ownership of @event, unless the
 * context has been freed; the result is then FALSE.
 */
gboolean
norpc_reply_queue_push_event_locked (NorpcReplyQueue *self,
                                     NorpcEvent      *event)
{
  NorpcReplyLink *batch;

  if (self->events.closed)
    return FALSE;

  batch = norpc_event_queue_append_locked (&self->events, g_atomic_pointer_get (&self->head), event);
  if (batch != NULL)
    push (self, batch);

  return TRUE;
}

/* Runs in the client's context, while it delivers an event. Makes @link the next one, in case
 * application code runs the context recursively.
 */
void
norpc_reply_queue_push_first (NorpcReplyQueue *self,
                              NorpcReplyLink  *link)
{
  link->next = self->first;
  self->first = link;
}

/* Runs in the client's context. Returns FALSE if @link has been delivered. */
gboolean
norpc_reply_queue_remove_first (NorpcReplyQueue *self,
                                NorpcReplyLink  *link)
{
  if (self->first != link)
    return FALSE;

  self->first = link->next;

  return TRUE;
}

/* Thread-safe. Takes ownership of the client's half of an answered call. */
static void
deliver (NorpcCall *call)
{
  norpc_call_receive_lists (call, call->reply_queue);
  push (call->reply_queue, &call->link);
}

const NorpcCallSink norpc_reply_queue_sink = { deliver, NULL };
