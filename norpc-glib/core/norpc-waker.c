/* norpc-waker.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-waker-private.h"

struct _NorpcWaker
{
  GMutex        lock;
  GMainContext *context; /* (unowned) (nullable) [lock]: until it goes */
};

NorpcWaker *
norpc_waker_new (GMainContext *context)
{
  NorpcWaker *self = g_atomic_rc_box_new0 (NorpcWaker);

  g_mutex_init (&self->lock);
  self->context = context;

  return self;
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

/* Any thread, which is going to give the context a reason to wake, and then calls
 * norpc_waker_end ().
 */
void
norpc_waker_begin (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
}

/* The same thread. The context only needs the lock when it goes. */
void
norpc_waker_end (NorpcWaker *self,
                 gboolean    wakes)
{
  if (wakes && self->context != NULL)
    g_main_context_wakeup (self->context);
  g_mutex_unlock (&self->lock);
}

/* Any thread. */
void
norpc_waker_wake (NorpcWaker *self)
{
  norpc_waker_begin (self);
  norpc_waker_end (self, TRUE);
}

/* The thread that runs the context, before it lets go of that: who gave it a reason to
 * wake is done with it. A context whose last reference has gone must not be woken,
 * although its memory is still there.
 */
void
norpc_waker_settle (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
  g_mutex_unlock (&self->lock);
}

/* Any thread, before the memory of the context goes. */
void
norpc_waker_detach (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
  self->context = NULL;
  g_mutex_unlock (&self->lock);
}
