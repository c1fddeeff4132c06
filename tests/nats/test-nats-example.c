/* test-nats-example.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The example greeter-nats, in two processes. */

#include <signal.h>
#include <string.h>

#include "nats-fixture.h"

static const char *program;

/* Returns the exit status. @output and @errors are owned. */
static int
call (NatsProcess  *nats,
      const char   *name,
      char        **output,
      char        **errors)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) client = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                                                     &error, program, nats_process_get_url (nats), name, NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (client, NULL, NULL, output, errors, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (client));

  return g_subprocess_get_exit_status (client);
}

/* Returns a server (owned) that has greeted. */
static GSubprocess *
start_server (NatsProcess *nats)
{
  GSubprocess *server = spawn (G_SUBPROCESS_FLAGS_NONE,
                               (const char *[]) { program, nats_process_get_url (nats), "--serve", NULL });
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  g_autofree char *output = NULL, *errors = NULL;
  int status;

  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_clear_pointer (&output, g_free);
      g_clear_pointer (&errors, g_free);
      status = call (nats, "Ada", &output, &errors);
    }
  while (status == 1 && strstr (errors, "nothing serves") != NULL);
  g_assert_cmpstr (output, ==, "Hello, Ada!\n");

  return server;
}

static void
test_greeter (void)
{
  NatsProcess *nats = nats_process_new ();
  g_autoptr (GSubprocess) server = NULL;
  g_autofree char *output = NULL, *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  status = call (nats, "Ada", &output, &errors);
  g_assert_cmpint (status, ==, 1);
  g_assert_nonnull (strstr (errors, "nothing serves 'demo.greeter' at NATS"));

  server = start_server (nats);

  /* It ends by itself, and answers what it has got. */
  g_subprocess_send_signal (server, SIGTERM);
  g_assert_true (g_subprocess_wait_check (server, NULL, &error));
  g_assert_no_error (error);
  nats_process_free (nats);
}

/* While the server is paused, the export cannot be drained. */
static void
test_signal_comes_again (void)
{
  NatsProcess *nats = nats_process_new ();
  g_autoptr (GSubprocess) server = start_server (nats);
  g_autoptr (GError) error = NULL;

  nats_process_pause (nats);
  for (int i = 0; i < 3; i++)
    {
      g_subprocess_send_signal (server, SIGTERM);
      g_usleep (300 * G_TIME_SPAN_MILLISECOND);
    }
  nats_process_resume (nats);

  g_assert_true (g_subprocess_wait_check (server, NULL, &error));
  g_assert_no_error (error);
  nats_process_free (nats);
}

static void
add_tests (void)
{
  g_test_add_func ("/nats/example/greeter", test_greeter);
  g_test_add_func ("/nats/example/signal-comes-again", test_signal_comes_again);
}

int
main (int   argc,
      char *argv[])
{
  program = argv[--argc];
  argv[argc] = NULL;

  return run_tests (argc, argv, add_tests);
}
