/* norpc-waker.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-waker-private.h"

struct _NorpcWaker
{
  GMutex        lock;
  GMainContext *context; /* (unowned) (nullable) [lock]: NULL once the context is released */
  NorpcWakeFunc func;    /* (nullable), before other threads know the waker */
  gpointer      data;    /* (unowned): for `func` */
};

NorpcWaker *
norpc_waker_new (GMainContext *context)
{
  NorpcWaker *self = g_atomic_rc_box_new0 (NorpcWaker);

  g_mutex_init (&self->lock);
  self->context = context;

  return self;
}

/* Called before other threads know the waker. @func is called when the context is to wake up, in the
 * thread that wakes it up, with the lock held, as long as the waker is not detached.
 */
void
norpc_waker_set_func (NorpcWaker    *self,
                      NorpcWakeFunc  func,
                      gpointer       data)
{
  self->func = func;
  self->data = data;
}

NorpcWaker *
norpc_waker_ref (NorpcWaker *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
norpc_waker_clear (gpointer data)
{
  NorpcWaker *self = data;

  g_mutex_clear (&self->lock);
}

void
norpc_waker_unref (NorpcWaker *self)
{
  g_atomic_rc_box_release_full (self, norpc_waker_clear);
}

/* Thread-safe. Called before the context is given a reason to wake up. The caller must then
 * call norpc_waker_end ().
 */
void
norpc_waker_begin (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
}

/* Called in the same thread as norpc_waker_begin (). Only a thread that releases the context
 * competes for the lock.
 */
void
norpc_waker_end (NorpcWaker *self,
                 gboolean    wakes)
{
  if (wakes && self->context != NULL && (self->func == NULL || self->func (self->data)))
    g_main_context_wakeup (self->context);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. */
void
norpc_waker_wake (NorpcWaker *self)
{
  norpc_waker_begin (self);
  norpc_waker_end (self, TRUE);
}

/* Thread-safe. Returns TRUE if the calling thread is the owner of the context, which may have been
 * freed.
 */
gboolean
norpc_waker_is_owner (NorpcWaker *self)
{
  gboolean is_owner;

  g_mutex_lock (&self->lock);
  is_owner = self->context != NULL && g_main_context_is_owner (self->context);
  g_mutex_unlock (&self->lock);

  return is_owner;
}

/* Called in the thread that runs the context, before it releases the context. Waits for
 * wake-ups in progress, because a context must not be woken up after its last reference is
 * released, even while its memory is still allocated.
 */
void
norpc_waker_settle (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Called before the context is freed. */
void
norpc_waker_detach (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
  self->context = NULL;
  g_mutex_unlock (&self->lock);
}
