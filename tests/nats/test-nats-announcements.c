/* test-nats-announcements.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How services are found, what they say about themselves, and which names they may have. */

#include <string.h>

#include "raw-client.h"

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
  TEST ("/nats/announcements/wrong-names", test_wrong_names);
  TEST ("/nats/announcements/discovery", test_discovery);
  TEST ("/nats/announcements/statistics", test_statistics);
  TEST ("/nats/announcements/silence", test_silence);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
