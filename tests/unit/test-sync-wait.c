/* test-sync-wait.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How threads wait for the answers to synchronous calls. */

#include "call/norpc-call-private.h"
#include "client/norpc-sync-wait-private.h"
#include "fixture.h"

/* More than there are conditions to wait for, so that calls share one. */
#define N_CALLS 65

static gpointer
sleep_thread (gpointer call)
{
  norpc_sync_wait_sleep (call, 0);

  return NULL;
}

/* Whoever is woken, the one whose call is answered is, too. */
static void
test_shared (void)
{
  NorpcCall *calls[N_CALLS];
  GThread *threads[N_CALLS];

  for (guint i = 0; i < N_CALLS; i++)
    {
      calls[i] = norpc_call_new (probe_probe_interface_info (), 0);
      threads[i] = g_thread_new ("sleeper", sleep_thread, calls[i]);
      while (g_atomic_int_get (&calls[i]->waiting) == 0)
        g_thread_yield ();
    }

  /* The last that fell asleep first: those before it sleep on. */
  for (guint i = N_CALLS; i > 0; i--)
    {
      norpc_sync_wait_sink.deliver (calls[i - 1]);
      g_thread_join (threads[i - 1]);
      norpc_call_unref (calls[i - 1]);
    }
}

/* An answer that was there before anybody waited needs no wake-up. */
static void
test_answered_before (void)
{
  g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);

  g_assert_false (norpc_sync_wait_sleep (call, g_get_monotonic_time ()));
  norpc_sync_wait_sink.deliver (call);
  g_assert_true (norpc_sync_wait_spin (call));
  g_assert_true (norpc_sync_wait_sleep (call, g_get_monotonic_time ()));
  g_assert_true (norpc_sync_wait_sleep (call, 0));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sync-wait/shared", test_shared);
  g_test_add_func ("/sync-wait/answered-before", test_answered_before);

  return g_test_run ();
}
