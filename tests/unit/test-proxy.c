/* test-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The client's side of generated code. */

#include "fixture.h"

static void
test_never_inline (Fixture       *fixture,
                   gconstpointer  unused)
{
  Outcome outcome = { 0 };
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  /* Its reply is here, and nothing has run our context. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static void
test_no_callback (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10; i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, NULL, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 11);
}

static void
other_finish_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "The result is not that of a call of *");
  g_assert_false (probe_probe_proxy_call_fail_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);

  noop_cb (object, result, user_data);
}

/* The finish function of another method is refused. */
static void
test_other_finish (Fixture       *fixture,
                   gconstpointer  unused)
{
  Outcome outcome = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, NULL, other_finish_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* The task keeps the proxy; nothing else has to. */
static void
test_dropped_in_flight (Fixture       *fixture,
                        gconstpointer  unused)
{
  Outcome outcome = { 0 };
  ProbeProbeProxy *proxy = fixture->proxy;

  g_object_add_weak_pointer (G_OBJECT (proxy), (gpointer *) &fixture->proxy);
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  g_object_unref (proxy);
  g_assert_nonnull (fixture->proxy);

  {
    g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

    norpc_call_return_values (call, 0, NULL);
  }
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_null (fixture->proxy);
}

static gpointer
async_thread (gpointer data)
{
  ProbeProbeProxy *proxy = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 100; i++)
    {
      Outcome outcome = { 0 };

      probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcome);
      outcome_wait (&outcome);
      g_assert_no_error (outcome.error);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* One proxy, many threads: each gets its replies in its own context. */
static void
test_threads (Fixture       *fixture,
              gconstpointer  unused)
{
  GThread *threads[6];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("client", async_thread, fixture->proxy);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* A server whose service is a proxy of another service. */
typedef struct
{
  Fixture          fixture;
  NorpcServer     *server;
  ProbeProbeProxy *proxy; /* leads to the server */
} Forwarded;

static void
forwarded_set_up (Forwarded     *self,
                  gconstpointer  unused)
{
  fixture_set_up (&self->fixture, NULL);
  self->server = norpc_server_new (G_OBJECT (self->fixture.proxy));
  g_assert_true (norpc_server_start (self->server, NULL, NULL));
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
}

static void
forwarded_tear_down (Forwarded     *self,
                     gconstpointer  unused)
{
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, NULL));
  release_and_wait (g_steal_pointer (&self->server));
  g_assert_finalize_object (self->proxy);
  fixture_tear_down (&self->fixture, NULL);
}

static void
test_forwarded (Forwarded     *self,
                gconstpointer  unused)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("echo", 4);
  g_autoptr (GBytes) echo = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  echo = probe_probe_proxy_call_echo_sync (self->proxy, bytes, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (echo, bytes));
  g_assert_false (probe_probe_proxy_call_fail_sync (self->proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);

  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* The service hears of the cancellation, and of the deadline. */
static void
test_forwarded_cancelled (Forwarded     *self,
                          gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) held = NULL;
  Outcome outcome = { 0 };

  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), 20 * 1000);
  probe_probe_proxy_call_hold (self->proxy, cancellable, hold_cb, &outcome);
  held = probe_state_take_held (self->fixture.state);
  g_assert_cmpint (norpc_call_get_deadline (held), >, g_get_monotonic_time ());
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (norpc_call_is_cancelled (held));
  outcome_clear (&outcome);
}

/* The timeout of the client counts, not that of the description. */
static void
test_forwarded_timeout (Forwarded     *self,
                        gconstpointer  unused)
{
  gint64 before = g_get_monotonic_time ();
  g_autoptr (NorpcCall) held = NULL;

  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), 50000);
  probe_probe_proxy_call_hold_briefly (self->proxy, NULL, NULL, NULL);
  held = probe_state_take_held (self->fixture.state);
  g_assert_cmpint (norpc_call_get_deadline (held), >=, before + 50000 * 1000);
}

/* A latest-wins call of one client does not supersede that of another. */
static void
test_forwarded_latest (Forwarded     *self,
                       gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (self->server);
  g_autoptr (ProbeProbeProxy) other = probe_probe_proxy_new (NORPC_ENDPOINT (channel));
  Outcome blocked = { 0 }, first = { 0 }, second = { 0 };

  probe_probe_proxy_call_block (self->fixture.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->fixture.state);
  probe_probe_proxy_call_note_latest (self->proxy, 1, NULL, note_latest_cb, &first);
  probe_probe_proxy_call_note_latest (other, 2, NULL, note_latest_cb, &second);
  while (norpc_channel_get_length (norpc_server_get_channel (self->fixture.server)) < 2)
    g_thread_yield ();

  probe_state_open_gate (self->fixture.state);
  outcome_wait (&blocked);
  outcome_wait (&first);
  outcome_wait (&second);
  g_assert_no_error (first.error);
  g_assert_no_error (second.error);
}

/* A server whose service is a proxy that leads to the server itself. */
static void
test_forwarded_in_circle (void)
{
  g_autoptr (NorpcChannel) channel = norpc_channel_new (10, NORPC_WHEN_FULL_BUSY);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER,
                                                 "service", proxy, "channel", channel, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start (server, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "org.example.Probe.Noop was forwarded in a circle of proxies");
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
}

/* The functions of the interface, called as if the proxy were the service. */
static void
test_as_service (Fixture       *fixture,
                 gconstpointer  unused)
{
  ProbeProbe *service = PROBE_PROBE (fixture->proxy);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("echo", 4);
  g_autoptr (GBytes) echo = NULL;
  g_autoptr (GError) error = NULL;

  echo = PROBE_PROBE_GET_IFACE (service)->echo (service, bytes, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (echo, bytes));
  g_assert_false (PROBE_PROBE_GET_IFACE (service)->fail (service, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/proxy/never-inline", test_never_inline);
  TEST ("/proxy/no-callback", test_no_callback);
  TEST ("/proxy/other-finish", test_other_finish);
  TEST ("/proxy/dropped-in-flight", test_dropped_in_flight);
  TEST ("/proxy/threads", test_threads);
  TEST ("/proxy/as-service", test_as_service);
  g_test_add_func ("/proxy/forwarded-in-circle", test_forwarded_in_circle);
  g_test_add ("/proxy/forwarded", Forwarded, NULL, forwarded_set_up, test_forwarded, forwarded_tear_down);
  g_test_add ("/proxy/forwarded-cancelled", Forwarded, NULL,
              forwarded_set_up, test_forwarded_cancelled, forwarded_tear_down);
  g_test_add ("/proxy/forwarded-timeout", Forwarded, NULL,
              forwarded_set_up, test_forwarded_timeout, forwarded_tear_down);
  g_test_add ("/proxy/forwarded-latest", Forwarded, NULL,
              forwarded_set_up, test_forwarded_latest, forwarded_tear_down);

  return g_test_run ();
}
