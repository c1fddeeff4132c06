/* bad-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program that a NorpcHelper starts, and that misbehaves as its first argument says. At first it writes what it was
 * started with into the file that its second argument names.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire-service.h"

/* No program is left, but one that is to be killed lives longer than the test waits for that. */
#define LIFE 120 /* seconds */

static GString *
list_descriptors (void)
{
  GString *list = g_string_new (NULL);

  for (int fd = 0; fd < 256; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      g_string_append_printf (list, "%d ", fd);

  return list;
}

static void
report (int   argc,
        char *argv[])
{
  g_autoptr (GString) descriptors = list_descriptors ();
  g_autofree char *directory = g_get_current_dir ();
  g_autofree char *text = NULL;

  if (argc < 3)
    return;

  text = g_strdup_printf ("pid=%d descriptors=%sdirectory=%s marker=%s rest=%s", (int) getpid (), descriptors->str,
                          directory, g_getenv ("BAD_HELPER_MARKER"), argc > 3 ? argv[3] : "");
  g_file_set_contents (argv[2], text, -1, NULL);
}

static const char *note; /* the file in which the end is noted */

/* Handles SIGTERM. */
static void
note_end (int number)
{
  int fd = open (note, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  _exit (write (fd, "terminated", strlen ("terminated")) > 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void
hang (void)
{
  while (TRUE)
    pause ();
}

static void
write_data (int         fd,
            const char *data,
            gsize       size)
{
  if (send (fd, data, size, MSG_NOSIGNAL) < 0)
    exit (EXIT_FAILURE);
}

static void
write_garbage (int fd)
{
  static const char garbage[] = "l\1\0\1\377\377\377\377 this is not D-Bus\r\n\0\0\0";

  write_data (fd, garbage, sizeof (garbage));
}

/* A child that has what this program would leave to it, and lives longer. Reports its descriptors. */
static void
start_child (const char *path)
{
  g_autofree char *command = g_strdup_printf ("(ls /proc/self/fd | tr '\\n' ' '; echo \"variable=$NORPC_HELPER_FD\") > %s.new;"
                                              "mv %s.new %s; exec sleep %d >/dev/null 2>&1", path, path, path, LIFE);

  if (fork () == 0)
    {
      execl ("/bin/sh", "sh", "-c", command, NULL);
      _exit (EXIT_FAILURE);
    }
}

/* A child that keeps the connection open. */
static void
fork_child (void)
{
  if (fork () != 0)
    return;

  alarm (LIFE);
  close (STDOUT_FILENO);
  close (STDERR_FILENO);
  hang ();
}

/* A thread, because the main thread serves calls. */
static gpointer
spoil_connection (gpointer how)
{
  g_usleep (10 * 1000);
  if (g_str_equal (how, "garbage-later"))
    write_garbage (3);
  else
    shutdown (3, SHUT_RDWR);

  return NULL;
}

static void
misbehave_before (const char *how)
{
  if (g_str_equal (how, "hang") || g_str_equal (how, "notes-end"))
    hang ();
  if (g_str_equal (how, "close"))
    {
      close (3);
      hang ();
    }
  if (g_str_equal (how, "garbage"))
    {
      write_garbage (3);
      hang ();
    }
  if (g_str_equal (how, "text"))
    {
      /* GDBus expects another end of the line. */
      write_data (3, "hello\n", strlen ("hello\n"));
      hang ();
    }
  if (g_str_equal (how, "ignores-sigterm") || g_str_equal (how, "ignores-hangs"))
    signal (SIGTERM, SIG_IGN);
  if (g_str_equal (how, "ignores-hangs"))
    hang ();
}

static void
misbehave_after (const char      *how,
                 const char      *path,
                 GDBusConnection *connection)
{
  if (g_str_equal (how, "child"))
    start_child (path);
  if (g_str_equal (how, "fork"))
    fork_child ();
  if (g_str_equal (how, "ignores-sigterm") || g_str_equal (how, "close-later") || g_str_equal (how, "garbage-later"))
    g_dbus_connection_set_exit_on_close (connection, FALSE);
  if (g_str_equal (how, "close-later") || g_str_equal (how, "garbage-later"))
    g_thread_unref (g_thread_new ("spoils", spoil_connection, (gpointer) how));
}

int
main (int   argc,
      char *argv[])
{
  const char *how = argc > 1 ? argv[1] : "";
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (WireWire) service = NULL;
  g_autoptr (NorpcDirect) direct = NULL;
  g_autoptr (NorpcDBusExport) export = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_next;

  alarm (LIFE);
  is_next = g_str_equal (how, "close-first") && g_file_test (argv[2], G_FILE_TEST_EXISTS);
  if (g_str_equal (how, "close-first"))
    how = is_next ? "good" : "close-later";
  note = argc > 2 ? argv[2] : NULL;
  if (g_str_equal (how, "notes-end"))
    signal (SIGTERM, note_end); /* it may come as soon as the report is there */
  if (!g_str_equal (how, "child") && !is_next)
    report (argc, argv);
  misbehave_before (how);
  service = wire_service_new (wire_state_new ());
  direct = norpc_direct_new (G_OBJECT (service));
  loop = g_main_loop_new (NULL, FALSE);
  connection = norpc_helper_connect (&error);
  if (connection != NULL)
    export = norpc_dbus_export_new (connection, "/org/example/Wire", NORPC_ENDPOINT (direct),
                                    wire_wire_interface_info (), &error);
  if (export == NULL)
    {
      g_printerr ("bad-helper: %s\n", error->message);
      return EXIT_FAILURE;
    }

  misbehave_after (how, argv[2], connection);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
