/* test-proxy-owner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A proxy that is bound to the life of an object. */

#include "client/norpc-proxy-private.h"
#include "fixture.h"
#include "player-service.h"

static void
count_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      n)
{
  g_assert_true (G_IS_ASYNC_RESULT (result));
  ++*(guint *) n;
}

static void
assert_not_called (void)
{
  g_assert_not_reached ();
}

/* Calls in flight, some of which have their replies on the way, are cancelled. No callback runs. */
static void
test_calls (Fixture       *fixture,
            gconstpointer  disposes)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint n = 0;

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, count_cb, &n);
  g_ptr_array_add (held, probe_state_take_held (fixture->state));
  norpc_call_return_values (held->pdata[0], 0, NULL);
  while (n == 0)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 1; i <= 51; i++)
    {
      probe_probe_proxy_call_hold (fixture->proxy, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
      g_ptr_array_add (held, probe_state_take_held (fixture->state));
    }
  norpc_call_return_values (held->pdata[1], 0, NULL);

  if (disposes != NULL)
    g_object_run_dispose (owner);
  else
    g_clear_object (&owner);
  for (guint i = 2; i <= 51; i++)
    g_assert_true (norpc_call_is_cancelled (held->pdata[i]));
  iterate ();
  g_assert_cmpuint (n, ==, 1);
  g_assert_false (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
}

/* Nothing is sent any more. */
static void
test_later_calls (Fixture       *fixture,
                  gconstpointer  unused)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (ProbeProbeProxy) other =
    probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  g_autoptr (GError) error = NULL;

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  g_object_unref (owner);

  probe_probe_proxy_call_noop (fixture->proxy, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "The owner of the proxy has been disposed");
  iterate ();
  g_assert_true (probe_probe_proxy_call_noop_sync (other, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

/* A proxy that is released first leaves nothing behind. */
static void
test_released_first (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  release_and_wait (g_steal_pointer (&fixture->proxy));
}

static gpointer
release (gpointer object)
{
  g_object_unref (object);

  return NULL;
}

static void
test_released_elsewhere (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  g_thread_join (g_thread_new ("releases", release, g_steal_pointer (&fixture->proxy)));
  g_object_run_dispose (owner);
}

static void
emit (ProbeService *service,
      NorpcCall    *call,
      gpointer      data)
{
  probe_probe_emit_ticked (PROBE_PROBE (service), 1);
  norpc_call_return_values (call, 0, NULL);
}

static void
run_in_service (Fixture *fixture,
                gpointer func)
{
  g_autoptr (ProbeProbeProxy) other =
    probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));

  fixture->state->run = func;
  g_assert_true (probe_probe_proxy_call_run_sync (other, NULL, NULL));
}

static void
ticked_cb (ProbeProbe *probe,
           guint       number,
           guint      *n)
{
  ++*n;
}

/* Emissions that are on their way are dropped, and a wait for one ends without its callback. */
static void
test_signals (Fixture       *fixture,
              gconstpointer  unused)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (NorpcSignalWatch) watch = NULL;
  guint n = 0;

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &n);
  run_in_service (fixture, emit);
  iterate ();
  g_assert_cmpuint (n, ==, 1);

  watch = norpc_signal_watch_new (NORPC_PROXY (fixture->proxy), "ticked");
  norpc_signal_watch_next_async (watch, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
  run_in_service (fixture, emit);
  g_object_unref (owner);
  run_in_service (fixture, emit);
  iterate ();
  g_assert_cmpuint (n, ==, 1);
  release_and_wait (g_steal_pointer (&watch));
}

/* Disposes of its owner, with another handler and the next emission of the same batch following. */
static void
ticked_once_cb (ProbeProbe *probe,
                guint       number,
                GObject   **owner)
{
  g_assert_nonnull (*owner);
  g_clear_object (owner);
}

static void
emit_twice (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  probe_probe_emit_ticked (PROBE_PROBE (service), 1);
  probe_probe_emit_ticked (PROBE_PROBE (service), 2);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_in_handler (Fixture       *fixture,
                 gconstpointer  unused)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_once_cb), &owner);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (assert_not_called), NULL);
  run_in_service (fixture, emit_twice);
  iterate ();
  g_assert_null (owner);
}

static void
set_volume (PlayerService *service,
            gpointer       data)
{
  g_object_set (service, "volume", *(double *) data, NULL);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           guint      *n)
{
  ++*n;
}

static double
get_volume (GObject *service)
{
  double volume;

  g_object_get (service, "volume", &volume, NULL);

  return volume;
}

/* The proxy keeps its values, and notifies of none, whether the service or the client changes it. */
static void
test_properties (void)
{
  g_autoptr (GObject) service = g_object_new (PLAYER_TYPE_SERVICE, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (server));
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  g_autoptr (PlayerPlayerProxy) other = player_player_proxy_new (channel);
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  double volume = 1;
  guint n = 0;

  g_assert_true (norpc_server_start (server, NULL, NULL));
  proxy = player_player_proxy_new_sync (channel, NULL, NULL);
  norpc_proxy_set_owner (NORPC_PROXY (proxy), owner);
  g_signal_connect (proxy, "notify", G_CALLBACK (notify_cb), &n);
  player_player_proxy_set_volume_async (proxy, 0.5, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
  player_service_set_func (set_volume, &volume);
  g_assert_true (player_player_proxy_call_run_sync (other, NULL, NULL));

  n = 0;
  g_object_unref (owner);
  iterate ();
  player_player_set_volume (PLAYER_PLAYER (proxy), 0.25);
  iterate ();
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (proxy)), ==, 0.25);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_cmpfloat (get_volume (service), ==, 0.25);
  release_and_wait (g_steal_pointer (&proxy));
  iterate ();
}

static void
block (PlayerService *service G_GNUC_UNUSED,
       gpointer       gate)
{
  while (!g_atomic_int_get ((int *) gate))
    g_thread_yield ();
}

/* A value that waits for the service when the owner is disposed is not lost. */
static void
test_written (void)
{
  g_autoptr (GObject) service = g_object_new (PLAYER_TYPE_SERVICE, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (server));
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  int gate = FALSE;

  g_assert_true (norpc_server_start (server, NULL, NULL));
  proxy = player_player_proxy_new_sync (channel, NULL, NULL);
  norpc_proxy_set_owner (NORPC_PROXY (proxy), owner);
  player_service_set_func (block, &gate);
  player_player_proxy_call_run (proxy, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
  player_player_set_volume (PLAYER_PLAYER (proxy), 0.25);
  g_object_unref (owner);
  g_atomic_int_set (&gate, TRUE);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_cmpfloat (get_volume (service), ==, 0.25);
  iterate ();
  release_and_wait (g_steal_pointer (&proxy));
}

static void
set_both (PlayerService *service,
          gpointer       unused)
{
  const char * const tags[] = { "a tag", NULL };

  g_object_set (service, "volume", 0.25, "tags", tags, NULL);
}

static void
notified_once_cb (GObject    *object,
                  GParamSpec *pspec,
                  GObject   **owner)
{
  g_assert_nonnull (*owner);
  g_clear_object (owner);
}

/* A handler disposes of the owner, and the notification of another property follows. */
static void
test_properties_in_handler (void)
{
  g_autoptr (GObject) service = g_object_new (PLAYER_TYPE_SERVICE, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (server));
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  g_autoptr (PlayerPlayerProxy) other = player_player_proxy_new (channel);
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);

  g_assert_true (norpc_server_start (server, NULL, NULL));
  proxy = player_player_proxy_new_sync (channel, NULL, NULL);
  norpc_proxy_set_owner (NORPC_PROXY (proxy), owner);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (notified_once_cb), &owner);
  g_signal_connect (proxy, "notify::tags", G_CALLBACK (notified_once_cb), &owner);
  player_service_set_func (set_both, NULL);
  g_assert_true (player_player_proxy_call_run_sync (other, NULL, NULL));
  while (owner != NULL)
    g_main_context_iteration (NULL, TRUE);
  iterate ();
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  release_and_wait (g_steal_pointer (&proxy));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/proxy-owner/calls", test_calls);
  g_test_add ("/proxy-owner/run-dispose", Fixture, GUINT_TO_POINTER (100), fixture_set_up, test_calls,
              fixture_tear_down);
  TEST ("/proxy-owner/later-calls", test_later_calls);
  TEST ("/proxy-owner/released-first", test_released_first);
  TEST ("/proxy-owner/released-elsewhere", test_released_elsewhere);
  TEST ("/proxy-owner/signals", test_signals);
  TEST ("/proxy-owner/in-handler", test_in_handler);
  g_test_add_func ("/proxy-owner/properties", test_properties);
  g_test_add_func ("/proxy-owner/written", test_written);
  g_test_add_func ("/proxy-owner/properties-in-handler", test_properties_in_handler);

  return g_test_run ();
}
