/* test-nats-processes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services in three processes, of which one is killed and one leaves. */

#include <signal.h>

#include "raw-client.h"

#define N_HELD 60
#define N_IN_FLIGHT 50

static const char *program;

typedef struct
{
  NatsProcess         *nats;
  GSubprocess         *depots[3];
  NorpcNatsConnection *connection;
  DepotDepotProxy     *proxy;
  gboolean             ends;
  guint                n_in_flight, n_echoes, n_failed; /* of Echo */
  guint                n_held, n_lost;                  /* of Hold */
  guint                n_answers[3];
  gint64               time_killed, time_lost;
} Processes;

/* @keep is NULL, or the argument of a depot that keeps calls. */
static GSubprocess *
start_depot (NatsProcess *nats,
             guint        number,
             const char  *keep)
{
  g_autofree char *text = g_strdup_printf ("%u", number);
  const char *arguments[] = { program, nats_process_get_url (nats), text, keep, NULL };
  GSubprocess *depot = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE, arguments);
  char line[6];

  g_assert_true (g_input_stream_read_all (g_subprocess_get_stdout_pipe (depot), line, sizeof line, NULL, NULL, NULL));
  g_assert_cmpmem (line, sizeof line, "ready\n", 6);

  return depot;
}

static void
processes_set_up (Processes     *self,
                  gconstpointer  keep)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;

  self->nats = nats_process_new ();
  for (guint i = 0; i < G_N_ELEMENTS (self->depots); i++)
    self->depots[i] = start_depot (self->nats, i, keep);
  self->connection = connect_to (nats_process_get_url (self->nats));
  endpoint = norpc_nats_endpoint_new (self->connection, PREFIX);
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
}

static void
processes_tear_down (Processes     *self,
                     gconstpointer  unused)
{
  g_object_unref (self->proxy);
  release_and_wait (self->connection);
  for (guint i = 0; i < G_N_ELEMENTS (self->depots); i++)
    {
      g_subprocess_force_exit (self->depots[i]);
      g_subprocess_wait (self->depots[i], NULL, NULL);
      g_object_unref (self->depots[i]);
    }
  nats_process_free (self->nats);
}

static void
echoed_cb (GObject      *proxy,
           GAsyncResult *result,
           gpointer      data)
{
  Processes *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  self->n_in_flight--;
  if (echo != NULL)
    {
      self->n_echoes++;
    }
  else
    {
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_assert_cmpint (self->time_killed, !=, 0);
      self->n_failed++;
    }
  if (self->ends)
    return;
  self->n_in_flight++;
  depot_depot_proxy_call_echo (self->proxy, "x", NULL, echoed_cb, self);
}

static void
held_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Processes *self = data;
  g_autoptr (GError) error = NULL;
  int number;

  self->n_held--;
  if (depot_depot_proxy_call_hold_finish (DEPOT_DEPOT_PROXY (proxy), result, &number, &error))
    {
      self->n_answers[number]++;
      return;
    }

  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  self->time_lost = g_get_monotonic_time ();
  self->n_lost++;
}

static gboolean
noted_cb (gpointer noted)
{
  *(gboolean *) noted = TRUE;

  return G_SOURCE_REMOVE;
}

static void
run_for (guint milliseconds)
{
  gboolean noted = FALSE;

  g_timeout_add (milliseconds, noted_cb, &noted);
  while (!noted)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_zero (const guint *n)
{
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (*n > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (100);
    }
}

/* Notes the calls that an export was asked for, as it has claimed them. */
static void
note_claimed (GHashTable *claimed,
              natsMsg    *question)
{
  g_autoptr (GBytes) bytes = g_bytes_new (natsMsg_GetData (question), (gsize) natsMsg_GetDataLength (question));
  g_autoptr (GVariant) replies =
    g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_STRING_ARRAY, bytes, FALSE));
  g_autofree const char **subjects = g_variant_get_strv (replies, NULL);

  for (guint i = 0; subjects[i] != NULL; i++)
    g_hash_table_add (claimed, g_strdup (subjects[i]));
}

/* Waits until the processes have claimed all calls of Hold, unless they answer them before. No other calls are in flight. */
static void
wait_claimed (Processes *self)
{
  g_autoptr (GHashTable) claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  guint n_calls = self->n_held;
  natsSubscription *questions;
  natsMsg *question;
  RawClient raw;

  raw_client_init (&raw, self->nats);
  g_assert_cmpint (natsConnection_SubscribeSync (&questions, raw.nats, PREFIX ".$norpc.held.*"), ==, NATS_OK);
  while (g_hash_table_size (claimed) < n_calls && self->n_held > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
      while (natsSubscription_NextMsg (&question, questions, 0) == NATS_OK)
        {
          note_claimed (claimed, question);
          natsMsg_Destroy (question);
        }
      g_usleep (100);
    }
  /* NATS only tells that a process has gone if nobody else gets the questions. */
  natsSubscription_Unsubscribe (questions);
  g_assert_cmpint (natsConnection_Flush (raw.nats), ==, NATS_OK);
  natsSubscription_Destroy (questions);
  raw_client_clear (&raw);
}

/* A call that was claimed is noticed to be lost sooner than one that was not. */
static void
begin_load (Processes *self)
{
  for (; self->n_held < N_HELD; self->n_held++)
    depot_depot_proxy_call_hold (self->proxy, NULL, held_cb, self);
  wait_claimed (self);
  for (; self->n_in_flight < N_IN_FLIGHT; self->n_in_flight++)
    depot_depot_proxy_call_echo (self->proxy, "x", NULL, echoed_cb, self);
}

/* Returns how long it may take until the client notices that a process has gone. */
static gint64
get_time_to_notice (void)
{
  return (g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 20000 : 1300) * G_TIME_SPAN_MILLISECOND;
}

/* Only the calls that the killed process has are lost, and they fail before the others are answered. */
static void
test_killed_and_drained (Processes     *self,
                         gconstpointer  unused)
{
  guint number;

  begin_load (self);
  run_for (200);
  g_subprocess_send_signal (self->depots[1], SIGTERM);
  self->time_killed = g_get_monotonic_time ();
  g_subprocess_force_exit (self->depots[0]);
  while (self->n_lost == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 1; i < G_N_ELEMENTS (self->depots); i++)
    g_subprocess_send_signal (self->depots[i], SIGUSR1);
  wait_for_zero (&self->n_held);
  self->ends = TRUE;
  wait_for_zero (&self->n_in_flight);

  g_test_message ("%u echoes, %u failed; %u held calls lost after %d ms at most; answered by 1: %u, by 2: %u",
                  self->n_echoes, self->n_failed, self->n_lost, (int) (self->time_lost - self->time_killed) / 1000,
                  self->n_answers[1], self->n_answers[2]);
  g_assert_cmpuint (self->n_lost + self->n_answers[1] + self->n_answers[2], ==, N_HELD);
  g_assert_cmpuint (self->n_answers[0], ==, 0);
  g_assert_cmpuint (self->n_lost, >, 0);
  g_assert_cmpuint (self->n_answers[1], >, 0);
  g_assert_cmpuint (self->n_failed, <=, N_IN_FLIGHT);
  g_assert_cmpint (self->time_lost - self->time_killed, <, get_time_to_notice ());

  g_subprocess_wait (self->depots[1], NULL, NULL);
  g_assert_true (g_subprocess_get_successful (self->depots[1]));
  for (guint i = 0; i < 50; i++)
    {
      g_assert_true (depot_depot_proxy_call_who_am_i_sync (self->proxy, &number, NULL, NULL));
      g_assert_cmpuint (number, ==, 2);
    }
}

/* The last of all services is killed. */
static void
test_all_killed (Processes     *self,
                 gconstpointer  unused)
{
  for (; self->n_held < 3; self->n_held++)
    depot_depot_proxy_call_hold (self->proxy, NULL, held_cb, self);
  run_for (100);
  for (guint i = 0; i < G_N_ELEMENTS (self->depots); i++)
    g_subprocess_force_exit (self->depots[i]);
  wait_for_zero (&self->n_held);
  g_assert_cmpuint (self->n_lost, ==, 3);
}

static void
held_safely_cb (GObject      *proxy,
                GAsyncResult *result,
                gpointer      data)
{
  Processes *self = data;
  g_autoptr (GError) error = NULL;
  int number;

  self->n_held--;
  depot_depot_proxy_call_hold_safely_finish (DEPOT_DEPOT_PROXY (proxy), result, &number, &error);
  g_assert_no_error (error);
  self->n_answers[number]++;
}

/* Calls that may be made twice go to another process. */
static void
test_idempotent (Processes     *self,
                 gconstpointer  unused)
{
  for (; self->n_held < 30; self->n_held++)
    depot_depot_proxy_call_hold_safely (self->proxy, NULL, held_safely_cb, self);
  run_for (500);
  for (guint i = 0; i < 2; i++)
    g_subprocess_force_exit (self->depots[i]);
  wait_for_zero (&self->n_held);
  g_assert_cmpuint (self->n_answers[2], ==, 30);
}

/* A process that is stopped for a while is not gone. */
static void
test_stopped (Processes     *self,
              gconstpointer  unused)
{
  for (; self->n_held < 3; self->n_held++)
    depot_depot_proxy_call_hold (self->proxy, NULL, held_cb, self);
  /* One that is not claimed for some seconds is lost. */
  wait_claimed (self);
  for (guint i = 0; i < G_N_ELEMENTS (self->depots); i++)
    g_subprocess_send_signal (self->depots[i], SIGSTOP);
  run_for (4000);
  for (guint i = 0; i < G_N_ELEMENTS (self->depots); i++)
    g_subprocess_send_signal (self->depots[i], SIGCONT);
  wait_for_zero (&self->n_held);
  g_assert_cmpuint (self->n_lost, ==, 0);
}

#define TEST_PROCESSES(path, keep, func) \
  g_test_add (path, Processes, keep, processes_set_up, func, processes_tear_down)

static void
add_tests (void)
{
  TEST_PROCESSES ("/nats/processes/killed-and-drained", "keep", test_killed_and_drained);
  TEST_PROCESSES ("/nats/processes/all-killed", NULL, test_all_killed);
  TEST_PROCESSES ("/nats/processes/idempotent", NULL, test_idempotent);
  TEST_PROCESSES ("/nats/processes/stopped", NULL, test_stopped);
}

int
main (int   argc,
      char *argv[])
{
  program = argv[--argc];
  argv[argc] = NULL;

  return run_tests (argc, argv, add_tests);
}
