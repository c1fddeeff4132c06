/* test-direct.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The endpoint without a runtime. */

#include "fixture.h"

typedef struct
{
  ProbeState      *state;
  NorpcDirect     *direct;
  ProbeProbeProxy *proxy;
} Direct;

static void
set_up (Direct        *fixture,
        gconstpointer  unused)
{
  g_autoptr (GObject) service = NULL;

  fixture->state = probe_state_new ();
  service = probe_service_new (fixture->state);
  fixture->direct = norpc_direct_new (service);
  fixture->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (fixture->direct));
  g_assert_true (norpc_direct_get_service (fixture->direct) == service);
}

static void
tear_down (Direct        *fixture,
           gconstpointer  unused)
{
  g_assert_finalize_object (fixture->proxy);
  g_assert_finalize_object (fixture->direct);
  probe_state_wait_finalized (fixture->state);
  probe_state_free (fixture->state);
}

static void
test_sync (Direct        *fixture,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (fixture->state->thread == g_thread_self ());

  g_assert_false (probe_probe_proxy_call_fail_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
  g_clear_error (&error);

  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

/* The handler runs within the call, the callback does not. */
static void
test_async (Direct        *fixture,
            gconstpointer  unused)
{
  Outcome outcome = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static void
test_answered_later (Direct        *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  norpc_call_return_values (call, 0, NULL);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_clear_pointer (&call, norpc_call_unref);

  g_assert_false (probe_probe_proxy_call_hold_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  call = probe_state_take_held (fixture->state);
  g_assert_true (norpc_call_is_cancelled (call));
}

static gpointer
other_thread (gpointer data)
{
  Direct *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);

  return NULL;
}

static void
test_other_thread (Direct        *fixture,
                   gconstpointer  unused)
{
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_thread_join (g_thread_new ("other", other_thread, fixture));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

static void
test_no_service (void)
{
  g_autoptr (NorpcDirect) direct = g_object_new (NORPC_TYPE_DIRECT, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

#define TEST_DIRECT(path, func) g_test_add (path, Direct, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_DIRECT ("/direct/sync", test_sync);
  TEST_DIRECT ("/direct/async", test_async);
  TEST_DIRECT ("/direct/answered-later", test_answered_later);
  TEST_DIRECT ("/direct/other-thread", test_other_thread);
  g_test_add_func ("/direct/no-service", test_no_service);

  return g_test_run ();
}
