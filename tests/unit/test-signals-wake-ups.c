/* test-signals-wake-ups.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How often signals wake a context up. The linker puts __wrap_g_main_context_wakeup () in the place
 * of GLib's, for calls from the library.
 */

#include "signal-fixture.h"

void __real_g_main_context_wakeup (GMainContext *context);
void __wrap_g_main_context_wakeup (GMainContext *context);

static GMainContext *watched_context = NULL; /* (unowned) (nullable): atomic */
static int n_wake_ups = 0;                   /* atomic: of that context */

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  if (context == g_atomic_pointer_get (&watched_context))
    g_atomic_int_inc (&n_wake_ups);
  __real_g_main_context_wakeup (context);
}

#define N_PROXIES 100

/* Many proxies in one context cost one wake-up. */
static void
test_one_wake_up (Fixture       *fixture,
                  gconstpointer  unused)
{
  GMainContext *context = g_main_context_default ();
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  ProbeProbeProxy *proxies[N_PROXIES];
  int priority;
  Log log;

  log_init (&log);
  for (guint i = 0; i < N_PROXIES; i++)
    {
      proxies[i] = probe_probe_proxy_new (endpoint);
      g_signal_connect (proxies[i], "ticked", G_CALLBACK (ticked_cb), &log);
    }
  iterate ();

  /* From here on, the context is asleep. */
  g_assert_true (g_main_context_acquire (context));
  g_assert_false (g_main_context_prepare (context, &priority));
  g_atomic_int_set (&n_wake_ups, 0);
  g_atomic_pointer_set (&watched_context, context);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (1));
  g_assert_cmpint (g_atomic_int_get (&n_wake_ups), ==, 1);
  g_atomic_pointer_set (&watched_context, NULL);
  g_main_context_release (context);

  iterate ();
  g_assert_cmpuint (log.text->len, ==, N_PROXIES * strlen ("1 "));
  for (guint i = 0; i < N_PROXIES; i++)
    g_assert_finalize_object (proxies[i]);
  log_clear (&log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signals-wake-ups/one", test_one_wake_up);

  return g_test_run ();
}
