/* test-nats-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals and properties of a service in another process. */

#include <string.h>

#include "gauge-fixture.h"

/* Emits and notifies in turns before it answers. */
static int
mix_cb (GaugeService *service,
        gpointer      data)
{
  DepotGauge *gauge = DEPOT_GAUGE (service);
  int n = GPOINTER_TO_INT (data);

  for (int i = 1; i <= n; i++)
    {
      depot_gauge_emit_measured (gauge, i, "a");
      depot_gauge_set_level (gauge, 10 + i);
      depot_gauge_emit_measured (gauge, i, NULL);
    }
  depot_gauge_set_level (gauge, 20);

  return n;
}

static void
run_finished_cb (GObject      *proxy,
                 GAsyncResult *result,
                 gpointer      data)
{
  GaugeFixture *fixture = data;
  g_autoptr (GError) error = NULL;
  int number;

  depot_gauge_proxy_call_run_finish (DEPOT_GAUGE_PROXY (proxy), result, &number, &error);
  g_assert_no_error (error);
  g_string_append_printf (fixture->seen, "=%d ", number);
}

/* Signals, changes and replies come in the order in which the service made them. */
static void
test_order (GaugeFixture  *fixture,
            gconstpointer  unused)
{
  for (int round = 0; round < 50; round++)
    {
      gauge_service_set_func (fixture->gauge.service, mix_cb, GINT_TO_POINTER (2));
      depot_gauge_proxy_call_run (fixture->proxy, NULL, run_finished_cb, fixture);
      gauge_fixture_wait_seen (fixture, "a1 11 1 a2 12 2 20 =2 ");
    }
}

/* Changes two properties, one of which clients have to request, and returns the value of the other one. */
static int
count_cb (GaugeService *service,
          gpointer      unused)
{
  DepotGauge *gauge = DEPOT_GAUGE (service);

  depot_gauge_set_level (gauge, (depot_gauge_get_level (gauge) + 1) % 100);
  gauge_service_count (service);

  return depot_gauge_get_level (gauge);
}

#define N_COUNTED 1000

typedef struct
{
  guint n_replies;
  guint n_early;
} Replies;

static void
counted_cb (GObject      *proxy,
            GAsyncResult *result,
            gpointer      data)
{
  Replies *replies = data;
  g_autoptr (GError) error = NULL;
  int level;

  depot_gauge_proxy_call_run_finish (DEPOT_GAUGE_PROXY (proxy), result, &level, &error);
  g_assert_no_error (error);
  replies->n_replies++;
  if (depot_gauge_get_level (DEPOT_GAUGE (proxy)) != level)
    replies->n_early++;
}

static gboolean
has_replies (gpointer replies)
{
  return ((Replies *) replies)->n_replies == N_COUNTED;
}

/* While the values are requested, because one has changed that was not sent, the others change in their order. */
static void
test_order_of_invalidated (GaugeFixture  *fixture,
                           gconstpointer  unused)
{
  Replies replies = { 0, 0 };

  gauge_service_set_func (fixture->gauge.service, count_cb, NULL);
  for (int i = 0; i < N_COUNTED; i++)
    depot_gauge_proxy_call_run (fixture->proxy, NULL, counted_cb, &replies);
  wait_until (has_replies, &replies);
  g_assert_cmpuint (replies.n_early, ==, 0);
}

/* A proxy begins with the values of the service, and one that is not there has none. */
static void
test_first_values (GaugeFixture  *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new_sync (NORPC_ENDPOINT (fixture->endpoint), NULL, &error);

  g_assert_no_error (error);
  g_assert_true (norpc_proxy_is_ready (NORPC_PROXY (proxy)));
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (proxy)), ==, 1);
  g_assert_cmpstr (depot_gauge_get_text (DEPOT_GAUGE (proxy)), ==, "first");
  g_assert_null (depot_gauge_get_label (DEPOT_GAUGE (proxy)));
  g_assert_null (depot_gauge_get_token (DEPOT_GAUGE (proxy)));
}

static int
change_all_cb (GaugeService *service,
               gpointer      data)
{
  DepotGauge *gauge = DEPOT_GAUGE (service);
  g_autoptr (GCancellable) token = g_cancellable_new ();

  g_object_freeze_notify (G_OBJECT (service));
  depot_gauge_set_level (gauge, 5);
  depot_gauge_set_label (gauge, data);
  depot_gauge_set_token (gauge, token);
  gauge_service_set_text (service, "second");
  gauge_service_count (service);
  g_object_thaw_notify (G_OBJECT (service));

  return 0;
}

static gboolean
has_count (gpointer proxy)
{
  return depot_gauge_get_count (proxy) == 2;
}

/* Changes arrive with their values, or the values are requested. */
static void
test_changes (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  DepotGauge *proxy = DEPOT_GAUGE (fixture->proxy);

  gauge_run (&fixture->gauge, change_all_cb, (gpointer) "full");
  gauge_fixture_wait_level (fixture, 5);
  g_assert_cmpstr (depot_gauge_get_label (proxy), ==, "full");
  g_assert_cmpstr (depot_gauge_get_text (proxy), ==, "second");
  g_assert_null (depot_gauge_get_token (proxy));
  gauge_run (&fixture->gauge, change_all_cb, NULL);
  wait_until (has_count, proxy);
  g_assert_null (depot_gauge_get_label (proxy));
  gauge_fixture_wait_seen (fixture, "5 ");
}

typedef struct
{
  gboolean done;
  GError  *error;
} Write;

static void
write_failed_cb (NorpcProxy   *proxy,
                 const char   *property,
                 const GError *error,
                 Write        *write)
{
  write->error = g_error_copy (error);
  write->done = TRUE;
}

static gboolean
is_done (gpointer write)
{
  return ((Write *) write)->done;
}

/* The service may make another value of one that is written, or reject it. */
static void
test_writes (GaugeFixture  *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) token = g_cancellable_new ();
  Write write = { FALSE, NULL };

  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (write_failed_cb), &write);
  depot_gauge_set_level (DEPOT_GAUGE (fixture->proxy), 150);
  gauge_fixture_wait_seen (fixture, "150 100 ");
  g_assert_true (depot_gauge_proxy_set_level_sync (fixture->proxy, 50, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (fixture->proxy)), ==, 50);
  gauge_fixture_wait_seen (fixture, "50 ");

  depot_gauge_set_level (DEPOT_GAUGE (fixture->proxy), -1);
  wait_until (is_done, &write);
  g_assert_error (write.error, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL);
  g_clear_error (&write.error);
  gauge_fixture_wait_seen (fixture, "-1 50 ");

  g_assert_false (depot_gauge_proxy_set_token_sync (fixture->proxy, token, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "org.example.Gauge.Token"));
}

/* Runs in any thread. */
static void
complaint_cb (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        n_logged)
{
  g_assert_nonnull (strstr (message, "signal 'Measured'"));
  g_atomic_int_inc ((int *) n_logged);
}

/* The message about services makes the proxy request the values again, which may come later. */
static gboolean
has_seen_last (gpointer fixture)
{
  return g_str_has_prefix (((GaugeFixture *) fixture)->seen->str, "x4 6 ");
}

/* Anybody may publish: what the description does not allow is ignored, and the first one is reported. */
static void
test_wrong_messages (GaugeFixture  *fixture,
                     gconstpointer  unused)
{
  int n_logged = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, complaint_cb, &n_logged);

  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(i)", g_variant_new ("(i)", 1));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", NULL, g_variant_new ("(ims)", 1, NULL));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(ims)", g_variant_new ("(y)", 1));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "((", g_variant_new ("(ims)", 1, NULL));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "v{", g_variant_new ("(ims)", 1, NULL));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Lent", "(s)", g_variant_new ("(s)", ""));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.None", "()", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.", "()", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "()", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "(a{sv}as)",
                         g_variant_new_parsed ("({'Level': <'high'>, 'None': <1>, 'Token': <2>}, @as ['None', ''])"));
  gauge_fixture_publish (fixture, "$services.changed", "(a{sv}as)", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(ims)", g_variant_new ("(ims)", 4, "x"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "(a{sv}as)",
                         g_variant_new_parsed ("({'Text': <5>, 'Level': <6>}, @as [])"));
  wait_until (has_seen_last, fixture);
  g_assert_cmpint (g_atomic_int_get (&n_logged), ==, 1);
  g_log_remove_handler ("NorpcNats", id);
  g_assert_cmpstr (depot_gauge_get_text (DEPOT_GAUGE (fixture->proxy)), ==, "first");
}

static int
show_handle_cb (GaugeService *service,
                gpointer      data)
{
  DepotGauge *gauge = DEPOT_GAUGE (service);
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_parsed ("<[<@h 0>]>"));

  depot_gauge_emit_found (gauge, 1, any);
  g_object_freeze_notify (G_OBJECT (service));
  depot_gauge_set_any (gauge, any);
  depot_gauge_set_level (gauge, 7);
  g_object_thaw_notify (G_OBJECT (service));

  return 0;
}

static void
found_cb (DepotGauge *gauge,
          int         number,
          GVariant   *any,
          gpointer    n_found)
{
  (*(guint *) n_found)++;
}

static void
ignore_log_cb (const char     *domain,
               GLogLevelFlags  level,
               const char     *message,
               gpointer        n_logged)
{
  g_assert_nonnull (strstr (message, "a file descriptor in a variant has no form over NATS"));
  g_atomic_int_inc ((int *) n_logged);
}

/* A value with a file descriptor in a variant is neither sent nor received. The other values of its message are. */
static void
test_handles (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  int n_logged = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_WARNING, ignore_log_cb, &n_logged);
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  DepotGauge *proxy = DEPOT_GAUGE (fixture->proxy);
  g_autoptr (GVariant) handle = g_variant_ref_sink (g_variant_new_parsed ("<@h 0>"));
  g_autoptr (GError) error = NULL;
  g_autofree char *any = NULL;
  guint n_found = 0;

  g_signal_connect (proxy, "found", G_CALLBACK (found_cb), &n_found);
  gauge_run (&fixture->gauge, show_handle_cb, NULL);
  gauge_fixture_wait_level (fixture, 7);
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Found", "(iv)", g_variant_new_parsed ("(1, <@h 0>)"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "(a{sv}as)",
                         g_variant_new_parsed ("({'Any': <<@h 0>>, 'Level': <8>}, @as [])"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "(a{sv}as)",
                         g_variant_new_parsed ("({'Level': <9>}, @as [])"));
  gauge_fixture_wait_level (fixture, 9);
  g_assert_cmpuint (n_found, ==, 0);
  any = g_variant_print (depot_gauge_get_any (proxy), FALSE);
  g_assert_cmpstr (any, ==, "<1>");
  g_assert_cmpint (g_atomic_int_get (&n_logged), ==, 2);

  g_assert_false (depot_gauge_proxy_set_any_sync (fixture->proxy, handle, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "The property org.example.Gauge.Any cannot be set over NATS: its value has a file "
                                            "descriptor"));
  g_log_remove_handler ("NorpcNats", id);
  g_log_set_always_fatal (fatal);
}

static int
set_long_text_cb (GaugeService *service,
                  gpointer      data)
{
  g_autofree char *text = g_strnfill (2000000, 'x');

  g_object_freeze_notify (G_OBJECT (service));
  gauge_service_set_text (service, text);
  depot_gauge_set_level (DEPOT_GAUGE (service), 2);
  g_object_thaw_notify (G_OBJECT (service));

  return 0;
}

static int
set_short_text_cb (GaugeService *service,
                   gpointer      data)
{
  gauge_service_set_text (service, "short");

  return 0;
}

/* Values that do not fit into one message cannot be had. Later on, all that have changed meanwhile are there. */
static void
test_too_large (GaugeFixture  *fixture,
                gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  gauge_run (&fixture->gauge, set_long_text_cb, NULL);
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Gauge: the values of the properties could not be sent: the message is "
                                       "larger than the NATS server allows");
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (fixture->proxy)), ==, 1);
  gauge_run (&fixture->gauge, set_short_text_cb, NULL);
  gauge_fixture_wait_level (fixture, 2);
  g_assert_cmpstr (depot_gauge_get_text (DEPOT_GAUGE (fixture->proxy)), ==, "short");
}

static natsMsg *
ask_gauge (GaugeFixture *fixture,
           const char   *member,
           const char   *type,
           GVariant     *body)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autofree char *subject = g_strconcat (GAUGE_SUBJECT, member, NULL);
  const char *headers[] = { "Norpc-Type", type, NULL };

  return raw_client_ask (&fixture->raw, subject, g_variant_get_data (sunk), g_variant_get_size (sunk), headers);
}

/* Returns the values in a reply, which is released, as text (owned). */
static char *
print_values (natsMsg *reply)
{
  g_autoptr (GBytes) bytes = g_bytes_new (natsMsg_GetData (reply), (gsize) natsMsg_GetDataLength (reply));
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(a{sv})"), bytes, FALSE));
  const char *type;

  g_assert_cmpint (natsMsgHeader_Get (reply, "Norpc-Type", &type), ==, NATS_OK);
  g_assert_cmpstr (type, ==, "(a{sv})");
  natsMsg_Destroy (reply);

  return g_variant_print (values, TRUE);
}

/* Properties can be read and written without norpc-glib. */
static void
test_requests (GaugeFixture  *fixture,
               gconstpointer  unused)
{
  g_autofree char *all = print_values (ask_gauge (fixture, "$get", "()", g_variant_new ("()")));
  g_autofree char *set = print_values (ask_gauge (fixture, "$set", "(sv)",
                                                  g_variant_new ("(sv)", "Level", g_variant_new_int32 (170))));

  g_assert_cmpstr (all, ==, "({'Level': <1>, 'Label': <@ms nothing>, 'Text': <'first'>, 'Count': <uint32 0>, 'Any': <<1>>},)");
  g_assert_cmpstr (set, ==, "({'Level': <100>},)");
  gauge_fixture_wait_seen (fixture, "100 ");
  assert_refused (ask_gauge (fixture, "$get", "(s)", g_variant_new ("(s)", "x")), "400", "Norpc-Type");
  assert_refused (ask_gauge (fixture, "$set", "(ss)", g_variant_new ("(ss)", "Level", "x")), "400", "Norpc-Type");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "Level", g_variant_new_string ("x"))),
                  "400", "'Level'");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "Text", g_variant_new_string ("x"))),
                  "400", "Gauge.Text can only be read");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "None", g_variant_new_string ("x"))),
                  "404", "Gauge.None");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "Token", g_variant_new_string ("x"))),
                  "404", "Gauge.Token");
}

static void
add_tests (void)
{
  GAUGE_TEST ("/nats/events/order", test_order);
  GAUGE_TEST ("/nats/events/order-of-invalidated", test_order_of_invalidated);
  GAUGE_TEST ("/nats/events/first-values", test_first_values);
  GAUGE_TEST ("/nats/events/changes", test_changes);
  GAUGE_TEST ("/nats/events/writes", test_writes);
  GAUGE_TEST ("/nats/events/wrong-messages", test_wrong_messages);
  GAUGE_TEST ("/nats/events/handles", test_handles);
  GAUGE_TEST ("/nats/events/requests", test_requests);
  GAUGE_TEST ("/nats/events/too-large", test_too_large);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
