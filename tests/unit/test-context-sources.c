/* test-context-sources.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Idle and timeout sources in the thread-default context. */

#include "fixture.h"

/* Runs of sources of the service; read after the call is answered. */
typedef struct
{
  GThread *thread;
  guint    n_calls;
  guint    n_wanted;
  int      n_notified; /* atomic */
  guint    id;
  gboolean was_removed;
  NorpcCall *call; /* (owned) (nullable): to answer at the end */
} Slices;

static gboolean
slice_cb (gpointer user_data)
{
  Slices *slices = user_data;
  g_autoptr (NorpcCall) call = NULL;

  slices->thread = g_thread_self ();
  slices->n_calls++;
  if (slices->n_calls < slices->n_wanted)
    return G_SOURCE_CONTINUE;

  /* once it is answered, the slices may be gone */
  call = g_steal_pointer (&slices->call);
  norpc_call_return_values (call, 0, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
not_reached_cb (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

static void
notify_cb (gpointer user_data)
{
  Slices *slices = user_data;

  g_atomic_int_inc (&slices->n_notified);
}

static void
run_idle (ProbeService *service,
          NorpcCall    *call,
          gpointer      data)
{
  Slices *slices = data;

  slices->call = norpc_call_ref (call);
  norpc_context_idle_add (slice_cb, slices);
}

static void
run_timeout (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Slices *slices = data;

  slices->call = norpc_call_ref (call);
  norpc_context_timeout_add (1, slice_cb, slices);
}

/* Both in the thread of the service, whatever the main context does. */
static void
test_thread (Fixture       *fixture,
             gconstpointer  is_idle)
{
  Slices slices = { .n_wanted = 3 };
  g_autoptr (GError) error = NULL;

  fixture->state->run = is_idle ? run_idle : run_timeout;
  fixture->state->run_data = &slices;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (slices.n_calls, ==, 3);
  g_assert_true (slices.thread == probe_state_get_thread (fixture->state, &fixture->state->thread));
}

static void
run_remove (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Slices *slices = data;

  slices->id = norpc_context_idle_add_full (G_PRIORITY_HIGH, not_reached_cb, slices, notify_cb);
  slices->was_removed = norpc_context_remove_source (slices->id) && !norpc_context_remove_source (slices->id);
  slices->id = norpc_context_timeout_add_full (G_PRIORITY_HIGH, 1, not_reached_cb, slices, notify_cb);
  slices->was_removed &= norpc_context_remove_source (slices->id);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_removed (Fixture       *fixture,
              gconstpointer  unused)
{
  Slices slices = { 0 };
  g_autoptr (GError) error = NULL;

  fixture->state->run = run_remove;
  fixture->state->run_data = &slices;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (slices.was_removed);
  g_assert_cmpint (g_atomic_int_get (&slices.n_notified), ==, 2);
}

static void
run_leave (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  norpc_context_timeout_add_full (G_PRIORITY_DEFAULT, G_MAXUINT, not_reached_cb, data, notify_cb);
  norpc_call_return_values (call, 0, NULL);
}

/* A source that is left goes with the thread of its service. */
static void
test_left (Fixture       *fixture,
           gconstpointer  unused)
{
  Slices slices = { 0 };
  g_autoptr (GError) error = NULL;

  fixture->state->run = run_leave;
  fixture->state->run_data = &slices;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
  release_and_wait (g_steal_pointer (&fixture->server));
  while (g_atomic_int_get (&slices.n_notified) == 0)
    g_thread_yield ();
}

/* Without a thread-default context, sources are in the global one. */
static void
test_main_context (void)
{
  Slices slices = { .n_wanted = 2 };

  norpc_context_idle_add (slice_cb, &slices);
  while (slices.n_calls < 1)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (slices.thread == g_thread_self ());
  slices.call = norpc_call_new (probe_probe_interface_info (), 0);
  while (slices.n_calls < 2)
    g_main_context_iteration (NULL, FALSE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/context-sources/idle", Fixture, "idle", fixture_set_up, test_thread, fixture_tear_down);
  g_test_add ("/context-sources/timeout", Fixture, NULL, fixture_set_up, test_thread, fixture_tear_down);
  TEST ("/context-sources/removed", test_removed);
  TEST ("/context-sources/left", test_left);
  g_test_add_func ("/context-sources/main-context", test_main_context);

  return g_test_run ();
}
