/* stress-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clients perform random operations on services, and the outcomes are compared with a model of
 * the possible ones: each call completes once, in the right context, with a possible outcome;
 * order is kept; and nothing is left in the end.
 *
 * --seed repeats a run: it determines the operations of each client, but not how the threads
 * interleave.
 */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress-sessions.h"

#define N_CLIENTS 4
#define DEFAULT_OPERATIONS 300000
#define VALGRIND_OPERATIONS 1500
#define ROUND_OPERATIONS 10000
#define SECONDS_TO_HANG 60

static int n_operations = 0;
static int n_seconds = 0;
static gint64 seed = -1;

static const GOptionEntry options[] = {
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "The seed of the random operations (default: random)", "N" },
  { "operations", 0, 0, G_OPTION_ARG_INT, &n_operations, "The number of operations", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &n_seconds, "The duration, instead of a number of operations", "N" },
  { NULL }
};

static StressClient clients[N_CLIENTS];
static char how_to_repeat[100]; /* while the threads run, it is only read */

/* Any thread: what fails aborts, and nothing else is of importance then. */
static void
aborted (int number)
{
  signal (number, SIG_DFL);
  if (write (STDERR_FILENO, how_to_repeat, strlen (how_to_repeat)) > 0)
    for (guint i = 0; i < N_CLIENTS; i++)
      stress_client_print (&clients[i]);
  raise (number);
}

/* A thread of its own, to the end of the process. */
static gpointer
watchdog_thread (gpointer data)
{
  int last = stress_get_steps ();
  guint n_still = 0;

  while (n_still < SECONDS_TO_HANG)
    {
      int steps;

      g_usleep (G_USEC_PER_SEC);
      steps = stress_get_steps ();
      n_still = steps == last ? n_still + 1 : 0;
      last = steps;
    }

  g_printerr ("stress: nothing has happened for %d seconds\n", SECONDS_TO_HANG);
  stress_print ();
  stress_signals_print ();
  stress_model_print ();
  abort ();
}

/* Threads that nobody waits for end in their own time: the watchdog knows how
 * long is too long. */
static void
wait_for_all_to_go (void)
{
  while (!stress_all_gone ())
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

static void
run_round (guint32 round_seed,
           guint   n)
{
  int steps;

  stress_pacer_check (round_seed);
  stress_worker_start ();
  stress_hosts_begin ();
  stress_routes_begin (round_seed);

  for (guint i = 0; i < N_CLIENTS; i++)
    stress_client_begin (&clients[i], i, n / N_CLIENTS, round_seed + i);
  for (guint i = 0; i < N_CLIENTS; i++)
    stress_client_join (&clients[i]);

  stress_routes_end ();
  stress_hosts_drop ();
  for (guint i = 0; i < N_CLIENTS; i++)
    stress_client_clear (&clients[i]);
  stress_operations_end ();
  stress_shelf_end ();
  stress_desks_end ();
  wait_for_all_to_go ();
  stress_hosts_end ();
  stress_sessions_forget ();
  stress_worker_stop ();

  /* Nothing is late. */
  steps = stress_get_steps ();
  g_usleep (1000);
  g_assert_cmpint (stress_get_steps (), ==, steps);
}

static void
run_rounds (void)
{
  gint64 end = g_get_monotonic_time () + n_seconds * G_USEC_PER_SEC;
  guint32 round_seed = (guint32) seed;
  int left = n_operations;

  while (n_seconds > 0 ? g_get_monotonic_time () < end : left > 0)
    {
      int n = n_seconds > 0 ? ROUND_OPERATIONS : MIN (left, ROUND_OPERATIONS);

      g_snprintf (how_to_repeat, sizeof how_to_repeat,
                  "stress: failed; to repeat it: stress --seed %u --operations %d\n",
                  round_seed, n);
      run_round (round_seed, n);
      left -= n;
      round_seed += N_CLIENTS;
    }
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("");
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Does random things to servers, and checks what "
                                         "always holds.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("stress: %s\n", error->message);
      return 2;
    }

  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  if (seed < 0)
    seed = g_random_int ();
  if (n_operations <= 0)
    n_operations = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? VALGRIND_OPERATIONS
                                                             : DEFAULT_OPERATIONS;
  g_print ("stress: seed %" G_GINT64_FORMAT "\n", seed);
  stress_data_set_main_thread ();
  signal (SIGABRT, aborted);
  signal (SIGTRAP, aborted);

  g_thread_unref (g_thread_new ("watchdog", watchdog_thread, NULL));
  run_rounds ();
  stress_print ();
  stress_signals_print ();
  stress_model_print ();

  return 0;
}
