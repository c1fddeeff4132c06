/* test-properties-changes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How the changes of a service reach its proxies: their order, and which of them arrive together. */

#include "player-fixture.h"

/* Several changes are one, equal values are none, and nothing arrives inside a call. */
static void
test_coalesced (PlayerFixture *fixture,
                gconstpointer  unused)
{
  double volumes[] = { 0.1, 0.2, 0.3, -1 };
  double equal[] = { 0.1, 0.3, -1 };

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, volumes);
  log_assert (&fixture->log, "");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 0.5);
  iterate ();
  log_assert (&fixture->log, "volume 0.3; ");

  run_blocking (fixture, set_volumes, equal);
  run_blocking (fixture, set_title, (gpointer) "first");
  iterate ();
  log_assert (&fixture->log, "");
}

static void
run_cb_logged (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  PlayerFixture *fixture = user_data;

  g_assert_true (player_player_proxy_call_run_finish (PLAYER_PLAYER_PROXY (object), result, NULL));
  log_add (&fixture->log, "reply at %g; ", player_player_get_volume (PLAYER_PLAYER (object)));
}

static void
set_volume_and_end (PlayerService *service,
                    gpointer       data)
{
  for (guint i = 1; i <= 3; i++)
    {
      g_object_set (service, "volume", i / 4.0, NULL);
      player_player_emit_ended (PLAYER_PLAYER (service), i);
    }
}

/* Changes, signals and replies are in the order in which the service made them. */
static void
test_order (PlayerFixture *fixture,
            gconstpointer  unused)
{
  double volumes[] = { 1.0, -1 };

  wait_ready (fixture);
  player_service_set_func (set_volume_and_end, NULL);
  player_player_proxy_call_run (fixture->proxy, NULL, run_cb_logged, fixture);
  player_player_proxy_call_run_sync (fixture->proxy, NULL, NULL);
  run_blocking (fixture, set_volumes, volumes);
  iterate ();
  log_assert (&fixture->log,
              "volume 0.25; ended 1 at 0.25; volume 0.5; ended 2 at 0.5; volume 0.75; ended 3 at 0.75; "
              "reply at 0.75; "
              "volume 0.25; ended 1 at 0.25; volume 0.5; ended 2 at 0.5; volume 0.75; ended 3 at 0.75; "
              "volume 1; ");
}

static void
set_both (PlayerService *service,
          gpointer       title)
{
  g_object_freeze_notify (G_OBJECT (service));
  g_object_set (service, "volume", 1.0, NULL);
  set_title (service, title);
  g_object_thaw_notify (G_OBJECT (service));
}

/* A handler sees all changes that the service has made together. */
static void
both_cb (PlayerPlayer  *player,
         GParamSpec    *pspec,
         PlayerFixture *fixture)
{
  if (!g_str_equal (pspec->name, "busy"))
    log_add (&fixture->log, "%s: %g %s; ", pspec->name, player_player_get_volume (player),
             player_player_get_title (player));
}

static void
test_batch (PlayerFixture *fixture,
            gconstpointer  unused)
{
  wait_ready (fixture);
  g_signal_handlers_disconnect_by_data (fixture->proxy, fixture);
  g_signal_connect (fixture->proxy, "notify", G_CALLBACK (both_cb), fixture);
  run_blocking (fixture, set_both, (gpointer) "second");
  iterate ();
  log_assert_any (&fixture->log, "title: 1 second; volume: 1 second; ", "volume: 1 second; title: 1 second; ");
}

/* The client's context runs between two notifications of the service: what belongs together is
 * there already.
 */
static void
let_client_run (GObject    *service,
                GParamSpec *pspec,
                gpointer    queues)
{
  g_async_queue_push (((GAsyncQueue **) queues)[0], service);
  g_async_queue_pop (((GAsyncQueue **) queues)[1]);
}

static void
set_both_watched (PlayerService *service,
                  gpointer       queues)
{
  gulong id = g_signal_connect (service, "notify", G_CALLBACK (let_client_run), queues);

  set_both (service, (gpointer) "second");
  g_signal_handler_disconnect (service, id);
}

static void
test_batch_seen_halfway (PlayerFixture *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GAsyncQueue) notified = g_async_queue_new ();
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  GAsyncQueue *queues[] = { notified, go_on };

  wait_ready (fixture);
  g_signal_handlers_disconnect_by_data (fixture->proxy, fixture);
  g_signal_connect (fixture->proxy, "notify", G_CALLBACK (both_cb), fixture);
  player_service_set_func (set_both_watched, queues);
  player_player_proxy_call_run (fixture->proxy, NULL, NULL, NULL);

  g_async_queue_pop (notified);
  iterate ();
  log_assert_any (&fixture->log, "title: 1 second; volume: 1 second; ", "volume: 1 second; title: 1 second; ");
  g_async_queue_push (go_on, notified);
  g_async_queue_pop (notified);
  g_async_queue_push (go_on, notified);
  settle (fixture);
  log_assert (&fixture->log, "");
}

static void
set_others (PlayerService *service,
            gpointer       unused)
{
  service->position = 5;
  service->load = 6;
  g_object_notify (G_OBJECT (service), "load");
  g_object_notify (G_OBJECT (service), "model");
  g_object_notify (G_OBJECT (service), "position");
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  PlayerFixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_proxy_load_finish (NORPC_PROXY (object), result, &error));
  g_assert_no_error (error);
  log_add (&fixture->log, "loaded %u; ", player_player_get_load (PLAYER_PLAYER (object)));
}

/* Properties whose changes are told without values, or not told. */
static void
test_updates (PlayerFixture *fixture,
              gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);

  wait_ready (fixture);
  run_blocking (fixture, set_others, NULL);
  iterate ();
  settle (fixture);
  g_assert_cmpuint (player_player_get_position (player), ==, 5);
  log_assert (&fixture->log, "");

  run_blocking (fixture, set_others, NULL);
  norpc_proxy_load_async (NORPC_PROXY (player), NULL, load_cb, fixture);
  settle (fixture);
  log_assert (&fixture->log, "loaded 6; ");
  player_player_set_load (player, 7);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (player), NULL, NULL));
  g_assert_cmpuint (player_player_get_load (player), ==, 7);
}

/* A reply to a synchronous call overtakes changes that wait: they are older, and are not shown. */
static void
test_overtaken (PlayerFixture *fixture,
                gconstpointer  unused)
{
  double first[] = { 0.1, -1 }, second[] = { 0.2, -1 };

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, first);
  player_service_set_func (do_nothing, NULL);
  player_player_proxy_call_run (fixture->proxy, NULL, run_cb_logged, fixture);
  run_blocking (fixture, set_volumes, second);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, NULL));
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 0.2);
  log_assert (&fixture->log, "");
  iterate ();
  log_assert (&fixture->log, "reply at 0.2; volume 0.2; ");
}

static void
change_often (PlayerService *service,
              gpointer       unused)
{
  for (guint i = 0; i < 10000; i++)
    {
      g_object_set (service, "volume", i / 10000.0, NULL);
      player_player_emit_ended (PLAYER_PLAYER (service), i);
    }
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          guint      *n)
{
  ++*n;
}

/* A client that does not run keeps a bounded number of changes, and the last one. */
static void
test_slow (PlayerFixture *fixture,
           gconstpointer  unused)
{
  guint n = 0;

  wait_ready (fixture);
  g_signal_handlers_disconnect_by_data (fixture->proxy, fixture);
  g_signal_connect (fixture->proxy, "ended", G_CALLBACK (ended_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (count_cb), &n);
  run_blocking (fixture, change_often, NULL);
  iterate ();
  g_assert_cmpuint (n, <=, NORPC_DEFAULT_BACKLOG + 1);
  g_assert_true (g_str_has_suffix (fixture->log.text->str, "ended 9999 at 0.9999; "));
}

static void
ended_in_order_cb (PlayerPlayer *player,
                   guint         number,
                   guint        *n)
{
  g_assert_cmpfloat (player_player_get_volume (player), ==, number / 1000.0);
  ++*n;
}

static void
change_in_order (PlayerService *service,
                 gpointer       unused)
{
  for (guint i = 0; i < 900; i++)
    {
      g_object_set (service, "volume", i / 1000.0, NULL);
      player_player_emit_ended (PLAYER_PLAYER (service), i);
    }
}

static void
test_order_of_many (PlayerFixture *fixture,
                    gconstpointer  unused)
{
  guint n = 0;

  wait_ready (fixture);
  g_signal_handlers_disconnect_by_data (fixture->proxy, fixture);
  g_signal_connect (fixture->proxy, "ended", G_CALLBACK (ended_in_order_cb), &n);
  run_blocking (fixture, change_in_order, NULL);
  iterate ();
  g_assert_cmpuint (n, ==, 900);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  PLAYER_TEST ("/properties-changes/coalesced", test_coalesced);
  PLAYER_TEST ("/properties-changes/order", test_order);
  PLAYER_TEST ("/properties-changes/batch", test_batch);
  PLAYER_TEST ("/properties-changes/batch-seen-halfway", test_batch_seen_halfway);
  PLAYER_TEST ("/properties-changes/updates", test_updates);
  PLAYER_TEST ("/properties-changes/overtaken", test_overtaken);
  PLAYER_TEST ("/properties-changes/slow", test_slow);
  PLAYER_TEST ("/properties-changes/order-of-many", test_order_of_many);

  return g_test_run ();
}
