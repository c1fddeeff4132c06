/* stress-signals.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals of the services, which have the stamps that count their answers, too. */

#include "stress.h"

static int n_emitted; /* atomic */
static int n_seen;    /* atomic */

/* The service's context. Some answers are between two emissions. */
void
stress_emit (StressTarget *service,
             StressFate   *fate,
             guint64       stamp)
{
  g_atomic_int_inc (&n_emitted);
  stress_target_emit_stamped (service, fate->number, stamp);
}

/* The context in which the proxy was made. */
static void
stamped_cb (StressTarget *proxy,
            guint         fate,
            guint64       stamp,
            gpointer      user_data)
{
  StressClient *client = user_data;

  g_assert_true (g_thread_self () == client->self);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  g_assert_false (client->calling);
  stress_client_note_stamp (client, fate, stamp, TRUE);
  g_atomic_int_inc (&n_seen);
}

/* The client's thread, or the main thread, to which nobody listens. */
void
stress_signals_connect (StressTargetProxy *proxy)
{
  StressClient *client = stress_get_current_client ();

  if (client != NULL)
    g_signal_connect (proxy, "stamped", G_CALLBACK (stamped_cb), client);
}

void
stress_signals_print (void)
{
  g_printerr ("stress: signals: %d emitted, %d seen\n", g_atomic_int_get (&n_emitted),
              g_atomic_int_get (&n_seen));
}
