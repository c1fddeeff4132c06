/* limited-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "limited-fixture.h"

void
limited_set_up (Limited       *fixture,
                gconstpointer  max)
{
  fixture->thread = norpc_thread_new ("limited");
  fixture_set_up_on_thread (&fixture->probe, fixture->thread);
  fixture_set_up_on_thread (&fixture->other, fixture->thread);
  g_assert_cmpuint (norpc_server_get_max_open_calls (fixture->probe.server), ==, 0);
  norpc_server_set_max_open_calls (fixture->probe.server, GPOINTER_TO_UINT (max));
}

void
limited_tear_down (Limited       *fixture,
                   gconstpointer  unused)
{
  fixture_release (&fixture->probe);
  fixture_release (&fixture->other);
  norpc_thread_stop (fixture->thread);
  release_and_wait (fixture->thread);
}

/* The context of the services has been through all its sources, and again. */
void
let_pass (Limited *fixture)
{
  for (guint i = 0; i < 3; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->other.proxy, NULL, NULL));
}
