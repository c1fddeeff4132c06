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

/* Any thread. The context only needs the lock when it goes. */
void
norpc_waker_wake (NorpcWaker *self)
{
  g_mutex_lock (&self->lock);
  if (self->context != NULL)
    g_main_context_wakeup (self->context);
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
