/* test-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The values of a service, which its proxies show. */

#include "player-fixture.h"

static void
test_ready (PlayerFixture *fixture,
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
  log_assert_any (&fixture->log, "title first; volume 0.5; ready; ", "volume 0.5; title first; ready; ");
}

/* A proxy that is made before the server starts has the values when it has started. */
static void
test_ready_later (PlayerFixture *fixture,
                  gconstpointer  unused)
{
  iterate ();
  g_assert_false (norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)));
  start (fixture);
  while (!norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
  log_assert_any (&fixture->log, "title first; volume 0.5; ready; ", "volume 0.5; title first; ready; ");
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
test_types (PlayerFixture *fixture,
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
made_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  PlayerFixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PlayerPlayerProxy) proxy = player_player_proxy_new_finish (result, &error);

  if (proxy == NULL)
    {
      log_add (&fixture->log, "%s; ", error->message);
      return;
    }
  g_assert_true (norpc_proxy_is_ready (NORPC_PROXY (proxy)));
  log_add (&fixture->log, "made with %s; ", player_player_get_title (PLAYER_PLAYER (proxy)));
}

static void
test_new (PlayerFixture *fixture,
          gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  double volumes[] = { 0.1, -1 };

  wait_ready (fixture);
  player_player_proxy_new_async (endpoint, NULL, made_cb, fixture);
  log_assert (&fixture->log, "");
  settle (fixture);
  log_assert (&fixture->log, "made with first; ");
  player_player_proxy_new_async (endpoint, cancellable, made_cb, fixture);
  g_cancellable_cancel (cancellable);
  settle (fixture);
  log_assert (&fixture->log, "Operation was cancelled; ");

  proxy = player_player_proxy_new_sync (endpoint, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (proxy)), ==, 0.5);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (volume_cb), fixture);
  iterate ();
  log_assert (&fixture->log, "");
  run_blocking (fixture, set_volumes, volumes);
  iterate ();
  log_assert (&fixture->log, "volume 0.1; volume 0.1; ");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (proxy)), ==, 0.1);
  g_clear_object (&proxy);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
  proxy = player_player_proxy_new_sync (endpoint, NULL, &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_null (proxy);
}

static void
count_reads (PlayerService *service,
             gpointer       n_reads)
{
  *(guint *) n_reads = service->n_reads;
}

/* Nothing is read if no proxy shows the properties. */
static void
test_unloaded (PlayerFixture *fixture,
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
test_forwarded (PlayerFixture *fixture,
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
test_denied (PlayerFixture *fixture,
             gconstpointer  unused)
{
  NorpcEndpoint *channel = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  NorpcLayer *filter = norpc_filter_new ();
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (PlayerPlayerProxy) proxy = NULL;

  wait_ready (fixture);
  norpc_filter_set_call_func (NORPC_FILTER (filter), deny_properties, NULL, NULL);
  stack = norpc_stack_new (NORPC_ENDPOINT (filter), channel, NULL);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "could not load the properties of org.example.Player: No properties");
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

/* Loses the next requests for properties. Runs in the client's context. */
static gboolean
lose_properties (NorpcCall  *call,
                 gpointer    user_data,
                 GError    **error)
{
  guint *n_left = user_data;

  if (*n_left == 0 || !g_str_has_prefix (norpc_call_get_method_name (call), "Properties."))
    return TRUE;

  if (--*n_left == 1)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT, "No reply");
  else
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED, "It was lost");

  return FALSE;
}

/* A request that was lost on its way is sent again, because the service is there. */
static void
test_lost_requests (PlayerFixture *fixture,
                    gconstpointer  unused)
{
  NorpcEndpoint *channel = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  NorpcLayer *filter = norpc_filter_new ();
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  guint n_left = 3;

  norpc_filter_set_call_func (NORPC_FILTER (filter), lose_properties, &n_left, NULL);
  stack = norpc_stack_new (NORPC_ENDPOINT (filter), channel, NULL);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "could not load the properties of org.example.Player: No reply");
  proxy = player_player_proxy_new (stack);
  while (!norpc_proxy_is_ready (NORPC_PROXY (proxy)))
    g_main_context_iteration (NULL, TRUE);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (n_left, ==, 0);
  g_assert_cmpstr (player_player_get_title (PLAYER_PLAYER (proxy)), ==, "first");

  /* Nothing keeps a proxy that is released meanwhile. */
  g_clear_object (&proxy);
  n_left = G_MAXUINT;
  proxy = player_player_proxy_new (stack);
  while (n_left > G_MAXUINT - 1)
    g_main_context_iteration (NULL, TRUE);
  iterate ();
  g_object_add_weak_pointer (G_OBJECT (proxy), (gpointer *) &proxy);
  g_object_unref (proxy);
  g_assert_null (proxy);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  PLAYER_TEST ("/properties/ready", test_ready);
  g_test_add ("/properties/ready-later", PlayerFixture, NULL, player_fixture_set_up, test_ready_later,
              player_fixture_tear_down);
  PLAYER_TEST ("/properties/types", test_types);
  PLAYER_TEST ("/properties/new", test_new);
  PLAYER_TEST ("/properties/unloaded", test_unloaded);
  PLAYER_TEST ("/properties/forwarded", test_forwarded);
  PLAYER_TEST ("/properties/denied", test_denied);
  PLAYER_TEST ("/properties/lost-requests", test_lost_requests);

  return g_test_run ();
}
