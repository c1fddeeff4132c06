/* norpc-reply-queue-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The source of a reply queue, which delivers replies and events in the client's context. */

#include "call/norpc-call-scope-private.h"
#include "call/norpc-trace-private.h"
#include "core/norpc-burst-private.h"
#include "core/norpc-context-private.h"
#include "norpc-call-send-private.h"
#include "norpc-reply-queue-parts-private.h"

/* The number of replies to deliver before other sources of the context get their turn. */
#define MAX_REPLIES_A_DISPATCH 128

typedef struct
{
  GSource          source;
  NorpcReplyQueue *reply_queue; /* (unowned): owned by the callback */
} ReplyQueueSource;

const char norpc_reply_queue_markers[2] = { 0 };

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

/* Runs in the client's context. Returns TRUE if it sleeps from here on: the next thread that pushes a
 * reply wakes it up, at once or, if it naps, soon.
 */
static gboolean
fall_asleep (NorpcReplyQueue *self)
{
  NorpcReplyLink *marker = self->had_burst ? NORPC_REPLY_QUEUE_NAPPING : NORPC_REPLY_QUEUE_ASLEEP;
  NorpcReplyLink *head;

  /* A callback may be running the context, in the middle of a burst. */
  norpc_burst_flush ();

  head = g_atomic_pointer_get (&self->head);
  /* If a source of higher priority was ready, the context has not checked this one since. */
  if (norpc_reply_queue_is_marker (head))
    return TRUE;

  if (head != NULL ||
      (g_atomic_int_get (&self->n_open) > 0 && norpc_spin_until (&self->spin, has_replies, self)))
    return FALSE;

  if (g_atomic_int_get (&self->n_open) > 0)
    norpc_spin_sleep (&self->spin);

  return g_atomic_pointer_compare_and_exchange (&self->head, NULL, marker);
}

/* Runs in the client's context. Returns TRUE if there is something to deliver. */
static gboolean
reply_queue_source_prepare (GSource *source,
                            int     *timeout)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  gint64 now = g_source_get_time (source);

  self->time = (guint32) now;
  *timeout = norpc_timeouts_get_timeout (&self->deadlines, now);

  if (self->first != NULL || *timeout == 0 || !fall_asleep (self))
    return TRUE;

  if (g_atomic_pointer_get (&self->head) == NORPC_REPLY_QUEUE_NAPPING &&
      (*timeout < 0 || *timeout > NORPC_NAP_TIME))
    *timeout = NORPC_NAP_TIME;

  return FALSE;
}

/* Runs in the client's context. Returns TRUE if it was asleep and nothing has arrived. */
static gboolean
wake (NorpcReplyQueue *self)
{
  NorpcReplyLink *head = g_atomic_pointer_get (&self->head);

  return norpc_reply_queue_is_marker (head) &&
         g_atomic_pointer_compare_and_exchange (&self->head, head, NULL);
}

/* Runs in the client's context, which is awake from here on. */
static gboolean
reply_queue_source_check (GSource *source)
{
  NorpcReplyQueue *self = ((ReplyQueueSource *) source)->reply_queue;
  gint64 now = g_source_get_time (source);
  gboolean late = norpc_timeouts_get_timeout (&self->deadlines, now) == 0;

  self->time = (guint32) now;

  /* If the nap was in vain, sleep comes next. */
  if (wake (self))
    self->had_burst = FALSE;
  norpc_spin_wake (&self->spin, has_replies (self));

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
      if (newest == NULL || norpc_reply_queue_is_marker (newest))
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
  if (call->error != NULL ||
      (call->cancellable != NULL &&
       g_cancellable_set_error_if_cancelled (call->cancellable, &call->error)))
    return;

  if (g_atomic_int_get (&call->cancelled))
    call->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                       "Operation was cancelled");
}

/* Runs in the client's context. A reply that is @known has been taken before, and does not change any more. */
static void
deliver_reply (NorpcReplyQueue *self,
               NorpcCall       *call,
               gboolean         known)
{
  NorpcReplyFunc reply_func = call->reply_func;
  gpointer reply_data = call->reply_data;

  call->link.next = NULL;

  if (call->has_timer)
    norpc_timeouts_remove (&self->deadlines, call);
  if (self->sent != NULL)
    norpc_reply_queue_unlist_call (self, call);
  norpc_call_send_detach (call);
  if (!known)
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
  if (call->unpacks)
    norpc_reply_unpack (norpc_call_get_reply (call), (GCallback) reply_func, reply_data);
  else
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
may_deliver (NorpcReplyQueue *self,
             NorpcCall       *call)
{
  return call->sent_time == 0 || call->sent_time != self->time;
}

/* Runs in the client's context. If a source of higher priority was dispatched in the last iteration,
 * this one has not been checked in the current one, which began at @now.
 */
static void
begin_dispatch (NorpcReplyQueue *self,
                gint64           now)
{
  self->time = (guint32) now;
  norpc_timeouts_expire (&self->deadlines, now);
  if (self->first == NULL)
    take_replies (self);
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
  guint n_delivered = 0;
  gboolean pushed;

  norpc_call_scope_begin (&outer, NULL); /* a handler may be running the context */
  pushed = norpc_context_push (context);

  begin_dispatch (self, g_source_get_time (source));

  norpc_burst_begin ();
  for (; n_delivered < MAX_REPLIES_A_DISPATCH && self->first != NULL; n_delivered++)
    {
      NorpcReplyLink *link = self->first;
      NorpcCall *call = get_call (link);

      if (call == NULL)
        {
          deliver_event (self, link);
          continue;
        }

      if (!may_deliver (self, call))
        break;

      self->first = link->next;
      deliver_reply (self, call, FALSE);
      if (n_delivered % NORPC_BURST_LENGTH == NORPC_BURST_LENGTH - 1)
        norpc_burst_flush ();
    }
  norpc_burst_end ();
  self->had_burst = n_delivered >= NORPC_BURST_MIN_LENGTH;

  if (pushed)
    g_main_context_pop_thread_default (context);
  norpc_call_scope_end (&outer, NULL);
  g_main_context_unref (context);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reply_queue_source_funcs = {
  reply_queue_source_prepare,
  reply_queue_source_check,
  reply_queue_source_dispatch,
  NULL,
  NULL,
  NULL
};

/* Called in the owner of the context. The newer replies follow those that were taken before. */
static void
append_replies (NorpcReplyQueue *self)
{
  NorpcReplyLink *older = g_steal_pointer (&self->first);
  NorpcReplyLink **last = &older;

  take_replies (self);
  while (*last != NULL)
    last = &(*last)->next;
  *last = self->first;
  self->first = older;
}

/* Called in a thread whose thread-default context this is. Delivers those replies out of turn for which @check returns TRUE:
 * what they tell is known already, and a program that does not run the context would keep them. Does nothing if another
 * thread runs the context.
 */
void
norpc_reply_queue_deliver_some (NorpcReplyQueue *self,
                                gboolean       (*check) (NorpcCall *call))
{
  NorpcReplyLink **link = &self->first;

  if (!g_main_context_acquire (self->context))
    return;

  append_replies (self);
  while (*link != NULL)
    {
      NorpcCall *call = get_call (*link);

      if (call == NULL || !check (call))
        {
          link = &(*link)->next;
          continue;
        }

      /* Application code may run the context. */
      *link = call->link.next;
      deliver_reply (self, call, TRUE);
      link = &self->first;
    }
  g_main_context_release (self->context);
}

/* Called in the client's thread, before it sends the call. Records the time of the main-loop
 * iteration, as GTask does. See may_deliver (). A reply queue knows the time; to ask the context takes a
 * lock.
 */
void
norpc_reply_queue_note_iteration (NorpcCall *call)
{
  GSource *source = g_main_current_source ();

  if (source == NULL)
    return;

  call->sent_time = source->source_funcs == &reply_queue_source_funcs
                      ? ((ReplyQueueSource *) source)->reply_queue->time
                      : (guint32) g_source_get_time (source);
}

static gboolean
reply_queue_source_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* Called in the client's thread. @gone is called with @self when the context destroys the source,
 * which is before the context is freed.
 */
void
norpc_reply_queue_attach (NorpcReplyQueue *self,
                          GDestroyNotify   gone)
{
  GSource *source = g_source_new (&reply_queue_source_funcs, sizeof (ReplyQueueSource));

  ((ReplyQueueSource *) source)->reply_queue = self;
  g_source_set_static_name (source, "norpc replies");
  g_source_set_can_recurse (source, TRUE);
  g_source_set_callback (source, reply_queue_source_cb, self, gone);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

/* Thread-safe. Called while the context is being freed. */
void
norpc_reply_queue_discard_events (NorpcReplyQueue *self)
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
