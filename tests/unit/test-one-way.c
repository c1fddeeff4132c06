/* test-one-way.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls without a reply. */

#include "fixture.h"

static void
send_by_name (Fixture    *fixture,
              const char *name,
              guint       number)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, norpc_interface_info_find_method (info, name));

  if (g_str_equal (name, "Note"))
    g_value_set_uint (norpc_call_get_args (call, NULL), number);
  norpc_proxy_send (NORPC_PROXY (fixture->proxy), call);
}

/* They keep their place among the calls that have one. */
static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100; i += 2)
    {
      send_by_name (fixture, "Note", i);
      probe_probe_proxy_call_note (fixture->proxy, i + 1, NULL, NULL, NULL);
    }
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));

  g_assert_cmpuint (fixture->state->numbers->len, ==, 100);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, i), ==, i);
}

/* Whatever the handler does, nobody is told, and it may do anything. */
static void
test_outcomes (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) held = NULL;

  send_by_name (fixture, "Fail", 0);
  send_by_name (fixture, "Mute", 0);
  send_by_name (fixture, "Drop", 0);
  send_by_name (fixture, "Hold", 0);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 5);

  held = probe_state_take_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (held));
  norpc_call_return_values (held, 0, NULL);
}

/* There is no room, or no server: it is lost, and what it carries released. */
static void
test_lost (Fixture       *fixture,
           gconstpointer  unused)
{
  Outcome blocked = { 0 };
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  send_by_name (fixture, "Note", 1);
  send_by_name (fixture, "Note", 2);
  send_by_name (fixture, "Note", 3);
  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  /* Only then is there room again. */
  while (probe_state_get_n_handled (fixture->state) < 3)
    g_thread_yield ();

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (fixture->state->numbers->len, ==, 2);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  send_by_name (fixture, "Note", 4);
  g_assert_cmpuint (fixture->state->numbers->len, ==, 2);
}

static void
send_on_behalf (ProbeService *service,
                NorpcCall    *call,
                gpointer      fixture)
{
  send_by_name (fixture, "Hold", 0);
  norpc_call_ref (call);
  g_object_set_data_full (G_OBJECT (service), "call", call, (GDestroyNotify) norpc_call_unref);
}

static void
run_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = probe_probe_proxy_call_run_finish (PROBE_PROBE_PROXY (object), result, &outcome->error);
}

/* One that a handler sends is not cancelled with the call that it handles. */
static void
test_not_inherited (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) held = NULL;
  Outcome outcome = { 0 };

  fixture->state->run = send_on_behalf;
  fixture->state->run_data = fixture;
  probe_probe_proxy_call_run (fixture->proxy, cancellable, run_cb, &outcome);
  held = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (norpc_call_is_cancelled (held));
  outcome_clear (&outcome);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/one-way/order", test_order);
  TEST ("/one-way/outcomes", test_outcomes);
  TEST_CAPACITY ("/one-way/lost", 2, test_lost);
  TEST ("/one-way/not-inherited", test_not_inherited);

  return g_test_run ();
}
