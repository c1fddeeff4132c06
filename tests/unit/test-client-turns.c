/* test-client-turns.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Servers where each client has at most one open call at a time. */

#include "channel/norpc-channel-private.h"
#include "layer-fixture.h"
#include "server/norpc-worker-private.h"

/* A server with two clients. */
typedef struct
{
  Fixture          fixture;
  ProbeProbeProxy *other; /* (owned) */
} Clients;

static NorpcChannel *
get_channel (Clients *self)
{
  return norpc_server_get_channel (self->fixture.server);
}

static void
set_up (Clients       *self,
        gconstpointer  capacity)
{
  fixture_set_up (&self->fixture, capacity);
  self->other = probe_probe_proxy_new (NORPC_ENDPOINT (get_channel (self)));
  g_assert_false (norpc_server_get_one_call_per_client (self->fixture.server));
  norpc_server_set_one_call_per_client (self->fixture.server, TRUE);
  g_assert_true (norpc_server_get_one_call_per_client (self->fixture.server));
}

static void
tear_down (Clients       *self,
           gconstpointer  capacity)
{
  g_clear_object (&self->other);
  fixture_tear_down (&self->fixture, NULL);
}

/* The service has served all calls that may be served. */
static void
let_pass (Clients *self)
{
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (get_channel (self)));

  for (guint i = 0; i < 3; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
}

static void
assert_n_held (Clients *self,
               int      n)
{
  let_pass (self);
  g_assert_cmpint (g_async_queue_length (self->fixture.state->held), ==, n);
}

/* Calls of one client wait for each other; an urgent one does not overtake those that wait for their
 * turns. Those of the other client overtake them.
 */
static void
test_order (Clients       *self,
            gconstpointer  unused)
{
  Outcome outcomes[3] = { { 0 } };
  g_autoptr (NorpcCall) call = NULL;

  probe_probe_proxy_call_hold (self->fixture.proxy, NULL, NULL, NULL);
  call = probe_state_take_held (self->fixture.state);
  probe_probe_proxy_call_note (self->fixture.proxy, 0, NULL, note_cb, &outcomes[1]);
  let_pass (self);
  norpc_proxy_set_priority (NORPC_PROXY (self->fixture.proxy), NORPC_PRIORITY_URGENT);
  probe_probe_proxy_call_note (self->fixture.proxy, 1, NULL, note_cb, &outcomes[2]);
  let_pass (self);
  probe_probe_proxy_call_note (self->other, 2, NULL, note_cb, &outcomes[0]);
  outcome_wait (&outcomes[0]);
  g_assert_cmpuint (outcomes[1].n + outcomes[2].n, ==, 0);
  g_assert_cmpuint (norpc_channel_get_length (get_channel (self)), ==, 2);

  norpc_call_return_values (call, 0, NULL);
  outcome_wait (&outcomes[1]);
  outcome_wait (&outcomes[2]);
  g_assert_cmpuint (self->fixture.state->numbers->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (g_array_index (self->fixture.state->numbers, guint, i), ==, (i + 2) % 3);
}

/* One for each. */
static void
test_overlap (Clients       *self,
              gconstpointer  unused)
{
  NorpcCall *calls[4];

  for (guint i = 0; i < 2; i++)
    {
      probe_probe_proxy_call_hold (self->fixture.proxy, NULL, NULL, NULL);
      probe_probe_proxy_call_hold (self->other, NULL, NULL, NULL);
    }
  assert_n_held (self, 2);
  for (guint i = 0; i < 4; i++)
    {
      calls[i] = probe_state_take_held (self->fixture.state);
      if (i > 0)
        norpc_call_unref (calls[i - 1]);
      assert_n_held (self, i == 3 ? 0 : 1);
    }
  norpc_call_unref (calls[3]);
}

/* More calls than the worker serves before other sources of its context get their turn. */
static void
test_many (Clients       *self,
           gconstpointer  unused)
{
  Outcome outcomes[3 * NORPC_WORKER_MAX_CALLS] = { { 0 } };

  probe_probe_proxy_call_hold (self->fixture.proxy, NULL, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &outcomes[i]);
  while (norpc_channel_get_n_deferred (get_channel (self)) < G_N_ELEMENTS (outcomes))
    g_thread_yield ();

  norpc_call_unref (probe_state_take_held (self->fixture.state));
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    outcome_wait (&outcomes[i]);
}

/* A call that its client cancels stays open as long as the service works on it. One that waits
 * leaves its slot at once.
 */
static void
test_cancelled (Clients       *self,
                gconstpointer  capacity)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome waiting = { 0 }, rejected = { 0 }, last = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (self->fixture.proxy, cancellable, NULL, NULL);
  call = probe_state_take_held (self->fixture.state);
  probe_probe_proxy_call_hold (self->fixture.proxy, cancellable, hold_cb, &waiting);
  probe_probe_proxy_call_noop (self->fixture.proxy, cancellable, NULL, NULL);
  while (norpc_channel_get_n_deferred (get_channel (self)) < 2)
    g_thread_yield ();
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &rejected);
  outcome_wait (&rejected);
  g_assert_error (rejected.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  outcome_clear (&rejected);

  g_cancellable_cancel (cancellable);
  outcome_wait (&waiting);
  g_assert_error (waiting.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&waiting);
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &last);
  let_pass (self);
  g_assert_cmpuint (last.n, ==, 0);

  norpc_call_unref (call);
  outcome_wait (&last);
  g_assert_no_error (last.error);
  g_assert_cmpint (g_async_queue_length (self->fixture.state->held), ==, 0);
}

/* All calls that were accepted are served, each in its turn. */
static void
test_finish (Clients       *self,
             gconstpointer  unused)
{
  Outcome outcomes[2] = { { 0 } };
  NorpcCall *call;

  probe_probe_proxy_call_hold (self->fixture.proxy, NULL, hold_cb, &outcomes[0]);
  call = probe_state_take_held (self->fixture.state);
  probe_probe_proxy_call_note (self->fixture.proxy, 0, NULL, note_cb, &outcomes[1]);
  let_pass (self);
  norpc_server_stop_async (self->fixture.server, NORPC_STOP_FINISH, NULL, NULL, NULL);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&outcomes[1]);
  g_assert_no_error (outcomes[1].error);
  assert_numbers (self->fixture.state, 1);
}

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      stopped)
{
  g_assert_true (norpc_server_stop_finish (NORPC_SERVER (object), result, NULL));
  *(gboolean *) stopped = TRUE;
}

/* A server that is woken up stops, although a call that its client has cancelled is open, once no
 * client waits for the calls behind it.
 */
static void
test_finish_cancelled (Layered       *self,
                       gconstpointer  side)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  gboolean stopped = FALSE;

  layered_start (self, SIDE_CLIENT, NULL, NULL);
  norpc_server_set_one_call_per_client (self->server, TRUE);
  probe_probe_proxy_call_hold (self->proxy, NULL, NULL, NULL);
  call = probe_state_take_held (self->state);
  norpc_proxy_cancel_all (NORPC_PROXY (self->proxy));
  probe_probe_proxy_call_noop (self->proxy, cancellable, NULL, NULL);
  norpc_server_stop_async (self->server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  layered_let_pass (self);
  iterate ();
  g_assert_false (stopped);

  g_cancellable_cancel (cancellable);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (probe_state_get_n_handled (self->state), ==, 1);
}

/* The context of a service sleeps while calls wait for their turns. */
static void
test_sleep (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, NULL);
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  Outcome outcomes[2] = { { 0 } };

  g_clear_object (&service);
  norpc_server_set_one_call_per_client (server, TRUE);
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &outcomes[0]);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcomes[1]);
  iterate ();
  g_assert_cmpuint (probe_state_get_n_handled (state), ==, 1);

  norpc_call_unref (probe_state_take_held (state));
  outcome_wait (&outcomes[1]);
  outcome_clear (&outcomes[0]);

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  release_and_wait (g_steal_pointer (&proxy));
  release_and_wait (g_steal_pointer (&server));
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
test_abandon (Clients       *self,
              gconstpointer  unused)
{
  Outcome outcomes[2] = { { 0 } };
  g_autoptr (NorpcCall) call = NULL;

  probe_probe_proxy_call_hold (self->fixture.proxy, NULL, hold_cb, &outcomes[0]);
  call = probe_state_take_held (self->fixture.state);
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &outcomes[1]);
  let_pass (self);
  g_assert_true (norpc_server_stop (self->fixture.server, NORPC_STOP_ABANDON, NULL, NULL));
  for (guint i = 0; i < 2; i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_error (outcomes[i].error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (probe_state_get_n_handled (self->fixture.state), ==, 2 + 2);
}

/* From then on, nothing waits. */
static void
test_disabled (Clients       *self,
               gconstpointer  unused)
{
  NorpcCall *calls[2];

  for (guint i = 0; i < 2; i++)
    probe_probe_proxy_call_hold (self->fixture.proxy, NULL, NULL, NULL);
  assert_n_held (self, 1);
  norpc_server_set_one_call_per_client (self->fixture.server, FALSE);
  for (guint i = 0; i < 2; i++)
    calls[i] = probe_state_take_held (self->fixture.state);
  for (guint i = 0; i < 2; i++)
    norpc_call_unref (calls[i]);
}

/* Calls that are not sent by a proxy have no client in common. */
static void
test_no_proxy (Clients       *self,
               gconstpointer  unused)
{
  NorpcCall *calls[2];

  for (guint i = 0; i < 2; i++)
    norpc_endpoint_call (NORPC_ENDPOINT (get_channel (self)),
                         new_call ("Hold"),
                         NULL, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    calls[i] = probe_state_take_held (self->fixture.state);
  for (guint i = 0; i < 2; i++)
    norpc_call_unref (calls[i]);
}

/* A server whose service is a proxy: the clients are those of the proxies that the calls came from. */
static void
test_forwarded (Clients       *self,
                gconstpointer  unused)
{
  g_autoptr (NorpcServer) front = norpc_server_new (G_OBJECT (self->other));
  g_autoptr (ProbeProbeProxy) first = NULL;
  g_autoptr (ProbeProbeProxy) second = NULL;
  NorpcCall *calls[3];

  first = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (front)));
  second = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (front)));
  g_assert_true (norpc_server_start (front, NULL, NULL));
  probe_probe_proxy_call_hold (first, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (first, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (second, NULL, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    calls[i] = probe_state_take_held (self->fixture.state);
  assert_n_held (self, 0);
  norpc_call_unref (calls[0]);
  norpc_call_unref (calls[1]);
  calls[2] = probe_state_take_held (self->fixture.state);
  norpc_call_unref (calls[2]);
  g_assert_true (norpc_server_stop (front, NORPC_STOP_FINISH, NULL, NULL));
}

/* A layer of the server has ended the call for its client, but the service still works on an attempt
 * at it.
 */
static void
test_layer (Layered       *self,
            gconstpointer  side)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  layered_start (self, SIDE_SERVER, norpc_retry_new (3), NULL);
  norpc_server_set_one_call_per_client (self->server, TRUE);
  probe_probe_proxy_call_hold (self->proxy, NULL, NULL, NULL);
  call = probe_state_take_held (self->state);
  norpc_proxy_cancel_all (NORPC_PROXY (self->proxy));
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  layered_let_pass (self);
  g_assert_cmpuint (probe_state_get_n_handled (self->state), ==, 1);

  g_clear_pointer (&call, norpc_call_unref);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

#define TEST_CLIENTS(path, capacity, func) \
  g_test_add (path, Clients, GUINT_TO_POINTER (capacity), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_CLIENTS ("/client-turns/order", 0, test_order);
  TEST_CLIENTS ("/client-turns/overlap", 0, test_overlap);
  TEST_CLIENTS ("/client-turns/many", 0, test_many);
  TEST_CLIENTS ("/client-turns/cancelled", 2, test_cancelled);
  TEST_CLIENTS ("/client-turns/finish", 0, test_finish);
  TEST_LAYER ("/client-turns/finish-cancelled", SIDE_CLIENT, test_finish_cancelled);
  g_test_add_func ("/client-turns/sleep", test_sleep);
  TEST_CLIENTS ("/client-turns/abandon", 0, test_abandon);
  TEST_CLIENTS ("/client-turns/disabled", 0, test_disabled);
  TEST_CLIENTS ("/client-turns/no-proxy", 0, test_no_proxy);
  TEST_CLIENTS ("/client-turns/forwarded", 0, test_forwarded);
  TEST_LAYER ("/client-turns/layer", SIDE_SERVER, test_layer);

  return g_test_run ();
}
