/* test-signals-life.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Proxies that are released, contexts that are freed, and servers that start and stop, while there
 * are signals.
 */

#include "signal-fixture.h"

/* A proxy is released while signals are on their way, by a handler or by other code. */
static void
release_cb (ProbeProbe       *probe,
            guint             number,
            ProbeProbeProxy **proxy)
{
  g_clear_object (proxy);
}

static void
test_released (Fixture       *fixture,
               gconstpointer  by_handler)
{
  ProbeProbeProxy *proxy = probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  Log log;

  log_init (&log);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  if (by_handler)
    g_signal_connect (proxy, "ticked", G_CALLBACK (release_cb), &proxy);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (3));
  if (!by_handler)
    g_assert_finalize_object (g_steal_pointer (&proxy));
  iterate ();
  g_assert_null (proxy);
  log_assert (&log, by_handler ? "1 " : "");
  log_clear (&log);
}

static void
test_released_by_handler (Fixture       *fixture,
                          gconstpointer  unused)
{
  test_released (fixture, GINT_TO_POINTER (TRUE));
}

/* The context of a proxy is freed, with signals in it. The proxy may be used on. */
static void
test_context_gone (Fixture       *fixture,
                   gconstpointer  unused)
{
  GMainContext *context = g_main_context_new ();
  ProbeProbeProxy *proxy;
  Log log;

  log_init (&log);
  g_main_context_push_thread_default (context);
  proxy = probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  g_main_context_pop_thread_default (context);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (3));
  g_main_context_unref (context);
  run_in_service (proxy, fixture->state, emit_many, GUINT_TO_POINTER (3));
  iterate ();
  log_assert (&log, "");
  g_assert_finalize_object (proxy);
  log_clear (&log);
}

/* After the last signal, a proxy notifies that the server has stopped. */
static void
test_stopped (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (fixture->proxy)));
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (2));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  iterate ();
  log_assert (&log, "1 2 disconnected ");
  log_clear (&log);
}

/* A proxy that is made before its server starts. */
static void
test_started (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  NorpcServer *server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  Log log;

  log_init (&log);
  g_clear_object (&service);
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "connected 1 ");

  g_signal_handlers_disconnect_by_data (proxy, &log);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  release_and_wait (server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
  log_clear (&log);
}

static void
dispose (ProbeService *service,
         NorpcCall    *call,
         gpointer      unused)
{
  g_object_run_dispose (G_OBJECT (service));
  norpc_call_return_values (call, 0, NULL);
}

/* A service that was disposed of has no handlers left to be disconnected. */
static void
test_disposed (Fixture       *fixture,
               gconstpointer  unused)
{
  run_in_service (fixture->proxy, fixture->state, dispose, NULL);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signals-life/released", test_released);
  TEST ("/signals-life/released-by-handler", test_released_by_handler);
  TEST ("/signals-life/context-gone", test_context_gone);
  TEST ("/signals-life/stopped", test_stopped);
  TEST ("/signals-life/disposed", test_disposed);
  g_test_add_func ("/signals-life/started", test_started);

  return g_test_run ();
}
