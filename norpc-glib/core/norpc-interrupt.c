/* norpc-interrupt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-interrupt-private.h"

/**
 * NorpcInterrupt:
 *
 * Runs a function in a thread that blocks, while it goes on waiting.
 *
 * This class is for language bindings. An interpreter that runs handlers of Unix signals between two of
 * its instructions cannot do so while a function in C waits. An interrupt that is the current one of a
 * thread has this thread run a function in the middle of a wait, such as that of a synchronous call:
 * [method@Norpc.Interrupt.raise] wakes up the thread, which runs the function and then waits for the rest
 * of the time. If the function is to end the wait, it cancels the [class@Gio.Cancellable] that belongs to
 * the wait.
 *
 * These functions can be interrupted: synchronous calls, the functions of [class@Norpc.Server] that wait, and those
 * of [class@Norpc.Stream].
 *
 * Since: 0.1
 */

struct _NorpcInterrupt
{
  GObject parent_instance;

  NorpcInterruptFunc func;
  gpointer           user_data; /* (owned) */
  GDestroyNotify     destroy;   /* (nullable) */

  GMutex                  lock;
  NorpcInterruptibleWait *wait;   /* (unowned) (nullable) [lock]: the innermost one of the thread */
  int                     raised; /* atomic */
};

G_DEFINE_FINAL_TYPE (NorpcInterrupt, norpc_interrupt, G_TYPE_OBJECT)

/* (owned) (nullable): of the thread */
static GPrivate current_interrupt = G_PRIVATE_INIT (g_object_unref);

static void
norpc_interrupt_finalize (GObject *object)
{
  NorpcInterrupt *self = NORPC_INTERRUPT (object);

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_interrupt_parent_class)->finalize (object);
}

static void
norpc_interrupt_class_init (NorpcInterruptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_interrupt_finalize;
}

static void
norpc_interrupt_init (NorpcInterrupt *self)
{
  g_mutex_init (&self->lock);
}

/**
 * norpc_interrupt_new:
 * @func: (scope notified) (closure user_data) (destroy destroy): the function that runs in the middle of a wait
 * @user_data: data for @func
 * @destroy: frees @user_data
 *
 * Creates an interrupt.
 *
 * @func runs in the thread that waits, without a lock. It may call anything, also functions that wait.
 *
 * Returns: (transfer full): a new interrupt
 * Since: 0.1
 */
NorpcInterrupt *
norpc_interrupt_new (NorpcInterruptFunc  func,
                     gpointer            user_data,
                     GDestroyNotify      destroy)
{
  NorpcInterrupt *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_object_new (NORPC_TYPE_INTERRUPT, NULL);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

/**
 * norpc_interrupt_set_current:
 * @self: (nullable): an interrupt, or %NULL for none
 *
 * Sets the interrupt of the waits that the calling thread begins from now on.
 *
 * An interrupt can be the current one of one thread only.
 *
 * Since: 0.1
 */
void
norpc_interrupt_set_current (NorpcInterrupt *self)
{
  g_return_if_fail (self == NULL || NORPC_IS_INTERRUPT (self));

  g_private_replace (&current_interrupt, self != NULL ? g_object_ref (self) : NULL);
}

/**
 * norpc_interrupt_raise:
 * @self: an interrupt
 *
 * Has the thread whose current interrupt this is run the function.
 *
 * If the thread is not waiting, the function runs at the beginning of its next wait. It runs once if the
 * interrupt is raised several times before.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_interrupt_raise (NorpcInterrupt *self)
{
  g_return_if_fail (NORPC_IS_INTERRUPT (self));

  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->raised, TRUE);
  if (self->wait != NULL)
    {
      g_mutex_lock (self->wait->mutex);
      g_cond_broadcast (self->wait->cond);
      g_mutex_unlock (self->wait->mutex);
    }
  g_mutex_unlock (&self->lock);
}

/* Called in a thread that is going to wait for @cond, without @mutex. */
void
norpc_interrupt_begin_wait (NorpcInterruptibleWait *wait,
                            GMutex                 *mutex,
                            GCond                  *cond)
{
  NorpcInterrupt *interrupt = g_private_get (&current_interrupt);

  *wait = (NorpcInterruptibleWait) { .interrupt = interrupt, .mutex = mutex, .cond = cond };
  if (interrupt == NULL)
    return;

  g_object_ref (interrupt);
  g_mutex_lock (&interrupt->lock);
  wait->outer = interrupt->wait;
  interrupt->wait = wait;
  g_mutex_unlock (&interrupt->lock);
}

/* Called in the same thread, with @mutex held, before it sleeps. Returns TRUE if it has released
 * @mutex meanwhile, because it was interrupted.
 */
gboolean
norpc_interrupt_run_locked (NorpcInterruptibleWait *wait)
{
  NorpcInterrupt *interrupt = wait->interrupt;

  if (interrupt == NULL || !g_atomic_int_compare_and_exchange (&interrupt->raised, TRUE, FALSE))
    return FALSE;

  g_mutex_unlock (wait->mutex);
  interrupt->func (interrupt->user_data);
  g_mutex_lock (wait->mutex);

  return TRUE;
}

/* Called in the same thread, without @mutex. */
void
norpc_interrupt_end_wait (NorpcInterruptibleWait *wait)
{
  NorpcInterrupt *interrupt = wait->interrupt;

  if (interrupt == NULL)
    return;

  g_mutex_lock (&interrupt->lock);
  interrupt->wait = wait->outer;
  g_mutex_unlock (&interrupt->lock);
  g_object_unref (interrupt);
}
