/* norpc-reply-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The queue of replies for one main context.
 *
 * Each client context has one reply queue with one source, created with its first call. Any
 * thread pushes answered calls without a lock: `head` is a stack, and the source takes all of
 * it and reverses it, so that replies are delivered in the order in which they were pushed.
 * The marker ASLEEP or NAPPING in place of an empty stack means that the context is about to sleep
 * and must be woken up.
 *
 * While a reply queue has open calls, it keeps a reference to its context; the context keeps a
 * reference to the source, whose callback has one to the reply queue.
 */

#include "core/norpc-burst-private.h"
#include "norpc-reply-queue-parts-private.h"

/* The reply queue of each context. The lock protects the table; the lock of a context may be
 * taken while it is held.
 */
static GMutex reply_queues_lock;
static GHashTable *reply_queues; /* (owned) (nullable): of unowned GMainContext and NorpcReplyQueue */

static void clear_cache (gpointer data);

/* The reply queue that the thread used last (owned). Its scope has the same. */
static GPrivate cached_reply_queue = G_PRIVATE_INIT (clear_cache);

NorpcReplyQueue *
norpc_reply_queue_ref (NorpcReplyQueue *self)
{
  norpc_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_reply_queue_unref (gpointer data)
{
  NorpcReplyQueue *self = data;

  if (norpc_ref_count_dec (&self->ref_count))
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

/* Thread-safe. Called while the context is being freed, so no call is open. */
static void
context_gone_cb (gpointer data)
{
  NorpcReplyQueue *self = data;

  g_atomic_int_set (&self->gone, TRUE);
  norpc_waker_detach (self->waker);

  table_remove (self->context, self);
  norpc_reply_queue_discard_events (self);
  norpc_reply_queue_unref (self);
}

/* Called in the client's thread. Returns a reply queue that is owned by its context. */
static NorpcReplyQueue *
reply_queue_new (GMainContext *context)
{
  NorpcReplyQueue *self = g_new0 (NorpcReplyQueue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  norpc_timeouts_init (&self->deadlines);
  norpc_event_queue_init (&self->events);
  self->context = context;
  self->waker = norpc_waker_new (context);
  self->spin = (NorpcSpin) NORPC_SPIN_INIT;
  norpc_reply_queue_attach (self, context_gone_cb);

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

/* Runs in the thread of the cache, when the thread ends or uses another context. */
static void
clear_cache (gpointer data)
{
  norpc_thread_scope_get ()->reply_queue = NULL;
  norpc_reply_queue_unref (data);
}

/* Returns the reply queue (unowned) of @context, which is the thread-default one of the calling
 * thread, whose scope is @scope. It lives until the thread asks for that of another context.
 */
static NorpcReplyQueue *
get_cached (GMainContext     *context,
            NorpcThreadScope *scope)
{
  NorpcReplyQueue *self = scope->reply_queue;

  if (self == NULL || self->context != context || g_atomic_int_get (&self->gone))
    {
      self = norpc_reply_queue_get (context);
      g_private_replace (&cached_reply_queue, self);
      scope->reply_queue = self;
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
  return norpc_reply_queue_ref (get_cached (get_thread_default_context (), norpc_thread_scope_get ()));
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

/* Called in the same thread, at the very end. */
void
norpc_reply_queue_end_thread (NorpcReplyQueue *self)
{
  self->lists = FALSE;
  norpc_reply_queue_unref (self);
}

/* Called in the client's thread, whose scope is @scope. Returns the reply queue of its thread-default
 * context, and counts @call as open. The reply queue lives until the reply is delivered.
 */
NorpcReplyQueue *
norpc_reply_queue_open_call (NorpcCall        *call,
                             NorpcThreadScope *scope)
{
  GMainContext *context = get_thread_default_context ();
  NorpcReplyQueue *self = get_cached (context, scope);

  if (g_atomic_int_add (&self->n_open, 1) == 0)
    g_main_context_ref (context);
  if (self->lists)
    norpc_reply_queue_list_call (self, call);

  return self;
}

/* Thread-safe. Takes ownership of @link. */
static void
push (NorpcReplyQueue *self,
      NorpcReplyLink  *link)
{
  g_autoptr (NorpcWaker) waker = NULL;
  NorpcReplyLink *head;
  gboolean wakes;

  do
    {
      head = g_atomic_pointer_get (&self->head);
      link->next = norpc_reply_queue_is_marker (head) ? NULL : head;
      wakes = head == NORPC_REPLY_QUEUE_ASLEEP ||
              (head == NORPC_REPLY_QUEUE_NAPPING && !norpc_burst_put_off (self->waker));
      /* Once the link is pushed, it may be delivered, which may free the context and this reply
       * queue.
       */
      if (wakes && waker == NULL)
        {
          waker = norpc_waker_ref (self->waker);
          norpc_waker_begin (waker);
        }
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->head, head, link));

  if (waker != NULL)
    norpc_waker_end (waker, wakes);
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
