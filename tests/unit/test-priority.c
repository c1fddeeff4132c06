/* test-priority.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which calls a service gets first. */

#include "fixture.h"

static ProbeProbeProxy *
proxy_new (Fixture       *fixture,
           NorpcPriority  priority)
{
  ProbeProbeProxy *proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));

  norpc_proxy_set_priority (NORPC_PROXY (proxy), priority);

  return proxy;
}

/* Has the service blocked, so that what is sent from here on waits. */
static void
block (Fixture *fixture,
       Outcome *blocked)
{
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, blocked);
  probe_state_wait_blocked (fixture->state);
}

static void
unblock (Fixture *fixture,
         Outcome *blocked)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ProbeProbeProxy) last = proxy_new (fixture, NORPC_PRIORITY_LOW);

  probe_state_open_gate (fixture->state);
  outcome_wait (blocked);
  g_assert_true (probe_probe_proxy_call_noop_sync (last, NULL, &error));
}

static void
assert_numbers (Fixture    *fixture,
                const char *expected)
{
  g_autoptr (GString) numbers = g_string_new (NULL);

  for (guint i = 0; i < fixture->state->numbers->len; i++)
    g_string_append_printf (numbers, "%s%u", i > 0 ? " " : "",
                            g_array_index (fixture->state->numbers, guint, i));
  g_assert_cmpstr (numbers->str, ==, expected);
}

static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  g_autoptr (ProbeProbeProxy) low = proxy_new (fixture, NORPC_PRIORITY_LOW);
  Outcome blocked = { 0 };

  g_assert_cmpint (norpc_proxy_get_priority (NORPC_PROXY (low)), ==, NORPC_PRIORITY_LOW);
  block (fixture, &blocked);
  probe_probe_proxy_call_note (low, 1, NULL, NULL, NULL);
  probe_probe_proxy_call_note (low, 2, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 11, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 12, NULL, NULL, NULL);
  probe_probe_proxy_call_note (urgent, 21, NULL, NULL, NULL);
  probe_probe_proxy_call_note (urgent, 22, NULL, NULL, NULL);
  g_assert_cmpuint (norpc_channel_get_length (norpc_server_get_channel (fixture->server)), ==, 6);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "21 22 11 12 1 2");
}

static void
note_urgent (ProbeService *service,
             NorpcCall    *call,
             gpointer      urgent)
{
  probe_probe_proxy_call_note (urgent, 99, NULL, NULL, NULL);
  norpc_call_return_values (call, 0, NULL);
}

/* It passes those, too, that the server has taken off the queue already. */
static void
test_batch (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  Outcome blocked = { 0 };

  fixture->state->run = note_urgent;
  fixture->state->run_data = urgent;
  block (fixture, &blocked);
  probe_probe_proxy_call_run (fixture->proxy, NULL, NULL, NULL);
  for (guint i = 1; i <= 3; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, NULL, NULL);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "99 1 2 3");
}

/* A queue that is full of others is no obstacle. */
static void
test_room (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  g_autoptr (GError) error = NULL;
  Outcome blocked = { 0 };

  block (fixture, &blocked);
  probe_probe_proxy_call_note (fixture->proxy, 1, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 2, NULL, NULL, NULL);
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_clear_error (&error);

  probe_probe_proxy_call_note (urgent, 21, NULL, NULL, NULL);
  probe_probe_proxy_call_note (urgent, 22, NULL, NULL, NULL);
  g_assert_false (probe_probe_proxy_call_noop_sync (urgent, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "21 22 1 2");
}

static void
note_on_behalf (ProbeService *service,
                NorpcCall    *call,
                gpointer      normal)
{
  g_assert_cmpint (norpc_call_get_priority (call), ==, NORPC_PRIORITY_URGENT);
  probe_probe_proxy_call_note (normal, 99, NULL, NULL, NULL);
  norpc_call_ref (call);
  g_object_set_data_full (G_OBJECT (service), "call", call, (GDestroyNotify) norpc_call_unref);
}

/* A call that is made on behalf of an urgent call is urgent. */
static void
test_inherited (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  Outcome blocked = { 0 };

  fixture->state->run = note_on_behalf;
  fixture->state->run_data = fixture->proxy;
  block (fixture, &blocked);
  probe_probe_proxy_call_note (fixture->proxy, 1, NULL, NULL, NULL);
  probe_probe_proxy_call_run (urgent, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 2, NULL, NULL, NULL);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "99 1 2");
}

static void
send_on_behalf (ProbeService *service,
                NorpcCall    *call,
                gpointer      normal)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *note = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Note"));
  g_value_set_uint (norpc_call_get_args (note, NULL), 99);
  norpc_proxy_send (normal, note);
  norpc_call_return_values (call, 0, NULL);
}

/* So is a one-way call. */
static void
test_inherited_one_way (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  Outcome blocked = { 0 };

  fixture->state->run = send_on_behalf;
  fixture->state->run_data = fixture->proxy;
  block (fixture, &blocked);
  probe_probe_proxy_call_note (fixture->proxy, 1, NULL, NULL, NULL);
  probe_probe_proxy_call_run (urgent, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 2, NULL, NULL, NULL);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "99 1 2");
}

/* The priority of a thread goes before those of its proxies, until it is popped. */
static void
test_pushed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  Outcome blocked = { 0 };

  block (fixture, &blocked);
  norpc_priority_push (NORPC_PRIORITY_LOW);
  probe_probe_proxy_call_note (urgent, 1, NULL, NULL, NULL);
  norpc_priority_push (NORPC_PRIORITY_NORMAL);
  probe_probe_proxy_call_note (urgent, 11, NULL, NULL, NULL);
  norpc_priority_pop ();
  probe_probe_proxy_call_note (fixture->proxy, 2, NULL, NULL, NULL);
  norpc_priority_pop ();
  probe_probe_proxy_call_note (urgent, 21, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 12, NULL, NULL, NULL);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "21 11 12 1 2");
}

static void
note_with_low_priority (ProbeService *service,
                        NorpcCall    *call,
                        gpointer      proxy)
{
  norpc_priority_push (NORPC_PRIORITY_LOW);
  note_on_behalf (service, call, proxy);
  norpc_priority_pop ();
}

/* It also goes before the priority of the call that is being handled. */
static void
test_pushed_in_handler (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent = proxy_new (fixture, NORPC_PRIORITY_URGENT);
  g_autoptr (ProbeProbeProxy) last = proxy_new (fixture, NORPC_PRIORITY_LOW);
  Outcome blocked = { 0 };

  fixture->state->run = note_with_low_priority;
  fixture->state->run_data = fixture->proxy;
  block (fixture, &blocked);
  probe_probe_proxy_call_run (urgent, NULL, NULL, NULL);
  probe_probe_proxy_call_note (fixture->proxy, 1, NULL, NULL, NULL);
  unblock (fixture, &blocked);
  /* The last call may have been sent before the handler ran. */
  g_assert_true (probe_probe_proxy_call_noop_sync (last, NULL, NULL));

  assert_numbers (fixture, "1 99");
}

static gpointer
note_thread (gpointer proxy)
{
  probe_probe_proxy_call_note (proxy, 1, NULL, NULL, NULL);

  return NULL;
}

/* Another thread calls, which does so on behalf of no call, and this one is answered. */
static void
note_elsewhere (ProbeService *service,
                NorpcCall    *call,
                gpointer      proxy)
{
  g_thread_join (g_thread_new ("notes", note_thread, proxy));
  norpc_call_return_values (call, 0, NULL);
}

/* Calls of low priority that wait together are passed by a normal one that comes when the
 * first of them is handled.
 */
static void
test_low_one_by_one (Fixture       *fixture,
                     gconstpointer  unused)
{
  Outcome blocked = { 0 };
  g_autoptr (ProbeProbeProxy) low = proxy_new (fixture, NORPC_PRIORITY_LOW);

  fixture->state->run = note_elsewhere;
  fixture->state->run_data = fixture->proxy;
  block (fixture, &blocked);
  probe_probe_proxy_call_run (low, NULL, NULL, NULL);
  probe_probe_proxy_call_note (low, 2, NULL, NULL, NULL);
  probe_probe_proxy_call_note (low, 3, NULL, NULL, NULL);
  unblock (fixture, &blocked);

  assert_numbers (fixture, "1 2 3");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/priority/order", test_order);
  TEST ("/priority/batch", test_batch);
  TEST_CAPACITY ("/priority/room", 2, test_room);
  TEST ("/priority/inherited", test_inherited);
  TEST ("/priority/inherited-one-way", test_inherited_one_way);
  TEST ("/priority/pushed", test_pushed);
  TEST ("/priority/pushed-in-handler", test_pushed_in_handler);
  TEST ("/priority/low-one-by-one", test_low_one_by_one);

  return g_test_run ();
}
