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

/* Runs in the service's context. */
static gboolean
emit_cancelled_cb (gpointer user_data)
{
  GCancellable *cancellable = user_data;

  g_signal_emit (cancellable, get_cancelled_signal (), 0);

  return G_SOURCE_REMOVE;
}

/* Thread-safe. The first callback of the signal. */
static void
cancelled_anywhere_cb (GCancellable *cancellable,
                       gpointer      user_data)
{
  GMainContext *context = user_data;
  g_autoptr (GSource) source = NULL;

  /* The callback runs only once. It must be disconnected because it keeps a reference to the
   * context, and the context may keep one to the cancellable.
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
