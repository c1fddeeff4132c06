/* norpc-call-cancellable.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The cancellable of the service's half of a call.
 *
 * It has to be cancelled at once, from the thread of the client, or a handler
 * that works or blocks would not see it. But what a service has connected to
 * its "cancelled" signal may run in the service's context only. So the first
 * handler of each such cancellable, ours, stops an emission that comes from
 * elsewhere and has it made again in the context of the service.
 */

#include "norpc-call-deadline-private.h"
#include "norpc-call-private.h"

static guint
get_cancelled_signal (void)
{
  static gsize cancelled_signal = 0; /* written once */

  if (g_once_init_enter (&cancelled_signal))
    g_once_init_leave (&cancelled_signal,
                       g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE));

  return (guint) cancelled_signal;
}

/* In the context of the service. */
static gboolean
emit_cancelled_cb (gpointer user_data)
{
  GCancellable *cancellable = user_data;

  g_signal_emit (cancellable, get_cancelled_signal (), 0);

  return G_SOURCE_REMOVE;
}

/* In any thread: the first handler of the signal. */
static void
cancelled_anywhere_cb (GCancellable *cancellable,
                       gpointer      user_data)
{
  GMainContext *context = user_data;
  g_autoptr (GSource) source = NULL;

  /* It has done what it is there for, and the context, which it holds, may
   * hold the cancellable.
   */
  g_signal_handlers_disconnect_by_func (cancellable, cancelled_anywhere_cb, user_data);

  if (g_main_context_is_owner (context))
    return;

  g_signal_stop_emission (cancellable, get_cancelled_signal (), 0);

  source = g_idle_source_new ();
  g_source_set_static_name (source, "norpc cancellation");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_cancelled_cb,
                         g_object_ref (cancellable), g_object_unref);
  g_source_attach (source, context);
}

static GCancellable *
service_cancellable_new (void)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_signal_connect_data (cancellable, "cancelled",
                         G_CALLBACK (cancelled_anywhere_cb),
                         g_main_context_ref_thread_default (),
                         (GClosureNotify) (GCallback) g_main_context_unref,
                         G_CONNECT_DEFAULT);

  return cancellable;
}

/**
 * norpc_call_get_cancellable:
 * @self: a call
 *
 * Gets a cancellable for what the service does to answer.
 *
 * It is cancelled when the client cancels the call, or nobody waits for an
 * answer any more for another reason: at once, so that it also ends what
 * blocks. Its [signal@Gio.Cancellable::cancelled] is emitted in the
 * thread-default context of the first caller of this function, which is the
 * service.
 *
 * Returns: (transfer none): the cancellable, as long as @self is held
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

  /* Whoever gives up sets the flag before it looks for the cancellable, so
   * one of the two of us cancels it.
   */
  if (g_atomic_int_get (&self->cancelled))
    g_cancellable_cancel (cancellable);

  return cancellable;
}
