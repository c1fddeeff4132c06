/* norpc-pipe.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "core/norpc-error.h"
#include "core/norpc-weak-ref.h"
#include "norpc-pipe-private.h"

static void drop_items (NorpcPipe *self,
                        NorpcItem *items);

NorpcPipe *
norpc_pipe_ref (NorpcPipe *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_pipe_unref (NorpcPipe *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  drop_items (self, self->oldest);
  g_clear_error (&self->error);
  g_clear_error (&self->handled_error);
  g_clear_pointer (&self->reader_queue, norpc_reply_queue_unref);
  for (guint i = 0; i < NORPC_PIPE_N_ENDS; i++)
    g_clear_pointer (&self->watches[i], g_source_unref);
  g_weak_ref_clear (&self->reader);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static NorpcCallStream *
ref_items (NorpcCallStream *stream)
{
  return &norpc_pipe_ref ((NorpcPipe *) stream)->parent;
}

static void
unref_items (NorpcCallStream *stream)
{
  norpc_pipe_unref ((NorpcPipe *) stream);
}

static const NorpcCallStreamFuncs pipe_funcs = { ref_items, unref_items };

NorpcPipe *
norpc_pipe_new (const NorpcInterfaceInfo *interface_info,
                guint                     method)
{
  const NorpcMethodInfo *info = interface_info->methods[method];
  NorpcPipe *self = g_new0 (NorpcPipe, 1);

  self->parent.funcs = &pipe_funcs;
  g_atomic_ref_count_init (&self->ref_count);
  self->interface_info = interface_info;
  self->method = method;
  self->capacity = info->backlog != 0 ? info->backlog : NORPC_DEFAULT_STREAM_BACKLOG;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_weak_ref_init (&self->reader, NULL);

  return self;
}

/* Returns a pipe (owned) that drops its items, and that has none to be read. */
NorpcPipe *
norpc_pipe_new_empty (const NorpcInterfaceInfo *interface_info,
                      guint                     method)
{
  NorpcPipe *self = norpc_pipe_new (interface_info, method);

  self->drains = TRUE;
  self->empty = TRUE;

  return self;
}

/* Called with no lock held. Releases items (owned) (nullable) that are linked to each other, of which
 * no event is in a queue.
 */
static void
release_items (gpointer items)
{
  NorpcItem *item = items;

  while (item != NULL)
    {
      NorpcItem *newer = item->newer;

      norpc_item_unref (item);
      item = newer;
    }
}

/* Called with no lock held. Releases items (owned) (nullable) in a thread in which functions of the application may run. */
static void
drop_items (NorpcPipe *self,
            NorpcItem *items)
{
  if (items != NULL && g_atomic_int_get (&self->drops_elsewhere))
    norpc_background_push_release (release_items, items);
  else
    release_items (items);
}

/* Called with the lock held. */
static void
wake_watch_locked (NorpcPipe    *self,
                   NorpcPipeEnd  end)
{
  if (self->watches[end] != NULL)
    g_source_set_ready_time (self->watches[end], 0);
}

/* Called with the lock held. Both ends look at the state again. */
static void
wake_locked (NorpcPipe *self)
{
  g_cond_broadcast (&self->changed);
  wake_watch_locked (self, NORPC_PIPE_READER);
  wake_watch_locked (self, NORPC_PIPE_WRITER);
  norpc_wait_wake (&self->read_wait);
  norpc_wait_wake (&self->write_wait);
}

/* Called in the thread that completes the client's call, before its reply is on its way. */
static void
completed_cb (NorpcCompletionHook *hook,
              NorpcCall           *call)
{
  NorpcPipe *self = (NorpcPipe *) ((char *) hook - G_STRUCT_OFFSET (NorpcPipe, hook));

  g_mutex_lock (&self->lock);
  self->completed = TRUE;
  if (call->error != NULL)
    self->error = g_error_copy (call->error);
  self->abandoned = !g_atomic_int_get (&call->replied) &&
                    g_error_matches (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wake_locked (self);
  g_mutex_unlock (&self->lock);

  norpc_pipe_unref (self);
}

/* Called in the client's thread, before it sends @call. */
void
norpc_pipe_watch_call (NorpcPipe *self,
                       NorpcCall *call)
{
  norpc_pipe_ref (self);
  norpc_call_add_completion_hook (call, &self->hook, completed_cb);
}

/* Runs in the client's context, when the reply arrives. A call that was cancelled while its reply was
 * on its way has failed with @error (nullable) there, and so do its items.
 */
void
norpc_pipe_note_outcome (NorpcPipe    *self,
                         const GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL && error != NULL)
    {
      self->error = g_error_copy (error);
      self->abandoned = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_mutex_unlock (&self->lock);
}

/* Freed when the call completes. */
typedef struct
{
  NorpcCompletionHook hook; /* must be first */
  NorpcPipe          *pipe; /* (owned) */
} HandledHook;

/* Called in the thread that completes the call. */
static void
handled_cb (NorpcCompletionHook *hook,
            NorpcCall           *call)
{
  g_autofree HandledHook *handled = (HandledHook *) hook;
  NorpcPipe *self = handled->pipe;

  g_mutex_lock (&self->lock);
  self->handled = TRUE;
  if (call->error != NULL && self->handled_error == NULL)
    self->handled_error = g_error_copy (call->error);
  wake_locked (self);
  g_mutex_unlock (&self->lock);

  norpc_pipe_unref (self);
}

/* Called in the service's context, when it gets @call. Behind a layer or a proxy, this call may
 * complete long before the one of the client does, whose context may be blocked.
 */
void
norpc_pipe_watch_handled_call (NorpcPipe *self,
                               NorpcCall *call)
{
  HandledHook *handled = g_new0 (HandledHook, 1);

  handled->pipe = norpc_pipe_ref (self);
  if (!norpc_call_add_completion_hook (call, &handled->hook, handled_cb))
    handled_cb (&handled->hook, call);
}

/* Thread-safe. Drops what the queue of the reader keeps of an item: a reference to each. */
static void
release_event (NorpcItem *item)
{
  NorpcPipe *pipe = g_steal_pointer (&item->pipe);

  norpc_item_unref (item);
  norpc_pipe_unref (pipe);
}

/* Runs in the reader's context, with the lock of the events held. */
static void
item_unpacked_locked (NorpcEvent *event)
{
  ((NorpcItem *) event)->queued = FALSE;
}

/* Thread-safe. Called when the context has been freed. */
static void
item_event_free (NorpcEvent *event)
{
  release_event ((NorpcItem *) event);
}

static void item_event_run (NorpcEvent *event);

static const NorpcEventImpl item_event_impl = {
  item_unpacked_locked, item_event_run, item_event_free, NORPC_EVENT_SINGLE
};

/* Runs in the reader's context. Items that follow each other directly arrive together, so that a
 * reader can take several of them at a time.
 */
static void
item_event_run (NorpcEvent *event)
{
  NorpcItem *item = (NorpcItem *) event;
  NorpcPipe *pipe = item->pipe;
  g_autoptr (GObject) reader = norpc_weak_ref_get (&pipe->reader);
  NorpcItem *last = item;

  for (NorpcReplyLink *link = event->link.next;
       link != NULL && link->sink == event->link.sink && ((NorpcEvent *) link)->impl == &item_event_impl &&
       ((NorpcItem *) link)->pipe == pipe;
       link = link->next)
    last = (NorpcItem *) link;

  if (reader != NULL)
    pipe->arrived (reader, last->number);
  release_event (item);
}

/* Called with the lock held. Adds an event for the item to the queue of the reader's context. */
static void
push_event_locked (NorpcPipe *self,
                   NorpcItem *item)
{
  NorpcEventQueue *events = norpc_reply_queue_get_events (self->reader_queue);

  item->event.impl = &item_event_impl;
  g_mutex_lock (&events->lock);
  item->queued = norpc_reply_queue_push_event_locked (self->reader_queue, &item->event);
  if (item->queued)
    {
      item->pipe = norpc_pipe_ref (self);
      norpc_item_ref (item);
    }
  g_mutex_unlock (&events->lock);
}

/* Called with the lock held. Returns TRUE if the event of @item was still in the queue. The caller
 * then calls release_event (), with no lock held.
 */
static gboolean
remove_event_locked (NorpcPipe *self,
                     NorpcItem *item)
{
  NorpcEventQueue *events;
  gboolean queued;

  if (self->reader_queue == NULL)
    return FALSE;

  events = norpc_reply_queue_get_events (self->reader_queue);
  g_mutex_lock (&events->lock);
  queued = item->queued;
  if (queued)
    norpc_event_queue_remove_locked (&item->event);
  item->queued = FALSE;
  g_mutex_unlock (&events->lock);

  return queued;
}

/* Called with the lock held. Returns an error (owned) if nothing can be written, or NULL. */
static GError *
find_write_error_locked (NorpcPipe *self)
{
  if (self->cancelled ||
      (self->completed && g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The stream was cancelled");
  if (self->completed || self->ended)
    return g_error_new_literal (NORPC_ERROR, NORPC_ERROR_CLOSED, "The stream has ended");
  if (self->n_items >= self->capacity && !self->drains)
    return g_error_new (NORPC_ERROR, NORPC_ERROR_BUSY,
                        "%u items of the stream already wait for the reader", self->capacity);

  return NULL;
}

/* Called with the lock held. Takes ownership of @item. */
static void
append_item_locked (NorpcPipe *self,
                    NorpcItem *item)
{
  item->number = ++self->n_written;
  if (self->newest != NULL)
    self->newest->newer = item;
  else
    self->oldest = item;
  self->newest = item;
  if (item->is_end)
    self->ended = TRUE;
  else
    self->n_items++;

  if (self->reader_queue != NULL)
    push_event_locked (self, item);
  wake_watch_locked (self, NORPC_PIPE_READER);
  g_cond_broadcast (&self->changed);
}

/* Thread-safe. Takes ownership of @item. The end is accepted however many items wait. */
gboolean
norpc_pipe_write (NorpcPipe  *self,
                  NorpcItem  *item,
                  GError    **error)
{
  GError *problem;
  gboolean drops;

  g_mutex_lock (&self->lock);
  problem = find_write_error_locked (self);
  if (item->is_end && g_error_matches (problem, NORPC_ERROR, NORPC_ERROR_BUSY))
    g_clear_error (&problem);
  drops = problem != NULL || self->drains;
  if (!drops)
    append_item_locked (self, item);
  g_mutex_unlock (&self->lock);

  if (drops)
    norpc_item_unref (item);
  if (problem != NULL)
    g_propagate_error (error, problem);

  return problem == NULL;
}

/* Thread-safe. Returns an error (owned) if no item can be written now, or NULL. It is
 * NORPC_ERROR_BUSY if there is no room.
 */
GError *
norpc_pipe_find_write_error (NorpcPipe *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = find_write_error_locked (self);
  g_mutex_unlock (&self->lock);

  return error;
}

/* Called in the reader's context, to which items are sent from now on. */
void
norpc_pipe_attach (NorpcPipe     *self,
                   GObject       *reader,
                   NorpcPipeFunc  arrived)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_weak_ref_set (&self->reader, reader);
  g_mutex_lock (&self->lock);
  self->reader_queue = norpc_reply_queue_get (context);
  self->arrived = arrived;
  for (NorpcItem *item = self->oldest; item != NULL; item = item->newer)
    push_event_locked (self, item);
  g_mutex_unlock (&self->lock);
}

/* Called with the lock held. Takes the oldest item (owned) off the list. */
static NorpcItem *
unlink_oldest_locked (NorpcPipe *self)
{
  NorpcItem *item = self->oldest;

  self->oldest = item->newer;
  if (self->oldest == NULL)
    self->newest = NULL;
  item->newer = NULL;
  if (!item->is_end && !self->keeps_slots)
    self->n_items--;

  return item;
}

/* Called in the reader's thread. Takes the oldest item (owned) whose number is not larger than
 * @max_number, or returns NULL. @at_end tells whether the end comes next, which stays there: another
 * thread may close the pipe, and drop the end. A writer that waits goes on once half of the items have
 * been read, so that it is not woken up for each one.
 */
NorpcItem *
norpc_pipe_take (NorpcPipe *self,
                 guint64    max_number,
                 gboolean  *at_end)
{
  NorpcItem *item = NULL;
  gboolean removed = FALSE;

  *at_end = FALSE;

  g_mutex_lock (&self->lock);
  if (self->oldest != NULL && self->oldest->number <= max_number)
    {
      *at_end = self->oldest->is_end;
      if (!*at_end)
        item = unlink_oldest_locked (self);
      removed = item != NULL && remove_event_locked (self, item);
      if (self->n_items <= self->capacity / 2)
        norpc_wait_wake (&self->write_wait);
      wake_watch_locked (self, NORPC_PIPE_WRITER);
    }
  g_mutex_unlock (&self->lock);

  if (removed)
    release_event (item);

  return item;
}

/* Called with the lock held. Takes all items (owned), and the end. They are taken at once: a reader in
 * another thread must not get an item, or the end, after others that it has not got. Adds those whose
 * events were still in the queue to @events.
 */
static NorpcItem *
steal_items_locked (NorpcPipe *self,
                    GPtrArray *events)
{
  NorpcItem *oldest = g_steal_pointer (&self->oldest);

  self->newest = NULL;
  self->n_items = 0;
  for (NorpcItem *item = oldest; item != NULL; item = item->newer)
    if (remove_event_locked (self, item))
      g_ptr_array_add (events, item);

  return oldest;
}

/* Called in the reader's thread. From now on, items are dropped. */
void
norpc_pipe_drain (NorpcPipe *self)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) release_event);
  NorpcItem *items;

  g_mutex_lock (&self->lock);
  self->drains = TRUE;
  items = steal_items_locked (self, events);
  norpc_wait_wake (&self->write_wait);
  wake_watch_locked (self, NORPC_PIPE_WRITER);
  g_mutex_unlock (&self->lock);

  drop_items (self, items);
}

/* Thread-safe. Nothing is written or read any more. The client cancels its call if @cancels is TRUE; it
 * may do so in several threads, and the call has completed in one of them only.
 */
void
norpc_pipe_close (NorpcPipe *self,
                  gboolean   cancels)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) release_event);
  NorpcItem *items;

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  if (cancels && !self->completed)
    self->cancelled = TRUE;
  items = steal_items_locked (self, events);
  wake_locked (self);
  g_mutex_unlock (&self->lock);

  if (cancels)
    release_items (items);
  else
    drop_items (self, items);
}

/* Thread-safe. The end that does not cancel the call belongs to a thread of the library. When it drops items, they are released
 * in a thread of the pool, because this may call functions of the application.
 */
void
norpc_pipe_drop_elsewhere (NorpcPipe *self)
{
  g_atomic_int_set (&self->drops_elsewhere, TRUE);
}

/* Thread-safe. From now on, an item that is taken still counts: its reader is in another process, and has not
 * read it yet.
 */
void
norpc_pipe_keep_slots (NorpcPipe *self)
{
  g_mutex_lock (&self->lock);
  self->keeps_slots = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. The reader in another process has read items. A writer that waits goes on at once: that reader may
 * want no more than these.
 */
void
norpc_pipe_free_slots (NorpcPipe *self,
                       guint64    n_slots)
{
  g_mutex_lock (&self->lock);
  self->n_items -= (guint) MIN (n_slots, self->n_items);
  norpc_wait_wake (&self->write_wait);
  wake_watch_locked (self, NORPC_PIPE_WRITER);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Gets how many items take up room. */
guint
norpc_pipe_get_n_items (NorpcPipe *self)
{
  guint n_items;

  g_mutex_lock (&self->lock);
  n_items = self->n_items;
  g_mutex_unlock (&self->lock);

  return n_items;
}

/* Thread-safe. Returns TRUE if there are items that were not taken. */
gboolean
norpc_pipe_has_items (NorpcPipe *self)
{
  gboolean has_items;

  g_mutex_lock (&self->lock);
  has_items = self->oldest != NULL && !self->oldest->is_end;
  g_mutex_unlock (&self->lock);

  return has_items;
}

/* Thread-safe. The @watch (nullable) of @end becomes ready with each action of the other end, until there is another one. Both
 * ends may be in other processes.
 */
void
norpc_pipe_set_watch (NorpcPipe    *self,
                      NorpcPipeEnd  end,
                      GSource      *watch)
{
  GSource *old;

  g_mutex_lock (&self->lock);
  old = g_steal_pointer (&self->watches[end]);
  self->watches[end] = watch != NULL ? g_source_ref (watch) : NULL;
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&old, g_source_unref);
}
