/* norpc-dbus-barriers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The threads that wait until the calls of an object have been sent, for a flush. */

#include "norpc-dbus-object-parts-private.h"
#include "norpc-dbus-thread-private.h"

/* A thread that waits until the calls before have been sent. */
typedef struct
{
  gatomicrefcount  ref_count;
  NorpcDBusObject *object; /* (owned) */
  GMutex           lock;
  GCond            cond;
  gboolean         passed; /* [lock]: or it was cancelled */
} Barrier;

static void
barrier_unref (gpointer data)
{
  Barrier *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_dbus_object_unref (self->object);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Thread-safe. */
static void
barrier_open (Barrier *self)
{
  g_mutex_lock (&self->lock);
  self->passed = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Runs in the thread of D-Bus endpoints. Lets the threads go on that wait for calls to be sent. A barrier may have the
 * last reference to the object.
 */
void
norpc_dbus_object_open_barriers (NorpcDBusObject *self)
{
  Barrier *barrier;

  norpc_dbus_object_ref (self);
  while (g_queue_is_empty (&self->waiting) && (barrier = g_queue_pop_head (&self->barriers)) != NULL)
    {
      barrier_open (barrier);
      barrier_unref (barrier);
    }
  norpc_dbus_object_unref (self);
}

static void
add_barrier (gpointer data)
{
  Barrier *barrier = data;

  g_queue_push_tail (&barrier->object->barriers, barrier);
  norpc_dbus_object_open_barriers (barrier->object);
}

/* Runs in the thread that cancels. */
static void
barrier_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                      gpointer      barrier)
{
  barrier_open (barrier);
}

/* Called in any thread but that of D-Bus endpoints. Blocks until the calls that were sent before have been given to the
 * connection, or have failed, or until it is cancelled.
 */
void
norpc_dbus_object_await_sent (NorpcDBusObject *self,
                              GCancellable    *cancellable)
{
  Barrier *barrier = g_new0 (Barrier, 1);
  gulong id = 0;

  g_atomic_ref_count_init (&barrier->ref_count);
  g_atomic_ref_count_inc (&barrier->ref_count);
  barrier->object = norpc_dbus_object_ref (self);
  g_mutex_init (&barrier->lock);
  g_cond_init (&barrier->cond);
  norpc_dbus_thread_invoke (add_barrier, barrier);
  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (barrier_cancelled_cb), barrier, NULL);
  g_mutex_lock (&barrier->lock);
  while (!barrier->passed)
    g_cond_wait (&barrier->cond, &barrier->lock);
  g_mutex_unlock (&barrier->lock);
  g_cancellable_disconnect (cancellable, id);
  barrier_unref (barrier);
}
