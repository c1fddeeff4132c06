/* bench-idle.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Fifty services with a call now and then, with and without spinning, or without calls: it is the
 * processor time that counts.
 */

#include "bench-service.h"

static gpointer
idle_start (const BenchSetup *setup,
            const char       *work)
{
  return bench_services_start (setup, bench_work_begin ("noop"));
}

static void
idle_stop (gpointer service)
{
  bench_services_stop (service);
  bench_work_end ();
}

static gpointer
idle_connect (gpointer service)
{
  return bench_client_new (service);
}

static void
idle_disconnect (gpointer client)
{
  bench_client_free (client);
}

static void
idle_loop (gpointer         client,
           const BenchLoad *load,
           guint            n_calls)
{
  if (g_str_equal (load->name, "sleep"))
    norpc_set_spin_time (0);

  for (guint i = 0; i < n_calls; i++)
    {
      g_usleep (load->rest);
      if (!g_str_equal (load->name, "none") && !bench_client_sync (client))
        g_error ("a call failed");
    }
}

const BenchContender bench_idle = {
  .name = "norpc-idle",
  .start = idle_start,
  .stop = idle_stop,
  .connect = idle_connect,
  .disconnect = idle_disconnect,
  .loop = idle_loop,
};
