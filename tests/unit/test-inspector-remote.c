/* test-inspector-remote.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Inspectors of other processes. Here the process is the same one, over its socket. */

#include <unistd.h>

#include "inspector-process.h"
#include "stats/norpc-stats-recorder-private.h"

static int is_other_user; /* atomic: clients seem to be those of another user */

uid_t __real_getuid (void);
uid_t __wrap_getuid (void);

uid_t
__wrap_getuid (void)
{
  return __real_getuid () + (g_atomic_int_get (&is_other_user) ? 1 : 0);
}

/* All functions, in a folder. */
static void
test_folder (void)
{
  Fixture fixture = { 0 };
  g_autofree char *name = NULL;
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GVariant) services = NULL;
  g_autoptr (GVariant) calls = NULL;
  g_autoptr (GVariant) methods = NULL;
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) lints = NULL;
  Outcome held = { 0 };
  NorpcCall *call;

  if (!is_inspected ("/inspector/remote/folder", "folder", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  name = g_strdup_printf ("test-inspector-remote-%d", (int) getpid ());
  inspector = connect_to (name);

  services = norpc_inspector_list_services (inspector, NULL, NULL);
  assert_text (services, 0, "type", "ProbeService");
  probe_probe_proxy_call_hold (fixture.proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture.state);
  calls = norpc_inspector_list_calls (inspector, NULL, NULL);
  assert_text (calls, 0, "method", "Hold");
  methods = norpc_inspector_list_methods (inspector, NULL, NULL);
  g_assert_cmpuint (get_number (methods, 0, "in-flight"), ==, 1);
  events = norpc_inspector_list_events (inspector, 1, NULL, NULL);
  assert_text (events, 0, "kind", "handled");
  lints = norpc_inspector_list_lints (inspector, NULL, NULL);
  assert_text (lints, 0, "name", "no-deadline");

  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&held);
  outcome_clear (&held);
  fixture_tear_down (&fixture, NULL);
}

/* While nothing is connected, calls cost nothing. */
static void
test_closed (void)
{
  Fixture fixture = { 0 };
  NorpcInspector *inspector;
  g_autoptr (GVariant) services = NULL;

  if (!is_inspected ("/inspector/remote/closed", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  g_assert_false (norpc_metrics_are_enabled ());
  inspector = connect_to ("socket");
  services = norpc_inspector_list_services (inspector, NULL, NULL);
  g_assert_true (norpc_metrics_are_enabled ());
  g_object_unref (inspector);
  while (norpc_metrics_are_enabled ())
    g_usleep (1000);
  fixture_tear_down (&fixture, NULL);
}

/* A client of another user has no access. */
static void
test_other_user (void)
{
  Fixture fixture = { 0 };
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (!is_inspected ("/inspector/remote/other-user", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  g_atomic_int_set (&is_other_user, TRUE);
  path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), "socket", NULL);
  g_assert_null (norpc_inspector_new_for_address (path, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_atomic_int_set (&is_other_user, FALSE);
  inspector = connect_to ("socket");
  fixture_tear_down (&fixture, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspector/remote/folder", test_folder);
  g_test_add_func ("/inspector/remote/closed", test_closed);
  g_test_add_func ("/inspector/remote/other-user", test_other_user);

  return g_test_run ();
}
