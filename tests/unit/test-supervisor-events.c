/* test-supervisor-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The clients of a supervisor and its services: signals, properties, and "connected". */

#include "fixture.h"
#include "player-service.h"

typedef struct
{
  NorpcManualClock  *clock;      /* (owned) */
  NorpcSupervisor   *supervisor; /* (owned) */
  PlayerPlayerProxy *proxy;      /* (owned) */
  guint              n_made;     /* atomic */
  NorpcServer       *server;     /* (owned) (nullable) atomic: the last one */
  GString           *seen;       /* (owned) */
  int                step;       /* atomic: of a call that finishes: 1 while the service waits, 2 when it may go on */
} Players;

/* Runs in the thread of the service. */
static GObject *
make_player (gpointer   user_data,
             GError   **error G_GNUC_UNUSED)
{
  Players *self = user_data;
  PlayerService *service = g_object_new (PLAYER_TYPE_SERVICE, NULL);
  NorpcServer *old;

  g_free (service->title);
  service->title = g_strdup_printf ("player %d", g_atomic_int_add (&self->n_made, 1) + 1);

  old = g_atomic_pointer_exchange (&self->server, norpc_server_new (G_OBJECT (service)));
  g_clear_object (&old);
  g_object_unref (service);

  return g_object_ref (G_OBJECT (self->server));
}

static void
connected_cb (Players *self)
{
  g_string_append (self->seen, norpc_proxy_is_connected (NORPC_PROXY (self->proxy)) ? "connected " : "gone ");
}

static void
title_cb (Players *self)
{
  g_string_append_printf (self->seen, "%s ", player_player_get_title (PLAYER_PLAYER (self->proxy)));
}

static void
ended_cb (Players *self,
          guint    number)
{
  g_string_append_printf (self->seen, "ended %u ", number);
}

static void
set_up (Players       *self,
        gconstpointer  unused G_GNUC_UNUSED)
{
  self->clock = norpc_manual_clock_new ();
  self->seen = g_string_new (NULL);
  self->supervisor = norpc_supervisor_new (make_player, self, NULL);
  self->proxy = player_player_proxy_new (NORPC_ENDPOINT (self->supervisor));
  g_signal_connect_swapped (self->proxy, "notify::connected", G_CALLBACK (connected_cb), self);
  g_signal_connect_swapped (self->proxy, "notify::title", G_CALLBACK (title_cb), self);
  g_signal_connect_swapped (self->proxy, "ended", G_CALLBACK (ended_cb), self);
}

static void
tear_down (Players       *self,
           gconstpointer  unused G_GNUC_UNUSED)
{
  norpc_supervisor_stop (self->supervisor, NORPC_STOP_ABANDON, NULL, NULL);
  g_clear_object (&self->proxy);
  g_clear_object (&self->supervisor);
  iterate ();
  g_clear_object (&self->server);
  g_clear_object (&self->clock);
  g_string_free (self->seen, TRUE);
}

static void
wait_for_title (Players    *self,
                const char *title)
{
  while (g_strcmp0 (player_player_get_title (PLAYER_PLAYER (self->proxy)), title) != 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Runs in the service's context. */
static void
emit_ended (PlayerService *service,
            gpointer       number)
{
  player_player_emit_ended (PLAYER_PLAYER (service), GPOINTER_TO_UINT (number));
}

static void
run_emit (Players *self,
          guint    number)
{
  g_autoptr (GError) error = NULL;

  player_service_set_func (emit_ended, GUINT_TO_POINTER (number));
  player_player_proxy_call_run_sync (self->proxy, NULL, &error);
  g_assert_no_error (error);
  iterate ();
}

/* The values, the signals and the state are those of the service that runs. */
static void
test_replaced (Players       *self,
               gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  norpc_supervisor_start (self->supervisor);
  wait_for_title (self, "player 1");
  run_emit (self, 1);
  g_assert_cmpstr (self->seen->str, ==, "connected player 1 ended 1 ");
  g_string_truncate (self->seen, 0);

  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  wait_for_title (self, "player 2");
  run_emit (self, 2);
  g_assert_cmpstr (self->seen->str, ==, "player 2 ended 2 "); /* calls could be made all the time */

  /* A property that is written is that of the second service. */
  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 0.25);
  norpc_proxy_write_value_sync (NORPC_PROXY (self->proxy), "volume", &value, NULL, &error);
  g_assert_no_error (error);
  iterate ();
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (self->proxy)), ==, 0.25);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  wait_for_title (self, "player 3");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (self->proxy)), ==, 0.5);
}

/* Runs in the service's context. */
static void
emit_when_replaced (PlayerService *service,
                    gpointer       data)
{
  Players *self = data;

  g_atomic_int_set (&self->step, 1);
  while (g_atomic_int_get (&self->step) == 1)
    g_usleep (100);

  player_player_emit_ended (PLAYER_PLAYER (service), 1);
  g_free (service->title);
  service->title = g_strdup ("last");
  g_object_notify (G_OBJECT (service), "title");
  player_player_emit_ended (PLAYER_PLAYER (service), 2);
}

static void
ran_cb (GObject      *proxy,
        GAsyncResult *result,
        gpointer      data)
{
  Players *self = data;
  g_autoptr (GError) error = NULL;

  player_player_proxy_call_run_finish (PLAYER_PLAYER_PROXY (proxy), result, &error);
  g_assert_no_error (error);
  g_string_append (self->seen, "ran ");
}

static void
stopped_cb (GObject      *supervisor,
            GAsyncResult *result,
            gpointer      data)
{
  Players *self = data;
  g_autoptr (GError) error = NULL;

  norpc_supervisor_stop_finish (NORPC_SUPERVISOR (supervisor), result, &error);
  g_assert_no_error (error);
  g_string_append (self->seen, "stopped ");
}

static void
wait_seen (Players    *self,
           const char *part)
{
  while (strstr (self->seen->str, part) == NULL)
    g_main_context_iteration (NULL, TRUE);
  iterate ();
}

/* The signals and changes of a service that finishes its calls arrive in order with their replies, and before those of the
 * next service.
 */
static void
test_finishing (Players       *self,
                gconstpointer  stops)
{
  norpc_supervisor_start (self->supervisor);
  wait_for_title (self, "player 1");
  player_service_set_func (emit_when_replaced, self);
  player_player_proxy_call_run (self->proxy, NULL, ran_cb, self);
  while (g_atomic_int_get (&self->step) == 0)
    g_usleep (100);
  g_string_truncate (self->seen, 0);

  if (stops != NULL)
    norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, NULL, stopped_cb, self);
  else
    norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
  iterate ();
  g_assert_cmpstr (self->seen->str, ==, "");
  g_atomic_int_set (&self->step, 2);

  if (stops != NULL)
    {
      wait_seen (self, "stopped ");
      wait_seen (self, "gone ");
      g_assert_true (g_str_has_prefix (self->seen->str, "ended 1 last ended 2 ran "));
      g_assert_cmpuint (self->seen->len, ==, strlen ("ended 1 last ended 2 ran gone stopped "));
    }
  else
    {
      wait_seen (self, "player 2 ");
      g_assert_cmpstr (self->seen->str, ==, "ended 1 last ended 2 ran player 2 ");
    }
}

/* A supervisor that waits before it makes the next service takes no calls until then. */
static void
test_ended (Players       *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  norpc_supervisor_start (self->supervisor);
  wait_for_title (self, "player 1");
  g_string_truncate (self->seen, 0);
  norpc_server_stop (g_atomic_pointer_get (&self->server), NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  wait_seen (self, "gone ");
  norpc_manual_clock_advance (self->clock, 100);
  wait_seen (self, "player 2 ");
  g_assert_cmpstr (self->seen->str, ==, "gone connected player 2 ");
}

/* A proxy that is made while there is no service is as good as an older one. */
static void
test_proxies (Players       *self,
              gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (PlayerPlayerProxy) later = NULL;

  norpc_supervisor_start (self->supervisor);
  wait_for_title (self, "player 1");
  later = player_player_proxy_new (NORPC_ENDPOINT (self->supervisor));
  while (player_player_get_title (PLAYER_PLAYER (later)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->proxy);
  self->proxy = g_steal_pointer (&later);
  g_signal_connect_swapped (self->proxy, "ended", G_CALLBACK (ended_cb), self);
  g_string_truncate (self->seen, 0);
  run_emit (self, 3);
  g_assert_cmpstr (self->seen->str, ==, "ended 3 ");
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  wait_for_title (self, "player 2");
}

/* When the supervisor stops, proxies know it. */
static void
test_stopped (Players       *self,
              gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  norpc_supervisor_start (self->supervisor);
  wait_for_title (self, "player 1");
  norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  iterate ();
  g_assert_true (g_str_has_suffix (self->seen->str, "gone "));
  g_assert_cmpstr (player_player_get_title (PLAYER_PLAYER (self->proxy)), ==, "player 1");
}

/* Layers stand in front of a supervisor as of a channel. */
static void
test_layer (Players       *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (NorpcEndpoint) limit = g_object_ref_sink (NORPC_ENDPOINT (norpc_time_limit_new (60 * 1000)));
  g_autoptr (PlayerPlayerProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  norpc_layer_set_endpoint (NORPC_LAYER (limit), NORPC_ENDPOINT (self->supervisor));
  proxy = player_player_proxy_new (limit);
  norpc_supervisor_start (self->supervisor);
  player_service_set_func (emit_ended, GUINT_TO_POINTER (7));
  player_player_proxy_call_run_sync (proxy, NULL, &error);
  g_assert_no_error (error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/supervisor-events/replaced", Players, NULL, set_up, test_replaced, tear_down);
  g_test_add ("/supervisor-events/finishing-restart", Players, NULL, set_up, test_finishing, tear_down);
  g_test_add ("/supervisor-events/finishing-stop", Players, GINT_TO_POINTER (TRUE), set_up, test_finishing, tear_down);
  g_test_add ("/supervisor-events/ended", Players, NULL, set_up, test_ended, tear_down);
  g_test_add ("/supervisor-events/proxies", Players, NULL, set_up, test_proxies, tear_down);
  g_test_add ("/supervisor-events/stopped", Players, NULL, set_up, test_stopped, tear_down);
  g_test_add ("/supervisor-events/layer", Players, NULL, set_up, test_layer, tear_down);

  return g_test_run ();
}
