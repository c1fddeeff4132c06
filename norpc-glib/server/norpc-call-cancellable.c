/* norpc-call-cancellable.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The cancellable of the service's half of a call.
 *
 * It must be cancelled immediately, in the client's thread, or a handler that runs or blocks
 * would not notice. But callbacks that a service has connected to the "cancelled" signal may
 * run only in the service's context. The runtime therefore connects the first callback of each
 * such cancellable; it stops an emission in any other thread and emits the signal again in the
 * service's context.
 */

#include "call/norpc-call-deadline-private.h"
#include "client/norpc-reply-queue-private.h"

static guint
get_cancelled_signal (void)
{
  static gsize cancelled_signal = 0; /* written once */

  if (g_once_init_enter (&cancelled_signal))
    g_once_init_leave (&cancelled_signal,
                       g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE));

  return (guint) cancelled_signal;
}

/* An emission of the signal in the service's context. */
typedef struct
{
  NorpcEvent    parent;
  GCancellable *cancellable; /* (owned) */
} CancelledEvent;

/* Called with no lock held. */
static void
cancelled_event_free (NorpcEvent *event)
{
  CancelledEvent *self = (CancelledEvent *) event;

  g_object_unref (self->cancellable);
  g_free (self);
}

/* Runs in the service's context. */
static void
cancelled_event_run (NorpcEvent *event)
{
  g_signal_emit (((CancelledEvent *) event)->cancellable, get_cancelled_signal (), 0);
  cancelled_event_free (event);
}

static const NorpcEventImpl cancelled_event_impl = {
  NULL, cancelled_event_run, cancelled_event_free, NORPC_EVENT_SINGLE
};

/* Thread-safe. */
static void
emit_in_context (GCancellable    *cancellable,
                 NorpcReplyQueue *reply_queue)
{
  CancelledEvent *event = g_new0 (CancelledEvent, 1);
  NorpcEventQueue *events = norpc_reply_queue_get_events (reply_queue);
  gboolean pushed;

  event->parent.impl = &cancelled_event_impl;
  event->cancellable = g_object_ref (cancellable);

  g_mutex_lock (&events->lock);
  pushed = norpc_reply_queue_push_event_locked (reply_queue, &event->parent);
  g_mutex_unlock (&events->lock);

  if (!pushed)
    cancelled_event_free (&event->parent);
}

/* Thread-safe. The first callback of the signal. */
static void
cancelled_anywhere_cb (GCancellable *cancellable,
                       gpointer      user_data)
{
  g_autoptr (NorpcReplyQueue) reply_queue = norpc_reply_queue_ref (user_data);

  /* The callback runs only once. */
  g_signal_handlers_disconnect_by_func (cancellable, cancelled_anywhere_cb, user_data);

  if (norpc_reply_queue_is_owner (reply_queue))
    return;

  g_signal_stop_emission (cancellable, get_cancelled_signal (), 0);
  emit_in_context (cancellable, reply_queue);
}

static void
unref_reply_queue (gpointer  reply_queue,
                   GClosure *closure G_GNUC_UNUSED)
{
  norpc_reply_queue_unref (reply_queue);
}

/* Runs in the service's context. The cancellable does not keep the context, which may keep the
 * call.
 */
static GCancellable *
service_cancellable_new (void)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_signal_connect_data (cancellable, "cancelled",
                         G_CALLBACK (cancelled_anywhere_cb),
                         norpc_reply_queue_get_thread_default (), unref_reply_queue,
                         G_CONNECT_DEFAULT);

  return cancellable;
}

/**
 * norpc_call_get_cancellable:
 * @self: a call
 *
 * Gets a cancellable for the work that the service does to answer the call.
 *
 * The cancellable is cancelled as soon as the client cancels the call, the call times
 * out, or nothing waits for its answer for another reason, so that it also interrupts
 * operations that block. Its [signal@Gio.Cancellable::cancelled] signal is emitted in the
 * thread-default main context of the first caller of this function, which is that of the
 * service.
 *
 * Returns: (transfer none): the cancellable, which is valid as long as the caller keeps a
 *   reference to @self
 * Since: 0.1
 */
GCancellable *
norpc_call_get_cancellable (NorpcCall *self)
{
  GCancellable *cancellable;

  g_return_val_if_fail (self != NULL, NULL);

  cancellable = g_atomic_pointer_get (&self->service_cancellable);
  if (cancellable == NULL)
    {
      cancellable = service_cancellable_new ();
      if (g_atomic_pointer_compare_and_exchange (&self->service_cancellable,
                                                 NULL, cancellable))
        {
          norpc_call_start_deadline_timer (self);
        }
      else
        {
          g_object_unref (cancellable);
          cancellable = g_atomic_pointer_get (&self->service_cancellable);
        }
    }

  /* A thread that cancels the call sets the flag before it reads the cancellable, so at least
   * one of the two threads cancels it.
   */
  if (g_atomic_int_get (&self->cancelled))
    g_cancellable_cancel (cancellable);

  return cancellable;
}
