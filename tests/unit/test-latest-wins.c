/* test-latest-wins.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Methods of which only the newest call of a client counts. */

#include "call/norpc-call-private.h"
#include "fixture.h"

/* Those that wait make room for the newest, and are told at once. */
static void
test_waiting (Fixture       *fixture,
              gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  Outcome blocked = { 0 }, notes[5] = { { 0 } };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  /* The channel has room for two. */
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      probe_probe_proxy_call_note_latest (fixture->proxy, i, NULL, note_latest_cb, &notes[i]);
      g_assert_cmpuint (norpc_channel_get_length (channel), ==, 1);
    }

  for (guint i = 0; i + 1 < G_N_ELEMENTS (notes); i++)
    {
      outcome_wait (&notes[i]);
      g_assert_error (notes[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpstr (notes[i].error->message, ==,
                       "org.example.Probe.NoteLatest was superseded by a newer call");
      outcome_clear (&notes[i]);
    }
  g_assert_cmpuint (notes[4].n, ==, 0);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  outcome_wait (&notes[4]);
  g_assert_no_error (notes[4].error);
  g_assert_cmpuint (fixture->state->numbers->len, ==, 1);
  g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, 0), ==, 4);
}

/* Another client is another client, and another method another method. */
static void
test_others (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) other =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  Outcome blocked = { 0 }, first = { 0 }, second = { 0 }, note = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_note_latest (fixture->proxy, 1, NULL, note_latest_cb, &first);
  probe_probe_proxy_call_note_latest (other, 2, NULL, note_latest_cb, &second);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &note);
  probe_state_open_gate (fixture->state);

  outcome_wait (&blocked);
  outcome_wait (&first);
  outcome_wait (&second);
  outcome_wait (&note);
  g_assert_no_error (first.error);
  g_assert_no_error (second.error);
  g_assert_no_error (note.error);
}

static void
hold_latest_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = probe_probe_proxy_call_hold_latest_finish (PROBE_PROBE_PROXY (object), result,
                                                           &outcome->error);
}

/* One that the service has begun with goes on. */
static void
test_begun (Fixture       *fixture,
            gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 };
  g_autoptr (NorpcCall) first_call = NULL, second_call = NULL;

  probe_probe_proxy_call_hold_latest (fixture->proxy, NULL, hold_latest_cb, &first);
  first_call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_hold_latest (fixture->proxy, NULL, hold_latest_cb, &second);
  second_call = probe_state_take_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (first_call));

  norpc_call_return_values (first_call, 0, NULL);
  norpc_call_return_values (second_call, 0, NULL);
  outcome_wait (&first);
  outcome_wait (&second);
  g_assert_no_error (first.error);
  g_assert_no_error (second.error);
}

/* Nor is one superseded whose attempt the service has begun with. */
static void
test_begun_attempt (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_retry_new (3), norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  Outcome first = { 0 }, second = { 0 };
  NorpcCall *first_call, *second_call;

  probe_probe_proxy_call_hold_latest (proxy, NULL, hold_latest_cb, &first);
  first_call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_hold_latest (proxy, NULL, hold_latest_cb, &second);
  g_assert_false (norpc_call_is_cancelled (first_call));
  second_call = probe_state_take_held (fixture->state);

  norpc_call_return_values (first_call, 0, NULL);
  norpc_call_unref (first_call);
  norpc_call_return_values (second_call, 0, NULL);
  norpc_call_unref (second_call);
  outcome_wait (&first);
  outcome_wait (&second);
  g_assert_no_error (first.error);
  g_assert_no_error (second.error);
}

static void
note_reply (NorpcReply *reply,
            gpointer    user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_reply_propagate_error (reply, &outcome->error);
  norpc_reply_unref (reply);
}

/* The service may come to a call after a newer one has said that it takes its
 * place, and before it has said so to the client.
 */
static void
send_superseded (NorpcEndpoint *endpoint)
{
  NorpcCall *call = norpc_call_new (probe_probe_interface_info (), 0);
  Outcome outcome = { 0 };

  g_atomic_int_set (&call->stage, NORPC_CALL_SUPERSEDED);
  norpc_endpoint_call (endpoint, call, NULL, note_reply, &outcome);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (outcome.error->message, ==,
                   "org.example.Probe.Noop was superseded by a newer call");
  outcome_clear (&outcome);
}

static void
test_passed_over (Fixture       *fixture,
                  gconstpointer  unused)
{
  send_superseded (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 0);
}

static void
test_passed_over_directly (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);

  send_superseded (NORPC_ENDPOINT (direct));
  g_assert_cmpuint (probe_state_get_n_handled (state), ==, 0);

  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_free (state);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST_CAPACITY ("/latest-wins/waiting", 2, test_waiting);
  TEST ("/latest-wins/others", test_others);
  TEST ("/latest-wins/begun", test_begun);
  TEST ("/latest-wins/begun-attempt", test_begun_attempt);
  TEST ("/latest-wins/passed-over", test_passed_over);
  g_test_add_func ("/latest-wins/passed-over-directly", test_passed_over_directly);

  return g_test_run ();
}
