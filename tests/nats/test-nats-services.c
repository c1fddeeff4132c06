/* test-nats-services.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Several services with one prefix, how they are found, and how one of them leaves. */

#include <string.h>

#include "raw-client.h"

/* Another service with the same prefix, in the same queue group or in none. */
typedef struct
{
  Fixture             *fixture;
  DepotState          *state;
  NorpcServer         *server;
  NorpcNatsConnection *connection;
  NorpcNatsExport     *export;
} Other;

static void
export_other (gpointer data)
{
  Other *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new_full (self->connection, PREFIX, norpc_server_get_endpoint (self->server),
                                             depot_depot_interface_info (), self->fixture->queue_group,
                                             NORPC_NATS_EXPORT_DEFAULT_CAPACITY, &error);
  g_assert_no_error (error);
}

static void
other_init (Other   *self,
            Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  self->fixture = fixture;
  self->state = depot_state_new (1);
  self->server = norpc_serve (depot_service_new (self->state), &error);
  g_assert_no_error (error);
  self->connection = connect_to (nats_process_get_url (fixture->nats));
  run_in_thread (fixture->thread, export_other, self);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

static void
drop_other (gpointer data)
{
  g_clear_object (&((Other *) data)->export);
}

static void
other_clear (Other *self)
{
  run_in_thread (self->fixture->thread, drop_other, self);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
  release_and_wait (self->connection);
  depot_state_free (self->state);
}

static guint
call_who_am_i (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  guint number;

  depot_depot_proxy_call_who_am_i_sync (fixture->proxy, &number, NULL, &error);
  g_assert_no_error (error);

  return number;
}

/* Each call goes to one of them. */
static void
test_group (Fixture       *fixture,
            gconstpointer  unused)
{
  guint n[2] = { 0 };
  Other other;

  other_init (&other, fixture);
  for (guint i = 0; i < 200; i++)
    n[call_who_am_i (fixture)]++;
  g_assert_cmpuint (n[0], ==, depot_state_get_n_handled (fixture->state));
  g_assert_cmpuint (n[1], ==, depot_state_get_n_handled (other.state));
  g_assert_cmpuint (n[0], >, 50);
  g_assert_cmpuint (n[1], >, 50);
  other_clear (&other);
}

/* All of them get each call. */
static void
test_no_group (Fixture       *fixture,
               gconstpointer  unused)
{
  Other other;

  fixture_unexport (fixture);
  fixture->queue_group = NULL;
  fixture_export (fixture);
  other_init (&other, fixture);
  depot_depot_proxy_call_note (fixture->proxy, "n");
  depot_state_wait_notes (fixture->state, "n");
  depot_state_wait_notes (other.state, "n");
  other_clear (&other);
}

typedef struct
{
  Fixture *fixture;
  int      n;        /* atomic: how often it has ended */
  GError  *error;
} Drain;

/* Runs in the thread of the export. */
static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      data)
{
  Drain *drain = data;

  norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, &drain->error);
  g_atomic_int_inc (&drain->n);
}

static void
begin_drain (gpointer data)
{
  norpc_nats_export_drain (((Drain *) data)->fixture->export, drained_cb, data);
}

static void
drain_wait (Drain *drain)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (&drain->n) == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
  g_assert_no_error (drain->error);
}

/* The server has the last reply when the program may end. */
static void
test_drain_confirmed (Fixture       *fixture,
                      gconstpointer  unused)
{
  Drain drain = { fixture };
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };
  Other other;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  other_init (&other, fixture);
  run_in_thread (fixture->thread, begin_drain, &drain);
  while (call_who_am_i (fixture) != 1)
    ;
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);

  /* It stops a moment later. */
  nats_process_pause (fixture->nats);
  while (norpc_nats_connection_flush_sync (fixture->served, 100, NULL))
    ;
  depot_answer (g_steal_pointer (&call), 5);
  g_assert_false (norpc_nats_connection_flush_sync (fixture->served, 200, NULL));
  g_assert_cmpint (g_atomic_int_get (&drain.n), ==, 0);
  nats_process_resume (fixture->nats);
  drain_wait (&drain);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  other_clear (&other);
}

static void
wait_for_loss (NorpcNatsConnection *connection)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (norpc_nats_connection_is_connected (connection))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* A program can end while there is no server. */
static void
test_drain_without_server (Fixture       *fixture,
                           gconstpointer  unused)
{
  Drain drain = { fixture };

  nats_process_kill (fixture->nats);
  wait_for_loss (fixture->served);
  run_in_thread (fixture->thread, begin_drain, &drain);
  drain_wait (&drain);
}

/* The server goes while an export is drained. */
static void
test_drain_lost (Fixture       *fixture,
                 gconstpointer  unused)
{
  Drain drain = { fixture };
  Outcome outcome = { 0 };
  g_autoptr (NorpcCall) call = NULL;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  nats_process_pause (fixture->nats);
  run_in_thread (fixture->thread, begin_drain, &drain);
  nats_process_kill (fixture->nats);
  wait_for_loss (fixture->served);
  depot_answer (g_steal_pointer (&call), 5);
  drain_wait (&drain);
  outcome_wait (&outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A call that the service has is answered before the export ends; later ones go to the other service. */
static void
test_drain (Fixture       *fixture,
            gconstpointer  unused)
{
  Drain drain = { fixture }, again = { fixture };
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };
  Other other;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  other_init (&other, fixture);
  run_in_thread (fixture->thread, begin_drain, &drain);
  run_in_thread (fixture->thread, begin_drain, &again);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  while (call_who_am_i (fixture) != 1)
    ;
  for (guint i = 0; i < 50; i++)
    g_assert_cmpuint (call_who_am_i (fixture), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&drain.n), ==, 0);

  depot_answer (g_steal_pointer (&call), 5);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.number, ==, 5);
  drain_wait (&drain);
  g_assert_error (again.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&again.error);
  other_clear (&other);
}

/* Runs in the context of the export. */
static void
add_to_drained (gpointer data)
{
  NorpcNatsExport *export = ((Fixture *) data)->export;
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_nats_export_add_interface (export, depot_admin_interface_info (), &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (norpc_nats_export_announce (export, "depot", "1.0.0", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* An export that is drained takes no further interface, which would prolong that, and is not announced. */
static void
test_drain_add (Fixture       *fixture,
                gconstpointer  unused)
{
  Drain drain = { fixture };
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  run_in_thread (fixture->thread, begin_drain, &drain);
  run_in_thread (fixture->thread, add_to_drained, fixture);
  depot_answer (g_steal_pointer (&call), 5);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  drain_wait (&drain);
}

typedef struct
{
  Fixture *fixture;
  guint    n_sent, n_done;
} Load;

static void
echo_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Load *load = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  load->n_done++;
}

static void
send_calls (Load *load,
            guint n)
{
  for (guint i = 0; i < n; i++, load->n_sent++)
    depot_depot_proxy_call_echo (load->fixture->proxy, "x", NULL, echo_cb, load);
}

/* No call is lost that was sent before the server knows that one of two services leaves. */
static void
test_drain_under_load (Fixture       *fixture,
                       gconstpointer  unused)
{
  Load load = { .fixture = fixture };
  Other other;

  other_init (&other, fixture);
  for (guint round = 0; round < 20; round++)
    {
      Drain drain = { fixture };

      nats_process_pause (fixture->nats);
      run_in_thread (fixture->thread, begin_drain, &drain);
      send_calls (&load, 50);
      nats_process_resume (fixture->nats);
      send_calls (&load, 50);
      while (load.n_done < load.n_sent)
        g_main_context_iteration (NULL, TRUE);
      drain_wait (&drain);
      fixture_unexport (fixture);
      fixture_export (fixture);
    }
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state) + depot_state_get_n_handled (other.state), ==,
                    load.n_done);
  other_clear (&other);
}

static void
announce (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_nats_export_get_id (fixture->export));
  norpc_nats_export_announce (fixture->export, "depot", "1.2.3-rc.1", "a \"depot\"\n", &error);
  g_assert_no_error (error);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);
}

static void
add_admin (gpointer data)
{
  g_assert_true (norpc_nats_export_add_interface (((Fixture *) data)->export, depot_admin_interface_info (), NULL));
}

/* Returns the answer (owned). */
static char *
question (RawClient  *client,
          const char *subject)
{
  natsMsg *reply = raw_client_ask (client, subject, NULL, 0, NULL);
  char *answer = g_strndup (natsMsg_GetData (reply), (gsize) natsMsg_GetDataLength (reply));

  natsMsg_Destroy (reply);

  return answer;
}

static void
assert_contains (const char *json,
                 const char *text)
{
  if (strstr (json, text) == NULL)
    g_error ("%s is not in %s", text, json);
}

static void
assert_answers (Fixture    *fixture,
                RawClient  *client,
                const char *verb,
                const char *type)
{
  const char *id = norpc_nats_export_get_id (fixture->export);
  g_autofree char *start = g_strdup_printf ("{\"type\":\"%s\",\"name\":\"depot\",\"id\":\"%s\","
                                            "\"version\":\"1.2.3-rc.1\",\"metadata\":{}", type, id);
  g_autofree char *to_all = g_strdup_printf ("$SRV.%s", verb);
  g_autofree char *by_name = g_strdup_printf ("$SRV.%s.depot", verb);
  g_autofree char *by_id = g_strdup_printf ("$SRV.%s.depot.%s", verb, id);
  const char *subjects[] = { to_all, by_name, by_id };

  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      g_autofree char *answer = question (client, subjects[i]);

      g_assert_true (g_str_has_prefix (answer, start));
      g_assert_true (g_str_has_suffix (answer, "}"));
    }
}

static void
test_discovery (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autofree char *ping = NULL, *info = NULL, *more = NULL;
  RawClient client;

  raw_client_init (&client, fixture->nats);
  run_in_thread (fixture->thread, announce, fixture);
  assert_answers (fixture, &client, "PING", "io.nats.micro.v1.ping_response");
  assert_answers (fixture, &client, "INFO", "io.nats.micro.v1.info_response");
  assert_answers (fixture, &client, "STATS", "io.nats.micro.v1.stats_response");

  ping = question (&client, "$SRV.PING");
  g_assert_true (g_str_has_suffix (ping, "\"metadata\":{}}"));
  info = question (&client, "$SRV.INFO");
  assert_contains (info, ",\"description\":\"a \\\"depot\\\"\\u000a\",\"endpoints\":["
                         "{\"name\":\"org-example-Depot-Echo\",\"subject\":\"" PREFIX ".org.example.Depot.Echo\","
                         "\"queue_group\":\"q\",\"metadata\":{\"request\":\"(s)\",\"response\":\"(s)\"}},{");
  g_assert_null (strstr (info, "Lend"));
  g_assert_null (strstr (info, "Admin"));
  run_in_thread (fixture->thread, add_admin, fixture);
  more = question (&client, "$SRV.INFO");
  assert_contains (more, "org-example-Admin-Reset");
  raw_client_clear (&client);
}

static void
test_statistics (Fixture       *fixture,
                 gconstpointer  unused)
{
  const char *headers[] = { "Norpc-Type", "(u)", NULL };
  g_autofree char *echo = NULL, *before = NULL, *after = NULL;
  RawClient client;

  raw_client_init (&client, fixture->nats);
  run_in_thread (fixture->thread, announce, fixture);
  before = question (&client, "$SRV.STATS.depot");
  assert_contains (before, "\"started\":\"20");
  assert_contains (before, "\"subject\":\"" PREFIX ".org.example.Depot.Echo\",\"queue_group\":\"q\",\"last_error\":\"\","
                           "\"num_requests\":0,\"num_errors\":0,\"processing_time\":0,"
                           "\"average_processing_time\":0}");

  echo = depot_depot_proxy_call_echo_sync (fixture->proxy, "x", NULL, NULL);
  g_assert_cmpstr (echo, ==, "x");
  natsMsg_Destroy (raw_client_ask (&client, PREFIX ".org.example.Depot.Echo", "", 1, headers));
  after = question (&client, "$SRV.STATS.depot");
  assert_contains (after, "\"last_error\":\"org.example.Depot.Echo: expected a header Norpc-Type with '(s)', got (u)\","
                          "\"num_requests\":2,\"num_errors\":1,\"processing_time\":");
  raw_client_clear (&client);
}

/* An export that has ended does not answer any more. */
static void
test_silence (Fixture       *fixture,
              gconstpointer  unused)
{
  natsMsg *reply = NULL;
  RawClient client;

  raw_client_init (&client, fixture->nats);
  run_in_thread (fixture->thread, announce, fixture);
  fixture_unexport (fixture);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  g_assert_cmpint (natsConnection_Request (&reply, client.nats, "$SRV.PING", NULL, 0, 30000), ==, NATS_NO_RESPONDERS);
  raw_client_clear (&client);
}

static void
announce_wrongly (gpointer data)
{
  NorpcNatsExport *export = ((Fixture *) data)->export;
  const char *names[] = { "", "a b", "a.b", "a\r\nPUB x", "a*", ">" };
  const char *versions[] = {
    "", "1", "1.0", "1.0.0\n", "1.0.0 ", "1.0.0-*", "01.0.0", "1.00.0", "1.0.01", "1.0.0-01", "1.0.0-a.01", "1.0.0-",
    "1.0.0-a..b", "1.0.0+", "1.0.0+a+b", "1.0.0+a..b", "v1.0.0", "1.0.0.0"
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = g_strescape (names[i], NULL);

      g_assert_false (norpc_nats_export_announce (export, names[i], "1.0.0", NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      assert_contains (error->message, name);
    }
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (GError) version_error = NULL;
      g_autofree char *version = g_strescape (versions[i], NULL);

      g_assert_false (norpc_nats_export_announce (export, "depot", versions[i], NULL, &version_error));
      g_assert_error (version_error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      assert_contains (version_error->message, version);
    }
  g_assert_null (norpc_nats_export_get_id (export));
}

static void
announce_rightly (gpointer data)
{
  Fixture *fixture = data;
  const char *versions[] = {
    "0.0.0", "1.0.0-0", "1.0.0-rc.1", "1.0.0-alpha-1.0a.-", "1.0.0-01a", "1.0.0--", "1.0.0+001",
    "10.20.30-x+exp.sha.5114f85"
  };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (NorpcNatsExport) export =
        norpc_nats_export_new (fixture->served, PREFIX, norpc_server_get_endpoint (fixture->server),
                               depot_depot_interface_info (), &error);

      g_assert_no_error (error);
      norpc_nats_export_announce (export, "depot", versions[i], NULL, &error);
      g_assert_no_error (error);
    }
}

static void
export_wrongly (gpointer data)
{
  Fixture *fixture = data;
  g_autofree char *long_prefix = g_strnfill (1025, 'x');
  const char *prefixes[] = { "$SRV", "a.$b", "_INBOX", "_INBOX.a", "", ".", "a.", ".a", "a..b", "a b", "a\tb", "a\r\nPUB x 0", "*", "a.>", "a\x7f",
                             "\xff", long_prefix };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autoptr (GError) error = NULL, group_error = NULL, check_error = NULL;
      g_autofree char *name = g_strescape (prefixes[i], NULL);
      g_autofree char *quoted = g_strdup_printf ("'%.100s' is not a valid", name);

      g_assert_null (norpc_nats_export_new (fixture->served, prefixes[i], norpc_server_get_endpoint (fixture->server),
                                            depot_depot_interface_info (), &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      assert_contains (error->message, quoted);
      g_assert_null (norpc_nats_export_new_full (fixture->served, PREFIX, norpc_server_get_endpoint (fixture->server),
                                                 depot_depot_interface_info (), prefixes[i], 1, &group_error));
      g_assert_error (group_error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      assert_contains (group_error->message, "queue group");

      g_assert_false (norpc_nats_endpoint_check_prefix (prefixes[i], &check_error));
      g_assert_error (check_error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (check_error->message, ==, error->message);
      g_test_expect_message ("NorpcNats", G_LOG_LEVEL_CRITICAL, "*is not a valid prefix*");
      g_assert_null (norpc_nats_endpoint_new (fixture->connection, prefixes[i]));
      g_test_assert_expected_messages ();
    }
  g_assert_true (norpc_nats_endpoint_check_prefix (PREFIX, NULL));
}

/* Names that NATS cannot have, or that would be something else in its protocol, are errors that show them. */
static void
test_wrong_names (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autofree char *echo = NULL;
  g_autoptr (GError) error = NULL;

  run_in_thread (fixture->thread, announce_wrongly, fixture);
  run_in_thread (fixture->thread, announce_rightly, fixture);
  run_in_thread (fixture->thread, export_wrongly, fixture);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);
  echo = depot_depot_proxy_call_echo_sync (fixture->proxy, "still here", NULL, NULL);
  g_assert_cmpstr (echo, ==, "still here");
}

static void
add_tests (void)
{
  TEST ("/nats/services/wrong-names", test_wrong_names);
  TEST ("/nats/services/group", test_group);
  TEST ("/nats/services/no-group", test_no_group);
  TEST ("/nats/services/drain", test_drain);
  TEST ("/nats/services/drain-add", test_drain_add);
  TEST ("/nats/services/drain-confirmed", test_drain_confirmed);
  TEST ("/nats/services/drain-without-server", test_drain_without_server);
  TEST ("/nats/services/drain-lost", test_drain_lost);
  TEST ("/nats/services/drain-under-load", test_drain_under_load);
  TEST ("/nats/services/discovery", test_discovery);
  TEST ("/nats/services/statistics", test_statistics);
  TEST ("/nats/services/silence", test_silence);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
