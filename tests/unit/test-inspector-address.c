/* test-inspector-address.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The addresses at which processes are inspected, and their sockets. */

#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inspector-process.h"

/* The folder is made for this user only. */
static void
test_new_folder (void)
{
  Fixture fixture = { 0 };
  g_autofree char *folder = NULL;
  GStatBuf status;

  if (!g_test_subprocess ())
    {
      is_inspected ("/inspector/address/new-folder", "folder", NULL);
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

  if (!is_inspected ("/inspector/address/left-behind", "unix:path=", NULL))
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

  if (!is_inspected ("/inspector/address/in-use", "unix:path=",
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

  if (!is_inspected ("/inspector/address/wrong", "somewhere",
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

  if (!is_inspected ("/inspector/address/long", LONG_NAME,
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

/* A process that ends takes its socket away, but a child that was forked from it does not. */
static void
test_exit (void)
{
  Fixture fixture = { 0 };
  int status;
  pid_t child;

  if (!is_inspected ("/inspector/address/exit", "unix:path=", NULL))
    {
      g_assert_true (has_file ("ended"));
      g_assert_false (has_file ("socket"));
      return;
    }

  fixture_set_up (&fixture, NULL);
  child = fork ();
  if (child == 0)
    exit (0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (has_file ("socket"));
  fixture_tear_down (&fixture, NULL);
  touch ("ended");
}

/* A socket that was put in its place meanwhile is that of another process. */
static void
test_exit_replaced (void)
{
  Fixture fixture = { 0 };
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *path = NULL;

  if (!is_inspected ("/inspector/address/exit-replaced", "unix:path=", NULL))
    {
      g_assert_true (has_file ("socket"));
      return;
    }

  fixture_set_up (&fixture, NULL);
  path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), "socket", NULL);
  g_assert_cmpint (g_unlink (path), ==, 0);
  /* So that the new socket does not get the number of the old one. */
  touch ("between");
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  address = g_unix_socket_address_new (path);
  g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
  fixture_tear_down (&fixture, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspector/address/new-folder", test_new_folder);
  g_test_add_func ("/inspector/address/left-behind", test_left_behind);
  g_test_add_func ("/inspector/address/in-use", test_in_use);
  g_test_add_func ("/inspector/address/wrong", test_wrong);
  g_test_add_func ("/inspector/address/long", test_long);
  g_test_add_func ("/inspector/address/nowhere", test_nowhere);
  g_test_add_func ("/inspector/address/exit", test_exit);
  g_test_add_func ("/inspector/address/exit-replaced", test_exit_replaced);

  return g_test_run ();
}
