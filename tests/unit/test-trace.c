/* test-trace.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The story of a call, for who asks for it. */

#include "fixture.h"

static void
test_told (void)
{
  Fixture fixture = { 0 };
  Outcome outcome = { 0 };

  if (!g_test_subprocess ())
    {
      g_setenv ("G_MESSAGES_DEBUG", "Norpc", TRUE);
      g_test_trap_subprocess ("/trace/told", 0, G_TEST_SUBPROCESS_DEFAULT);
      g_unsetenv ("G_MESSAGES_DEBUG");
      g_test_trap_assert_passed ();
      g_test_trap_assert_stdout ("*of org.example.Probe.Noop: async, to NorpcChannel*"
                                 "*of org.example.Probe.Noop: handled by ProbeService*"
                                 "*of org.example.Probe.Noop: answered*"
                                 "*of org.example.Probe.Noop: ended after *.* us:"
                                 " it waited *.* us and was handled for *.* us*"
                                 "*of org.example.Probe.Noop: delivered to its client*"
                                 "*of org.example.Probe.Fail: sync, to NorpcChannel*"
                                 "*of org.example.Probe.Fail: failed: as told*"
                                 "*of org.example.Probe.Noop: failed: *was rejected*"
                                 "*of org.example.Probe.Noop: ended after *.* us,"
                                 " without being handled*");
      return;
    }

  fixture_set_up (&fixture, NULL);
  probe_probe_proxy_call_noop (fixture.proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_false (probe_probe_proxy_call_fail_sync (fixture.proxy, NULL, NULL));
  g_assert_true (norpc_server_stop (fixture.server, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  fixture_tear_down (&fixture, NULL);
}

static void
test_not_told (void)
{
  Fixture fixture = { 0 };

  if (!g_test_subprocess ())
    {
      g_unsetenv ("G_MESSAGES_DEBUG");
      g_test_trap_subprocess ("/trace/not-told", 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stdout_unmatched ("*org.example.Probe*");
      return;
    }

  fixture_set_up (&fixture, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  fixture_tear_down (&fixture, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/trace/told", test_told);
  g_test_add_func ("/trace/not-told", test_not_told);

  return g_test_run ();
}
