/* test-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Properties of a service, which its proxies show. */

#include "fixture.h"
#include "player-service.h"

/* A server with a player, and what handlers of a proxy have seen. */
typedef struct
{
  NorpcServer       *server; /* (owned) */
  PlayerPlayerProxy *proxy;  /* (owned) */
  GString           *log;    /* (owned) */
  GThread           *thread;
} Player;

static void
log_add (Player     *fixture,
         const char *format,
         ...)
{
  va_list args;

  g_assert_true (fixture->thread == g_thread_self ());
  va_start (args, format);
  g_string_append_vprintf (fixture->log, format, args);
  va_end (args);
}

#define log_assert(fixture, expected) \
  G_STMT_START { \
    g_assert_cmpstr ((fixture)->log->str, ==, expected); \
    g_string_truncate ((fixture)->log, 0); \
  } G_STMT_END

/* The order of notifications of one batch is GObject's. */
static void
log_assert_any (Player     *fixture,
                const char *expected,
                const char *other)
{
  if (!g_str_equal (fixture->log->str, other))
    g_assert_cmpstr (fixture->log->str, ==, expected);
  g_string_truncate (fixture->log, 0);
}

static void
volume_cb (PlayerPlayer *player,
           GParamSpec   *pspec,
           Player       *fixture)
{
  log_add (fixture, "volume %g; ", player_player_get_volume (player));
}

static void
title_cb (PlayerPlayer *player,
          GParamSpec   *pspec,
          Player       *fixture)
{
  log_add (fixture, "title %s; ", player_player_get_title (player));
}

static void
ready_cb (NorpcProxy *proxy,
          GParamSpec *pspec,
          Player     *fixture)
{
  g_assert_true (norpc_proxy_is_ready (proxy));
  log_add (fixture, "ready; ");
}

static void
ended_cb (PlayerPlayer *player,
          guint         number,
          Player       *fixture)
{
  log_add (fixture, "ended %u at %g; ", number, player_player_get_volume (player));
}

static void
failed_cb (NorpcProxy   *proxy,
           const char   *property_name,
           const GError *error,
           Player       *fixture)
{
  double volume = player_player_get_volume (PLAYER_PLAYER (proxy));

  log_add (fixture, "%s failed at %g: %s; ", property_name, volume, error->message);
}

static void
connect_all (Player *fixture)
{
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (volume_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::title", G_CALLBACK (title_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::ready", G_CALLBACK (ready_cb), fixture);
  g_signal_connect (fixture->proxy, "ended", G_CALLBACK (ended_cb), fixture);
  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (failed_cb), fixture);
}

static void
start (Player *fixture)
{
  g_autoptr (GError) error = NULL;

  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Player        *fixture,
        gconstpointer  starts)
{
  g_autoptr (GObject) service = g_object_new (PLAYER_TYPE_SERVICE, NULL);

  fixture->server = norpc_server_new (service);
  fixture->log = g_string_new (NULL);
  fixture->thread = g_thread_self ();
  if (starts != NULL)
    start (fixture);
  fixture->proxy = player_player_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  connect_all (fixture);
}

static void
tear_down (Player        *fixture,
           gconstpointer  starts)
{
  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_string_free (fixture->log, TRUE);
}

static void
wait_ready (Player *fixture)
{
  while (!norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
  g_string_truncate (fixture->log, 0);
}

/* Has @func run in the service's context. The proxy's context does not run meanwhile.
 */
static void
run_blocking (Player     *fixture,
              PlayerFunc  func,
              gpointer    data)
{
  g_autoptr (GError) error = NULL;

  player_service_set_func (func, data);
  g_assert_true (player_player_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

static void
do_nothing (PlayerService *service,
            gpointer       data)
{
}

static void
run_cb_logged (GObject      *object,
               GAsyncResult *result,
               gpointer      fixture)
{
  g_assert_true (player_player_proxy_call_run_finish (PLAYER_PLAYER_PROXY (object), result, NULL));
  log_add (fixture, "reply at %g; ", player_player_get_volume (PLAYER_PLAYER (object)));
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* The service has handled what was sent before, and the context has seen the answers. */
static void
settle (Player *fixture)
{
  run_blocking (fixture, do_nothing, NULL);
  iterate ();
}

static void
set_volumes (PlayerService *service,
             gpointer       data)
{
  for (double *volume = data; *volume >= 0; volume++)
    g_object_set (service, "volume", *volume, NULL);
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

static void
set_title (PlayerService *service,
           gpointer       title)
{
  g_free (service->title);
  service->title = g_strdup (title);
  g_object_notify (G_OBJECT (service), "title");
}

static void
test_ready (Player        *fixture,
            gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);
  g_autofree char *model = NULL;

  g_assert_false (norpc_proxy_is_ready (NORPC_PROXY (player)));
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.0);
  g_assert_cmpstr (player_player_get_title (player), ==, "");
  g_assert_null (player_player_get_tags (player));
  g_assert_cmpint (player_player_get_mode (player), ==, PLAYER_MODE_STOPPED);

  while (!norpc_proxy_is_ready (NORPC_PROXY (player)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.5);
  g_assert_cmpstr (player_player_get_title (player), ==, "first");
  g_assert_cmpstr (player_player_get_tags (player)[1], ==, "loud");
  g_assert_cmpuint (player_player_get_queue (player)->len, ==, 0);
  g_assert_null (player_player_get_track (player));
  model = player_player_dup_model (player);
  g_assert_cmpstr (model, ==, "model");
  log_assert_any (fixture, "title first; volume 0.5; ready; ", "volume 0.5; title first; ready; ");
}

/* A proxy that is made before the server starts has the values when it has started. */
static void
test_ready_later (Player        *fixture,
                  gconstpointer  unused)
{
  iterate ();
  g_assert_false (norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)));
  start (fixture);
  while (!norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
  log_assert_any (fixture, "title first; volume 0.5; ready; ", "volume 0.5; title first; ready; ");
}

/* Several changes are one, equal values are none, and nothing arrives inside a call. */
static void
test_coalesced (Player        *fixture,
                gconstpointer  unused)
{
  double volumes[] = { 0.1, 0.2, 0.3, -1 };
  double equal[] = { 0.1, 0.3, -1 };

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, volumes);
  log_assert (fixture, "");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 0.5);
  iterate ();
  log_assert (fixture, "volume 0.3; ");

  run_blocking (fixture, set_volumes, equal);
  run_blocking (fixture, set_title, (gpointer) "first");
  iterate ();
  log_assert (fixture, "");
}

/* Changes, signals and replies are in the order in which the service made them. */
static void
test_order (Player        *fixture,
            gconstpointer  unused)
{
  double volumes[] = { 1.0, -1 };

  wait_ready (fixture);
  player_service_set_func (set_volume_and_end, NULL);
  player_player_proxy_call_run (fixture->proxy, NULL, run_cb_logged, fixture);
  player_player_proxy_call_run_sync (fixture->proxy, NULL, NULL);
  run_blocking (fixture, set_volumes, volumes);
  iterate ();
  log_assert (fixture,
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
both_cb (PlayerPlayer *player,
         GParamSpec   *pspec,
         Player       *fixture)
{
  if (!g_str_equal (pspec->name, "busy"))
    log_add (fixture, "%s: %g %s; ", pspec->name, player_player_get_volume (player),
             player_player_get_title (player));
}

static void
test_batch (Player        *fixture,
            gconstpointer  unused)
{
  wait_ready (fixture);
  g_signal_handlers_disconnect_by_data (fixture->proxy, fixture);
  g_signal_connect (fixture->proxy, "notify", G_CALLBACK (both_cb), fixture);
  run_blocking (fixture, set_both, (gpointer) "second");
  iterate ();
  log_assert_any (fixture, "title: 1 second; volume: 1 second; ", "volume: 1 second; title: 1 second; ");
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
test_batch_seen_halfway (Player        *fixture,
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
  log_assert_any (fixture, "title: 1 second; volume: 1 second; ", "volume: 1 second; title: 1 second; ");
  g_async_queue_push (go_on, notified);
  g_async_queue_pop (notified);
  g_async_queue_push (go_on, notified);
  settle (fixture);
  log_assert (fixture, "");
}

/* The value is there at once, and stays until the service has it; then it is the service's. */
static void
test_write (Player        *fixture,
            gconstpointer  unused)
{
  double volumes[] = { 0.1, -1 };
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, volumes);
  player_player_set_volume (player, 0.7);
  log_assert (fixture, "volume 0.7; ");
  settle (fixture);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.7);
  log_assert (fixture, "");

  player_player_set_volume (player, 7.0);
  log_assert (fixture, "volume 7; ");
  settle (fixture);
  log_assert (fixture, "volume 1; ");
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
test_write_often (Player        *fixture,
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
  g_string_truncate (fixture->log, 0);
  g_async_queue_pop (queue);
  settle (fixture);
  log_assert (fixture, "");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 1.0);
  run_blocking (fixture, count_sets, &n_sets);
  g_assert_cmpuint (n_sets, ==, 1);
}

static void
refuse (PlayerService *service,
        gpointer       refuses)
{
  service->refuses = GPOINTER_TO_INT (refuses);
}

static void
test_write_failed (Player        *fixture,
                   gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);
  PlayerTrack invalid = { (char *) "\xff", 1 };

  wait_ready (fixture);
  run_blocking (fixture, refuse, GINT_TO_POINTER (TRUE));
  player_player_set_volume (player, 0.7);
  settle (fixture);
  log_assert (fixture, "volume 0.7; volume 0.5; volume failed at 0.5: No volume; ");

  /* Not shown at all. */
  run_blocking (fixture, refuse, GINT_TO_POINTER (FALSE));
  player_player_set_track (player, &invalid);
  g_assert_null (player_player_get_track (player));
  settle (fixture);
  g_assert_nonnull (strstr (fixture->log->str, "track failed at 0.5: "));
  g_assert_nonnull (strstr (fixture->log->str, "UTF-8"));
  g_string_truncate (fixture->log, 0);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
  player_player_set_volume (player, 0.8);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.8);
  iterate ();
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.5);
  g_assert_nonnull (strstr (fixture->log->str, "volume 0.8; volume 0.5; volume failed at 0.5: "));
  g_string_truncate (fixture->log, 0);

  /* The last values stay. */
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (player)));
  g_assert_cmpstr (player_player_get_title (player), ==, "first");
}

/* A binding in both directions never jumps back. */
static void
test_bound (Player        *fixture,
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
set_all_types (PlayerService *service,
               gpointer       unused)
{
  g_ptr_array_add (service->queue, player_track_new ("queued", 3));
  service->track = player_track_new ("current", 2);
  g_object_notify (G_OBJECT (service), "queue");
}

static void
check_all_types (PlayerService *service,
                 gpointer       unused)
{
  g_autofree char *path = g_file_get_path (service->file);

  g_assert_cmpstr (path, ==, "/tmp");
  g_assert_cmpstr (service->tags[0], ==, "written");
  g_assert_cmpint (service->mode, ==, PLAYER_MODE_PLAYING);
  g_assert_null (service->track);
  g_assert_cmpstr (service->secret, ==, "secret");
  g_assert_cmpuint (service->queue->len, ==, 0);
}

static void
test_types (Player        *fixture,
            gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);
  const char *tags[] = { "written", NULL };
  g_autoptr (GFile) file = g_file_new_for_path ("/tmp");
  g_autoptr (GPtrArray) queue = g_ptr_array_new ();
  g_autoptr (PlayerTrack) track = NULL;

  wait_ready (fixture);
  run_blocking (fixture, set_all_types, NULL);
  iterate ();
  track = player_player_dup_track (player);
  g_assert_cmpuint (track->length, ==, 2);
  g_assert_cmpstr (((PlayerTrack *) player_player_get_queue (player)->pdata[0])->title, ==, "queued");

  player_player_set_file (player, file);
  player_player_set_tags (player, tags);
  player_player_set_mode (player, PLAYER_MODE_PLAYING);
  player_player_set_track (player, NULL);
  player_player_set_queue (player, queue);
  player_player_set_secret (player, "secret");
  run_blocking (fixture, check_all_types, NULL);
  iterate ();
  g_assert_true (player_player_get_file (player) == file);
  g_assert_cmpint (player_player_get_mode (player), ==, PLAYER_MODE_PLAYING);
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
         gpointer      fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_proxy_load_finish (NORPC_PROXY (object), result, &error));
  g_assert_no_error (error);
  log_add (fixture, "loaded %u; ", player_player_get_load (PLAYER_PLAYER (object)));
}

/* Properties whose changes are told without values, or not told. */
static void
test_updates (Player        *fixture,
              gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);

  wait_ready (fixture);
  run_blocking (fixture, set_others, NULL);
  iterate ();
  settle (fixture);
  g_assert_cmpuint (player_player_get_position (player), ==, 5);
  log_assert (fixture, "");

  run_blocking (fixture, set_others, NULL);
  norpc_proxy_load_async (NORPC_PROXY (player), NULL, load_cb, fixture);
  settle (fixture);
  log_assert (fixture, "loaded 6; ");
  player_player_set_load (player, 7);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (player), NULL, NULL));
  g_assert_cmpuint (player_player_get_load (player), ==, 7);
}

static void
made_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Player *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PlayerPlayerProxy) proxy = player_player_proxy_new_finish (result, &error);

  if (proxy == NULL)
    {
      log_add (fixture, "%s; ", error->message);
      return;
    }
  g_assert_true (norpc_proxy_is_ready (NORPC_PROXY (proxy)));
  log_add (fixture, "made with %s; ", player_player_get_title (PLAYER_PLAYER (proxy)));
}

static void
test_new (Player        *fixture,
          gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  double volumes[] = { 0.1, -1 };

  wait_ready (fixture);
  player_player_proxy_new_async (endpoint, NULL, made_cb, fixture);
  log_assert (fixture, "");
  settle (fixture);
  log_assert (fixture, "made with first; ");
  player_player_proxy_new_async (endpoint, cancellable, made_cb, fixture);
  g_cancellable_cancel (cancellable);
  settle (fixture);
  log_assert (fixture, "Operation was cancelled; ");

  proxy = player_player_proxy_new_sync (endpoint, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (proxy)), ==, 0.5);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (volume_cb), fixture);
  iterate ();
  log_assert (fixture, "");
  run_blocking (fixture, set_volumes, volumes);
  iterate ();
  log_assert (fixture, "volume 0.1; volume 0.1; ");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (proxy)), ==, 0.1);
  g_clear_object (&proxy);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
  proxy = player_player_proxy_new_sync (endpoint, NULL, &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_null (proxy);
}

/* A reply to a synchronous call overtakes changes that wait: they are older, and are not shown. */
static void
test_overtaken (Player        *fixture,
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
  log_assert (fixture, "");
  iterate ();
  log_assert (fixture, "reply at 0.2; volume 0.2; ");
}

static void
set_volume_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      fixture)
{
  g_autoptr (GError) error = NULL;

  if (player_player_proxy_set_volume_finish (PLAYER_PLAYER_PROXY (object), result, &error))
    log_add (fixture, "set to %g; ", player_player_get_volume (PLAYER_PLAYER (object)));
  else
    log_add (fixture, "not set: %s; ", error->message);
}

static void
test_set (Player        *fixture,
          gconstpointer  unused)
{
  PlayerPlayer *player = PLAYER_PLAYER (fixture->proxy);
  g_autoptr (GError) error = NULL;

  wait_ready (fixture);
  player_player_proxy_set_volume_async (fixture->proxy, 3.0, NULL, set_volume_cb, fixture);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.5);
  settle (fixture);
  log_assert (fixture, "volume 1; set to 1; ");

  g_assert_true (player_player_proxy_set_volume_sync (fixture->proxy, 0.3, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (player_player_get_volume (player), ==, 0.3);
  log_assert (fixture, "");
  iterate ();
  log_assert (fixture, "volume 0.3; ");

  run_blocking (fixture, refuse, GINT_TO_POINTER (TRUE));
  player_player_proxy_set_volume_async (fixture->proxy, 3.0, NULL, set_volume_cb, fixture);
  settle (fixture);
  log_assert (fixture, "not set: No volume; ");
  g_assert_false (player_player_proxy_set_volume_sync (fixture->proxy, 0.4, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

static gpointer
set_elsewhere (gpointer proxy)
{
  g_object_set (proxy, "volume", 0.9, NULL);
  g_assert_cmpfloat (player_player_get_volume (proxy), ==, 0.9);

  return NULL;
}

/* Another thread writes: the proxy notifies in its own context. */
static void
test_write_elsewhere (Player        *fixture,
                      gconstpointer  unused)
{
  wait_ready (fixture);
  g_thread_join (g_thread_new ("writer", set_elsewhere, fixture->proxy));
  log_assert (fixture, "");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 0.9);
  settle (fixture);
  log_assert (fixture, "volume 0.9; ");
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
test_slow (Player        *fixture,
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
  g_assert_true (g_str_has_suffix (fixture->log->str, "ended 9999 at 0.9999; "));
}

static void
count_reads (PlayerService *service,
             gpointer       n_reads)
{
  *(guint *) n_reads = service->n_reads;
}

/* Nothing is read if no proxy shows the properties. */
static void
test_unloaded (Player        *fixture,
               gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  g_autoptr (PlayerPlayerProxy) proxy =
    g_object_new (PLAYER_TYPE_PLAYER_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  guint before, after;

  wait_ready (fixture);
  g_clear_object (&fixture->proxy);
  fixture->proxy = g_steal_pointer (&proxy);
  run_blocking (fixture, count_reads, &before);
  run_blocking (fixture, set_title, (gpointer) "second");
  run_blocking (fixture, count_reads, &after);
  g_assert_cmpuint (before, ==, after);
  g_assert_false (norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)));
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, NULL));
  g_assert_cmpstr (player_player_get_title (PLAYER_PLAYER (fixture->proxy)), ==, "second");
}

/* A proxy is the service of another server. */
static void
test_forwarded (Player        *fixture,
                gconstpointer  unused)
{
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (fixture->proxy));
  g_autoptr (PlayerPlayerProxy) outer = NULL;
  g_autoptr (GError) error = NULL;
  double volumes[] = { 0.1, -1 };

  wait_ready (fixture);
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  outer = player_player_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (server)), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (player_player_get_title (PLAYER_PLAYER (outer)), ==, "first");
  run_blocking (fixture, refuse, GINT_TO_POINTER (TRUE));
  g_assert_false (player_player_proxy_set_volume_sync (outer, 0.4, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  run_blocking (fixture, refuse, GINT_TO_POINTER (FALSE));
  g_object_set (outer, "volume", 0.6, NULL);
  settle (fixture);
  while (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)) != 0.6)
    g_main_context_iteration (NULL, TRUE);
  run_blocking (fixture, set_volumes, volumes);
  while (player_player_get_volume (PLAYER_PLAYER (outer)) != 0.1)
    g_main_context_iteration (NULL, TRUE);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
}

/* While a thread has frozen the proxy, notifications wait, and the thread that thaws it does not
 * emit them.
 */
static gpointer
freeze_elsewhere (gpointer data)
{
  gpointer *parts = data;

  g_object_freeze_notify (parts[0]);
  g_async_queue_push (parts[1], parts[0]);
  g_async_queue_pop (parts[2]);
  g_object_thaw_notify (parts[0]);

  return NULL;
}

static void
test_frozen_elsewhere (Player        *fixture,
                       gconstpointer  unused)
{
  g_autoptr (GAsyncQueue) frozen = g_async_queue_new ();
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  gpointer parts[] = { fixture->proxy, frozen, go_on };
  double volumes[] = { 0.1, -1 };
  GThread *thread;

  wait_ready (fixture);
  thread = g_thread_new ("freezer", freeze_elsewhere, parts);
  g_async_queue_pop (frozen);
  run_blocking (fixture, set_volumes, volumes);
  iterate ();
  log_assert (fixture, "");
  g_async_queue_push (go_on, frozen);
  g_thread_join (thread);
  log_assert (fixture, "");
  iterate ();
  log_assert (fixture, "volume 0.1; ");
}

/* The service has handled the write before, although the context of the proxy has not run. */
static void
test_set_after_write (Player        *fixture,
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
  log_assert (fixture, "volume 0.25; volume 9; ");
  iterate ();
  g_assert_cmpfloat (player_player_get_volume (player), ==, 1.0);
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
test_order_of_many (Player        *fixture,
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

static void
get_volume (PlayerService *service,
            gpointer       volume)
{
  *(double *) volume = service->volume;
}

/* A layer holds the write while the proxy, and with it the layer, is released. */
static void
test_write_held (Player        *fixture,
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

static gboolean
deny_properties (NorpcCall  *call,
                 gpointer    user_data,
                 GError    **error)
{
  if (!g_str_has_prefix (norpc_call_get_method_name (call), "Properties."))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "No properties");

  return FALSE;
}

/* A proxy to which a filter denies the values does not get them by changes. */
static void
test_denied (Player        *fixture,
             gconstpointer  unused)
{
  NorpcEndpoint *channel = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  NorpcLayer *filter = norpc_filter_new ();
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (PlayerPlayerProxy) proxy = NULL;

  wait_ready (fixture);
  norpc_filter_set_call_func (NORPC_FILTER (filter), deny_properties, NULL, NULL);
  stack = norpc_stack_new (NORPC_ENDPOINT (filter), channel, NULL);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "*has no properties*No properties*");
  proxy = player_player_proxy_new (stack);
  iterate ();
  g_test_assert_expected_messages ();
  run_blocking (fixture, set_title, (gpointer) "secret");
  iterate ();
  settle (fixture);
  g_assert_cmpstr (player_player_get_title (PLAYER_PLAYER (fixture->proxy)), ==, "secret");
  g_assert_cmpstr (player_player_get_title (PLAYER_PLAYER (proxy)), ==, "");
  g_assert_false (norpc_proxy_is_ready (NORPC_PROXY (proxy)));
}

/* Runs where the last reference is released. */
static void
read_proxy (gpointer  proxy,
            GObject  *file)
{
  player_player_get_volume (proxy);
}

static void
write_file (Player     *fixture,
            const char *path,
            GWeakNotify gone)
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
test_dropped_value (Player        *fixture,
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

/* The context of a proxy is freed before the proxy: other threads may still write. */
static void
test_context_freed (Player        *fixture,
                    gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  GMainContext *context = g_main_context_new ();
  g_autoptr (PlayerPlayerProxy) proxy = NULL;

  wait_ready (fixture);
  g_main_context_push_thread_default (context);
  proxy = player_player_proxy_new_sync (endpoint, NULL, NULL);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  g_thread_join (g_thread_new ("writer", set_elsewhere, proxy));
  settle (fixture);
}

static gpointer
run_context (gpointer data)
{
  gpointer *parts = data;

  g_main_context_push_thread_default (parts[0]);
  while (player_player_get_volume (parts[1]) != 0.1)
    g_main_context_iteration (parts[0], TRUE);
  g_main_context_pop_thread_default (parts[0]);

  return g_thread_self ();
}

static void
note_thread_cb (GObject    *object,
                GParamSpec *pspec,
                GThread   **thread)
{
  *thread = g_thread_self ();
}

/* Another thread than the one that has made the proxy runs its context. */
static void
test_context_of_another_thread (Player        *fixture,
                                gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  gpointer parts[] = { context, NULL };
  double volumes[] = { 0.1, -1 };
  GThread *thread, *notified = NULL;

  wait_ready (fixture);
  g_main_context_push_thread_default (context);
  proxy = player_player_proxy_new_sync (endpoint, NULL, NULL);
  g_main_context_pop_thread_default (context);
  parts[1] = proxy;
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (note_thread_cb), &notified);
  thread = g_thread_new ("runner", run_context, parts);
  run_blocking (fixture, set_volumes, volumes);
  g_assert_true (g_thread_join (thread) == notified);
}

/* A proxy that is released drops the changes that wait for it. */
static void
test_disposed (Player        *fixture,
               gconstpointer  unused)
{
  double volumes[] = { 0.1, -1 };

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, volumes);
  g_object_set (fixture->proxy, "volume", 0.2, NULL);
  g_string_truncate (fixture->log, 0);
  g_clear_object (&fixture->proxy);
  iterate ();
  log_assert (fixture, "");
}

#define TEST_PLAYER(path, func) \
  g_test_add (path, Player, GINT_TO_POINTER (TRUE), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_PLAYER ("/properties/ready", test_ready);
  g_test_add ("/properties/ready-later", Player, NULL, set_up, test_ready_later, tear_down);
  TEST_PLAYER ("/properties/coalesced", test_coalesced);
  TEST_PLAYER ("/properties/order", test_order);
  TEST_PLAYER ("/properties/batch", test_batch);
  TEST_PLAYER ("/properties/batch-seen-halfway", test_batch_seen_halfway);
  TEST_PLAYER ("/properties/write", test_write);
  TEST_PLAYER ("/properties/write-often", test_write_often);
  TEST_PLAYER ("/properties/write-failed", test_write_failed);
  TEST_PLAYER ("/properties/bound", test_bound);
  TEST_PLAYER ("/properties/types", test_types);
  TEST_PLAYER ("/properties/updates", test_updates);
  TEST_PLAYER ("/properties/new", test_new);
  TEST_PLAYER ("/properties/overtaken", test_overtaken);
  TEST_PLAYER ("/properties/set", test_set);
  TEST_PLAYER ("/properties/write-elsewhere", test_write_elsewhere);
  TEST_PLAYER ("/properties/slow", test_slow);
  TEST_PLAYER ("/properties/unloaded", test_unloaded);
  TEST_PLAYER ("/properties/forwarded", test_forwarded);
  TEST_PLAYER ("/properties/frozen-elsewhere", test_frozen_elsewhere);
  TEST_PLAYER ("/properties/set-after-write", test_set_after_write);
  TEST_PLAYER ("/properties/order-of-many", test_order_of_many);
  TEST_PLAYER ("/properties/write-held", test_write_held);
  TEST_PLAYER ("/properties/denied", test_denied);
  TEST_PLAYER ("/properties/dropped-value", test_dropped_value);
  TEST_PLAYER ("/properties/context-freed", test_context_freed);
  TEST_PLAYER ("/properties/context-of-another-thread", test_context_of_another_thread);
  TEST_PLAYER ("/properties/disposed", test_disposed);

  return g_test_run ();
}
