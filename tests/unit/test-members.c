/* test-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a member of a balance has to answer: those that have not ended, however
 * they end.
 */

#include "call/norpc-call-private.h"
#include "layer-fixture.h"
#include "layers/norpc-members-private.h"

/* Sends a call that is held by the service (owned). */
static NorpcCall *
send_held (Fixture     *fixture,
           NorpcMember *member)
{
  NorpcCall *call = new_call ("Hold");

  norpc_member_send (member, call);
  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 1);
  g_assert_true (probe_state_take_held (fixture->state) == call);
  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 1);

  return call;
}

static void
test_pending (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcMember) member =
    norpc_member_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  g_autoptr (NorpcCall) answered = NULL;
  g_autoptr (NorpcCall) cancelled = NULL;
  g_autoptr (NorpcCall) dropped = NULL;

  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 0);

  answered = send_held (fixture, member);
  norpc_call_return_values (answered, 0, NULL);
  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 0);

  cancelled = send_held (fixture, member);
  norpc_call_reject (cancelled, NORPC_ERROR_FAILED, "was cancelled");
  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 0);

  dropped = send_held (fixture, member);
  /* The server may be about to drop it, too. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_clear_pointer (&dropped, norpc_call_unref);
  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 0);
}

static void
test_ended_before (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (NorpcMember) member =
    norpc_member_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  NorpcCall *call = new_call ("Noop");

  norpc_call_reject (call, NORPC_ERROR_FAILED, "was cancelled");
  norpc_member_send (member, call);
  g_assert_cmpuint (norpc_member_get_n_pending (member), ==, 0);
}

/* A client that waits for a balance with busy members is notified when one is added. */
static void
test_added (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) balance =
    g_object_ref_sink (NORPC_ENDPOINT (norpc_balance_new (NORPC_BALANCE_LEAST_PENDING)));
  Outcome blocked = { 0 }, queued = { 0 }, ready = { 0 };
  Fixture other;

  norpc_balance_add_endpoint (NORPC_BALANCE (balance),
                              NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &queued);
  norpc_endpoint_ready_async (balance, NULL, ready_cb, &ready);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (ready.n, ==, 0);

  fixture_set_up (&other, NULL);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance),
                              NORPC_ENDPOINT (norpc_server_get_channel (other.server)));
  outcome_wait (&ready);
  g_assert_true (ready.ok);

  probe_state_open_gate (fixture->state);
  outcome_wait (&queued);
  g_clear_object (&balance);
  fixture_tear_down (&other, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/members/pending", test_pending);
  TEST ("/members/ended-before", test_ended_before);
  TEST_CAPACITY ("/members/added", 1, test_added);

  return g_test_run ();
}
