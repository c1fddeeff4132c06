/* norpc-channel-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The queue of a channel, and its other end: where a host takes the calls. */

#include "norpc-call-private.h"
#include "norpc-channel-private.h"

/* Any thread: how many calls wait. */
guint
norpc_channel_get_waiting (NorpcChannel *self)
{
  return (guint) g_atomic_int_get (&self->accepted) - (guint) g_atomic_int_get (&self->served);
}

/* With the lock of the queue held. Returns what wakes the host (owned), if it
 * sleeps, or NULL. The host is awake for everybody else from then on.
 */
NorpcWaker *
norpc_channel_steal_sleeper_locked (NorpcChannel *self)
{
  if (!self->asleep)
    return NULL;

  self->asleep = FALSE;

  return norpc_waker_ref (self->waker);
}

/* Any thread. @thread is the one thread that runs @context, if there is such
 * a one. FALSE if the channel has or had a host.
 */
gboolean
norpc_channel_open (NorpcChannel *self,
                    GMainContext *context,
                    GThread      *thread)
{
  gboolean opened;

  g_async_queue_lock (self->queue);
  opened = !self->used;
  if (opened)
    {
      g_clear_pointer (&self->reason, g_free);
      self->used = TRUE;
      self->open = TRUE;
      self->context = context;
      self->waker = norpc_waker_new (context);
      self->thread = thread;
      self->runner = thread;
    }
  g_async_queue_unlock (self->queue);

  return opened;
}

/* The host's context. */
void
norpc_channel_set_runner (NorpcChannel *self,
                          GThread      *runner)
{
  g_async_queue_lock (self->queue);
  self->runner = runner;
  g_async_queue_unlock (self->queue);
}

/* Any thread: accepts no more calls. The first reason stands. */
void
norpc_channel_close (NorpcChannel *self,
                     const char   *reason)
{
  g_async_queue_lock (self->queue);
  if (self->open || !self->used)
    {
      self->used = TRUE;
      self->open = FALSE;
      g_free (self->reason);
      self->reason = g_strdup (reason);
    }
  g_async_queue_unlock (self->queue);
}

/* Any thread: the host's context is going. The channel is closed. */
void
norpc_channel_detach (NorpcChannel *self)
{
  g_autoptr (NorpcWaker) waker = NULL;

  g_async_queue_lock (self->queue);
  self->asleep = FALSE;
  self->context = NULL;
  self->thread = NULL;
  self->runner = NULL;
  waker = g_steal_pointer (&self->waker);
  g_async_queue_unlock (self->queue);

  if (waker != NULL)
    norpc_waker_detach (waker);
}

/* Any thread: what is in the queue, and stays there, held by
 * norpc_call_hold (). Returns an owned array.
 */
GPtrArray *
norpc_channel_hold_calls (NorpcChannel *self)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_release);
  NorpcCall *call;

  g_async_queue_lock (self->queue);
  while ((call = g_async_queue_try_pop_unlocked (self->queue)) != NULL)
    {
      norpc_call_hold (call);
      g_ptr_array_add (calls, call);
    }
  for (guint i = 0; i < calls->len; i++)
    g_async_queue_push_unlocked (self->queue, calls->pdata[i]);
  g_async_queue_unlock (self->queue);

  return calls;
}

/* The host's context, which is awake: takes up to @max calls, which still
 * count as waiting until norpc_channel_served () is called for each.
 */
guint
norpc_channel_take (NorpcChannel  *self,
                    NorpcCall    **calls,
                    guint          max)
{
  guint n = 0;

  g_async_queue_lock (self->queue);
  self->asleep = FALSE;
  while (n < max && (calls[n] = g_async_queue_try_pop_unlocked (self->queue)) != NULL)
    n++;
  g_async_queue_unlock (self->queue);

  return n;
}

/* The host's context. */
void
norpc_channel_served (NorpcChannel *self)
{
  g_atomic_int_set (&self->served, self->served + 1);
}

/* Any thread: whether there is a call that was not served. */
gboolean
norpc_channel_has_calls (NorpcChannel *self)
{
  return norpc_channel_get_waiting (self) > 0;
}

static gboolean
has_calls (gpointer data)
{
  return norpc_channel_has_calls (data);
}

/* The host's context, when it has served all that it took: looks whether
 * there is more, for a while.
 */
gboolean
norpc_channel_look (NorpcChannel *self,
                    NorpcSpin    *spin)
{
  return has_calls (self) || norpc_spin_until (spin, has_calls, self);
}

/* The host's context, when it has served all that it took: FALSE if there
 * are calls. If TRUE, whoever pushes next wakes the context.
 */
gboolean
norpc_channel_fall_asleep (NorpcChannel *self,
                           NorpcSpin    *spin)
{
  gboolean empty;

  if (norpc_channel_look (self, spin))
    return FALSE;

  g_async_queue_lock (self->queue);
  empty = g_async_queue_length_unlocked (self->queue) <= 0;
  self->asleep = empty;
  g_async_queue_unlock (self->queue);

  return empty;
}

/* Any thread: whether the host sleeps or not. */
void
norpc_channel_wake_up (NorpcChannel *self)
{
  g_autoptr (NorpcWaker) waker = NULL;

  g_async_queue_lock (self->queue);
  self->asleep = FALSE;
  waker = self->waker != NULL ? norpc_waker_ref (self->waker) : NULL;
  g_async_queue_unlock (self->queue);

  if (waker != NULL)
    norpc_waker_wake (waker);
}
