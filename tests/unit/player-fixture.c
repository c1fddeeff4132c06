/* player-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "player-fixture.h"

void
volume_cb (PlayerPlayer  *player,
           GParamSpec    *pspec,
           PlayerFixture *fixture)
{
  log_add (&fixture->log, "volume %g; ", player_player_get_volume (player));
}

static void
title_cb (PlayerPlayer  *player,
          GParamSpec    *pspec,
          PlayerFixture *fixture)
{
  log_add (&fixture->log, "title %s; ", player_player_get_title (player));
}

static void
ready_cb (NorpcProxy    *proxy,
          GParamSpec    *pspec,
          PlayerFixture *fixture)
{
  g_assert_true (norpc_proxy_is_ready (proxy));
  log_add (&fixture->log, "ready; ");
}

void
ended_cb (PlayerPlayer  *player,
          guint          number,
          PlayerFixture *fixture)
{
  log_add (&fixture->log, "ended %u at %g; ", number, player_player_get_volume (player));
}

static void
failed_cb (NorpcProxy    *proxy,
           const char    *property_name,
           const GError  *error,
           PlayerFixture *fixture)
{
  double volume = player_player_get_volume (PLAYER_PLAYER (proxy));

  log_add (&fixture->log, "%s failed at %g: %s; ", property_name, volume, error->message);
}

static void
connect_all (PlayerFixture *fixture)
{
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (volume_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::title", G_CALLBACK (title_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::ready", G_CALLBACK (ready_cb), fixture);
  g_signal_connect (fixture->proxy, "ended", G_CALLBACK (ended_cb), fixture);
  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (failed_cb), fixture);
}

void
start (PlayerFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
}

void
player_fixture_set_up (PlayerFixture *fixture,
                       gconstpointer  starts)
{
  g_autoptr (GObject) service = g_object_new (PLAYER_TYPE_SERVICE, NULL);

  fixture->server = norpc_server_new (service);
  log_init (&fixture->log);
  if (starts != NULL)
    start (fixture);
  fixture->proxy = player_player_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  connect_all (fixture);
}

void
player_fixture_tear_down (PlayerFixture *fixture,
                          gconstpointer  starts)
{
  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->server);
  iterate ();
  log_clear (&fixture->log);
}

void
wait_ready (PlayerFixture *fixture)
{
  while (!norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
  log_truncate (&fixture->log);
}

/* Has @func run in the service's context. The proxy's context does not run meanwhile. */
void
run_blocking (PlayerFixture *fixture,
              PlayerFunc     func,
              gpointer       data)
{
  g_autoptr (GError) error = NULL;

  player_service_set_func (func, data);
  g_assert_true (player_player_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

void
do_nothing (PlayerService *service,
            gpointer       data)
{
}

/* The service has handled what was sent before, and the context has seen the answers. */
void
settle (PlayerFixture *fixture)
{
  run_blocking (fixture, do_nothing, NULL);
  iterate ();
}

void
set_volumes (PlayerService *service,
             gpointer       data)
{
  for (double *volume = data; *volume >= 0; volume++)
    g_object_set (service, "volume", *volume, NULL);
}

void
set_title (PlayerService *service,
           gpointer       title)
{
  g_free (service->title);
  service->title = g_strdup (title);
  g_object_notify (G_OBJECT (service), "title");
}

void
refuse (PlayerService *service,
        gpointer       refuses)
{
  service->refuses = GPOINTER_TO_INT (refuses);
}
