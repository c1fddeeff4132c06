/* test-inspector-remote.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Inspectors of other processes. Here the process is the same one, over its socket. */

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspector-fixture.h"
#include "stats/norpc-stats-recorder-private.h"

static int is_other_user; /* atomic: clients seem to be those of another user */

uid_t __real_getuid (void);
uid_t __wrap_getuid (void);

uid_t
__wrap_getuid (void)
{
  return __real_getuid () + (g_atomic_int_get (&is_other_user) ? 1 : 0);
}

/* Runs a test of this file in a process of its own, with the variable set, unless it is that. The folder of @value is
 * new, if it has a %s for it. Returns TRUE in that process.
 */
static gboolean
is_inspected (const char *path,
              const char *value,
              const char *expected_stderr)
{
  g_autofree char *folder = NULL;
  g_autofree char *set = NULL;

  if (g_test_subprocess ())
    return TRUE;

  folder = g_dir_make_tmp ("norpc-XXXXXX", NULL);
  g_setenv ("NORPC_TEST_FOLDER", folder, TRUE);
  set = g_strdup_printf ("%s%s", g_str_equal (value, "folder") ? "" : value,
                         g_str_has_suffix (value, "=") || g_str_equal (value, "folder") ? folder : "");
  if (g_str_has_suffix (value, "="))
    {
      char *file = g_strconcat (set, "/socket", NULL);

      g_free (set);
      set = file;
    }
  g_setenv ("NORPC_INSPECT", set, TRUE);
  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("NORPC_INSPECT");
  g_test_trap_assert_passed ();
  if (expected_stderr != NULL)
    g_test_trap_assert_stderr (expected_stderr);

  return FALSE;
}

static NorpcInspector *
connect_to (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), name, NULL);
  g_autoptr (GError) error = NULL;
  NorpcInspector *inspector = norpc_inspector_new_for_address (path, NULL, &error);

  g_assert_no_error (error);

  return inspector;
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

static void
invoked_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

/* At an address. */
static void
test_invoke (void)
{
  Fixture fixture = { 0 };
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autofree char *results = NULL;
  g_autofree char *later = NULL;

  if (!is_inspected ("/inspector/remote/invoke", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  inspector = connect_to ("socket");
  results = norpc_inspector_invoke_sync (inspector, 1, "org.example.Probe", "Echo", "b'abc'", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (results, ==, "echo=b'abc'");

  norpc_inspector_invoke (inspector, 1, "org.example.Probe", "Noop", "", NULL, invoked_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  later = norpc_inspector_invoke_finish (inspector, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (later, ==, "");

  g_assert_null (norpc_inspector_invoke_sync (inspector, 1, "org.example.Probe", "Drop", "", NULL, &failure));
  g_assert_error (failure, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  g_assert_null (norpc_inspector_invoke_sync (inspector, 7, "org.example.Probe", "Noop", "", NULL, &wrong));
  g_assert_error (wrong, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (wrong->message, ==, "there is no service 7");

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

/* The folder is made for this user only. */
static void
test_new_folder (void)
{
  Fixture fixture = { 0 };
  g_autofree char *folder = NULL;
  GStatBuf status;

  if (!g_test_subprocess ())
    {
      is_inspected ("/inspector/remote/new-folder", "folder", NULL);
      return;
    }

  folder = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), "new", NULL);
  g_setenv ("NORPC_INSPECT", folder, TRUE);
  fixture_set_up (&fixture, NULL);
  g_assert_cmpint (g_stat (folder, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  fixture_tear_down (&fixture, NULL);
}

/* A socket that was left behind is replaced, but not one that is in use, nor a file. */
static void
test_left_behind (void)
{
  Fixture fixture = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (NorpcInspector) inspector = NULL;

  if (!is_inspected ("/inspector/remote/left-behind", "unix:path=", NULL))
    return;

  path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), "socket", NULL);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  address = g_unix_socket_address_new (path);
  g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
  g_clear_object (&socket);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));

  fixture_set_up (&fixture, NULL);
  inspector = connect_to ("socket");
  fixture_tear_down (&fixture, NULL);
}

/* The program runs on with a warning. */
static void
test_in_use (void)
{
  Fixture fixture = { 0 };
  g_autofree char *path = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (!is_inspected ("/inspector/remote/in-use", "unix:path=",
                     "*NORPC_INSPECT: another process can be inspected at '*/socket'*"))
    return;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), "socket", NULL);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  address = g_unix_socket_address_new (path);
  g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));

  fixture_set_up (&fixture, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  fixture_tear_down (&fixture, NULL);
}

static void
test_wrong (void)
{
  Fixture fixture = { 0 };

  if (!is_inspected ("/inspector/remote/wrong", "somewhere",
                     "*NORPC_INSPECT: expected the path of a folder, or an address such as "
                     "'unix:path=/run/user/1000/app', got 'somewhere'*"))
    return;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  fixture_set_up (&fixture, NULL);
  fixture_tear_down (&fixture, NULL);
}

#define LONG_NAME "/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789"

/* The system would cut the path of the socket. */
static void
test_long (void)
{
  Fixture fixture = { 0 };

  if (!is_inspected ("/inspector/remote/long", LONG_NAME,
                     "*NORPC_INSPECT: the path of the socket, '" LONG_NAME "/*', is longer than the * bytes*"))
    return;

  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  fixture_set_up (&fixture, NULL);
  fixture_tear_down (&fixture, NULL);
}

static void
test_nowhere (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) malformed = NULL;

  g_assert_null (norpc_inspector_new_for_address ("/nonexistent/socket", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_null (norpc_inspector_new_for_address ("nothing", NULL, &malformed));
  g_assert_error (malformed, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspector/remote/folder", test_folder);
  g_test_add_func ("/inspector/remote/invoke", test_invoke);
  g_test_add_func ("/inspector/remote/closed", test_closed);
  g_test_add_func ("/inspector/remote/other-user", test_other_user);
  g_test_add_func ("/inspector/remote/new-folder", test_new_folder);
  g_test_add_func ("/inspector/remote/left-behind", test_left_behind);
  g_test_add_func ("/inspector/remote/in-use", test_in_use);
  g_test_add_func ("/inspector/remote/wrong", test_wrong);
  g_test_add_func ("/inspector/remote/long", test_long);
  g_test_add_func ("/inspector/remote/nowhere", test_nowhere);

  return g_test_run ();
}
