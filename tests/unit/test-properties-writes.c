/* test-properties-writes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Properties that clients write. */

#include "player-fixture.h"

/* The value is there at once, and stays until the service has it; then it is the service's. */
static void
test_write (PlayerFixture *fixture,
            gconstpointer  unused)
{
  double volumes[] = { 0.1, -1 };
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, volumes);
  player_player_set_volume (player, 0.7);
  log_assert (&fixture->log, "volume 0.7; ");
  settle (fixture);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.7);
  log_assert (&fixture->log, "");

  player_player_set_volume (player, 7.0);
  log_assert (&fixture->log, "volume 7; ");
  settle (fixture);
  log_assert (&fixture->log, "volume 1; ");
}

static void
count_sets (PlayerService *service,
            gpointer       n_sets)
{
  *(guint *) n_sets = service->n_sets;
}

static void
wait_for (PlayerService *service,
          gpointer       queue)
{
  g_async_queue_push (queue, service);
  while (g_async_queue_length (queue) > 0)
    g_thread_yield ();
}

/* While the service is busy, newer values supersede older ones: it gets the last one. The value that
 * the service had is never shown again.
 */
static void
test_write_often (PlayerFixture *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  guint n_sets;

  wait_ready (fixture);
  player_service_set_func (wait_for, queue);
  player_player_proxy_call_run (fixture->proxy, NULL, NULL, NULL);
  while (g_async_queue_length (queue) == 0)
    g_thread_yield ();
  for (guint i = 1; i <= 100; i++)
    {
      player_player_set_volume (PLAYER_PLAYER (fixture->proxy), i / 100.0);
      iterate ();
      g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, i / 100.0);
    }
  log_truncate (&fixture->log);
  g_async_queue_pop (queue);
  settle (fixture);
  log_assert (&fixture->log, "");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 1.0);
  run_blocking (fixture, count_sets, &n_sets);
  g_assert_cmpuint (n_sets, ==, 1);
}

static void
test_write_failed (PlayerFixture *fixture,
                   gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);
  PlayerTrack invalid = { (char *) "\xff", 1 };

  wait_ready (fixture);
  run_blocking (fixture, refuse, GINT_TO_POINTER (TRUE));
  player_player_set_volume (player, 0.7);
  settle (fixture);
  log_assert (&fixture->log, "volume 0.7; volume 0.5; volume failed at 0.5: No volume; ");

  /* Not shown at all. */
  run_blocking (fixture, refuse, GINT_TO_POINTER (FALSE));
  player_player_set_track (player, &invalid);
  g_assert_null (player_player_get_track (player));
  settle (fixture);
  g_assert_nonnull (strstr (fixture->log.text->str, "track failed at 0.5: "));
  g_assert_nonnull (strstr (fixture->log.text->str, "UTF-8"));
  log_truncate (&fixture->log);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
  player_player_set_volume (player, 0.8);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.8);
  iterate ();
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.5);
  g_assert_nonnull (strstr (fixture->log.text->str, "volume 0.8; volume 0.5; volume failed at 0.5: "));
  log_truncate (&fixture->log);

  /* The last values stay. */
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (player)));
  g_assert_cmpstr (player_player_get_title (player), ==, "first");
}

/* A binding in both directions never jumps back. */
static void
test_bound (PlayerFixture *fixture,
            gconstpointer  unused)
{
  g_autoptr (PlayerService) slider = g_object_new (PLAYER_TYPE_SERVICE, NULL);
  double volumes[] = { 0.25, -1 };

  wait_ready (fixture);
  g_object_bind_property (fixture->proxy, "volume", slider, "volume",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  g_assert_cmpfloat (slider->volume, ==, 0.5);
  for (guint i = 1; i <= 10; i++)
    {
      g_object_set (slider, "volume", i / 10.0, NULL);
      if (i % 3 == 0)
        run_blocking (fixture, do_nothing, NULL);
      iterate ();
      g_assert_cmpfloat (slider->volume, ==, i / 10.0);
    }
  run_blocking (fixture, set_volumes, volumes);
  iterate ();
  g_assert_cmpfloat (slider->volume, ==, 0.25);
}

static void
set_volume_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  PlayerFixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  if (player_player_proxy_set_volume_finish (PLAYER_PLAYER_PROXY (object), result, &error))
    log_add (&fixture->log, "set to %g; ", player_player_get_volume (PLAYER_PLAYER (object)));
  else
    log_add (&fixture->log, "not set: %s; ", error->message);
}

static void
test_set (PlayerFixture *fixture,
          gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);
  g_autoptr (GError) error = NULL;

  wait_ready (fixture);
  player_player_proxy_set_volume_async (fixture->proxy, 3.0, NULL, set_volume_cb, fixture);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.5);
  settle (fixture);
  log_assert (&fixture->log, "volume 1; set to 1; ");

  g_assert_true (player_player_proxy_set_volume_sync (fixture->proxy, 0.3, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.3);
  log_assert (&fixture->log, "");
  iterate ();
  log_assert (&fixture->log, "volume 0.3; ");

  run_blocking (fixture, refuse, GINT_TO_POINTER (TRUE));
  player_player_proxy_set_volume_async (fixture->proxy, 3.0, NULL, set_volume_cb, fixture);
  settle (fixture);
  log_assert (&fixture->log, "not set: No volume; ");
  g_assert_false (player_player_proxy_set_volume_sync (fixture->proxy, 0.4, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* The service has handled the write before, although the context of the proxy has not run. */
static void
test_set_after_write (PlayerFixture *fixture,
                      gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);

  wait_ready (fixture);
  player_player_set_volume (player, 0.25);
  g_assert_true (player_player_proxy_set_volume_sync (fixture->proxy, 7.0, NULL, NULL));
  g_assert_cmpfloat (player_player_get_volume (player), ==, 1.0);
  player_player_set_volume (player, 9.0);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (player), NULL, NULL));
  g_assert_cmpfloat (player_player_get_volume (player), ==, 1.0);
  log_assert (&fixture->log, "volume 0.25; volume 9; ");
  iterate ();
  g_assert_cmpfloat (player_player_get_volume (player), ==, 1.0);
}

static void
get_volume (PlayerService *service,
            gpointer       volume)
{
  *(double *) volume = service->volume;
}

/* A layer holds the write while the proxy, and with it the layer, is released. */
static void
test_write_held (PlayerFixture *fixture,
                 gconstpointer  unused)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  NorpcEndpoint *channel = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (NORPC_ENDPOINT (norpc_concurrency_limit_new (1)), channel, NULL);
  g_autoptr (PlayerPlayerProxy) proxy =
    g_object_new (PLAYER_TYPE_PLAYER_PROXY, "endpoint", stack, "load-properties", FALSE, NULL);
  double volume = 0;

  wait_ready (fixture);
  player_service_set_func (wait_for, queue);
  player_player_proxy_call_run (proxy, NULL, NULL, NULL);
  while (g_async_queue_length (queue) == 0)
    g_thread_yield ();
  g_object_set (proxy, "volume", 0.75, NULL);
  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_async_queue_pop (queue);
  while (volume != 0.75)
    {
      iterate ();
      run_blocking (fixture, get_volume, &volume);
    }
}

/* Runs where the last reference is released. */
static void
read_proxy (gpointer  proxy,
            GObject  *file)
{
  player_player_get_volume (proxy);
}

static void
write_file (PlayerFixture *fixture,
            const char    *path,
            GWeakNotify    gone)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (gone != NULL)
    g_object_weak_ref (G_OBJECT (file), gone, fixture->proxy);
  player_player_set_file (PLAYER_PLAYER (fixture->proxy), file);
  run_blocking (fixture, do_nothing, NULL);
}

/* The last reference to a value is that of the proxy, which replaces it while another one is being
 * written. The value uses the proxy when it is finalized.
 */
static void
test_dropped_value (PlayerFixture *fixture,
                    gconstpointer  unused)
{
  g_autofree char *path = NULL;

  wait_ready (fixture);
  write_file (fixture, "/dropped", read_proxy);
  write_file (fixture, "/written", NULL);
  settle (fixture);
  path = g_file_get_path (player_player_get_file (PLAYER_PLAYER (fixture->proxy)));
  g_assert_cmpstr (path, ==, "/written");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  PLAYER_TEST ("/properties-writes/write", test_write);
  PLAYER_TEST ("/properties-writes/write-often", test_write_often);
  PLAYER_TEST ("/properties-writes/write-failed", test_write_failed);
  PLAYER_TEST ("/properties-writes/bound", test_bound);
  PLAYER_TEST ("/properties-writes/set", test_set);
  PLAYER_TEST ("/properties-writes/set-after-write", test_set_after_write);
  PLAYER_TEST ("/properties-writes/write-held", test_write_held);
  PLAYER_TEST ("/properties-writes/dropped-value", test_dropped_value);

  return g_test_run ();
}
