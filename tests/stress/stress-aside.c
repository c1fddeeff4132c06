/* stress-aside.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Synchronous calls that functions of layers make: while a client sends a call, while a
 * server has it, or in a thread of the pool. They have a timeout, as services that wait for
 * each other, with a layer in between, would do so for ever. */

#include "stress.h"

/* Any thread. */
static void
call (StressHost   *host,
      StressManner  manner,
      guint64       sequence)
{
  g_autoptr (StressGroup) group = stress_group_new (host->fate);
  g_autoptr (StressTargetProxy) proxy = NULL;
  g_autoptr (GBytes) data = NULL, echoed_data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0;
  StressFacts facts = { 0 };

  proxy = stress_target_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (host->server)));
  stress_watch (proxy, STRESS_PROXIES);
  stress_facts_init (&facts, group, manner, sequence, NULL, 3 + sequence % 8);
  facts.traits = host->traits;
  facts.may_deadlock = TRUE;
  data = stress_argument_new (group, sequence, &host->traits, TRUE);

  norpc_timeout_push (facts.timeout);
  stress_target_proxy_call_echo_sync (proxy, manner, 0, sequence, data, &echoed, &echoed_data,
                                      NULL, NULL, &error);
  norpc_timeout_pop ();

  stress_facts_check (&facts, echoed, echoed_data, error);
  stress_facts_clear (&facts);
}

/* Any thread: a synchronous call, to any service that is not in the context of a client. */
void
stress_aside (guint64 sequence)
{
  static const StressManner manners[] = {
    STRESS_AT_ONCE, STRESS_LATER, STRESS_ELSEWHERE, STRESS_FAIL, STRESS_BLOCK,
  };
  g_autoptr (StressHost) host = stress_pick_host_to_wait_for (sequence);

  if (host == NULL)
    return;

  stress_count_made (STRESS_RELAYS);
  call (host, manners[sequence % G_N_ELEMENTS (manners)], sequence);
  stress_count_gone (STRESS_RELAYS);
}
