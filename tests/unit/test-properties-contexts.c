/* test-properties-contexts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The context of a proxy with properties, and other threads that use the proxy. */

#include "player-fixture.h"

static gpointer
set_elsewhere (gpointer proxy)
{
  g_object_set (proxy, "volume", 0.9, NULL);
  g_assert_cmpfloat (player_player_get_volume (proxy), ==, 0.9);

  return NULL;
}

/* Another thread writes: the proxy notifies in its own context. */
static void
test_write_elsewhere (PlayerFixture *fixture,
                      gconstpointer  unused)
{
  wait_ready (fixture);
  g_thread_join (g_thread_new ("writer", set_elsewhere, fixture->proxy));
  log_assert (&fixture->log, "");
  g_assert_cmpfloat (player_player_get_volume (PLAYER_PLAYER (fixture->proxy)), ==, 0.9);
  settle (fixture);
  log_assert (&fixture->log, "volume 0.9; ");
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
test_frozen_elsewhere (PlayerFixture *fixture,
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
  log_assert (&fixture->log, "");
  g_async_queue_push (go_on, frozen);
  g_thread_join (thread);
  log_assert (&fixture->log, "");
  iterate ();
  log_assert (&fixture->log, "volume 0.1; ");
}

/* The context of a proxy is freed before the proxy: other threads may still write. */
static void
test_context_freed (PlayerFixture *fixture,
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
note_thread_cb (GObject     *object,
                GParamSpec  *pspec,
                GThread    **thread)
{
  *thread = g_thread_self ();
}

/* Another thread than the one that has made the proxy runs its context. */
static void
test_context_of_another_thread (PlayerFixture *fixture,
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
test_disposed (PlayerFixture *fixture,
               gconstpointer  unused)
{
  double volumes[] = { 0.1, -1 };

  wait_ready (fixture);
  run_blocking (fixture, set_volumes, volumes);
  g_object_set (fixture->proxy, "volume", 0.2, NULL);
  log_truncate (&fixture->log);
  g_clear_object (&fixture->proxy);
  iterate ();
  log_assert (&fixture->log, "");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  PLAYER_TEST ("/properties-contexts/write-elsewhere", test_write_elsewhere);
  PLAYER_TEST ("/properties-contexts/frozen-elsewhere", test_frozen_elsewhere);
  PLAYER_TEST ("/properties-contexts/context-freed", test_context_freed);
  PLAYER_TEST ("/properties-contexts/context-of-another-thread", test_context_of_another_thread);
  PLAYER_TEST ("/properties-contexts/disposed", test_disposed);

  return g_test_run ();
}
