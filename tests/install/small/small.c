/* small.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "counter.h"

static gboolean
counter_add (SmallCounter  *service,
             guint          number,
             guint64       *sum,
             GError       **error)
{
  guint64 *total = norpc_simple_service_get_data (service);

  *total += number;
  *sum = *total;

  return TRUE;
}

static const SmallCounterInterface counter_funcs = { .add = counter_add };

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (SmallCounterProxy) proxy = NULL;
  guint64 sum = 0;

  server = norpc_serve (small_counter_new_for_funcs (&counter_funcs, g_new0 (guint64, 1), g_free), &error);
  g_assert_no_error (error);
  proxy = small_counter_proxy_new (norpc_server_get_endpoint (server));

  g_assert_true (small_counter_proxy_call_add_sync (proxy, 2, &sum, NULL, &error));
  g_assert_true (small_counter_proxy_call_add_sync (proxy, 3, &sum, NULL, &error));
  g_assert_cmpuint (sum, ==, 5);

  return 0;
}
