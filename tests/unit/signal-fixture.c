/* signal-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "signal-fixture.h"

void
ticked_cb (ProbeProbe *probe,
           guint       number,
           Log        *log)
{
  log_add (log, "%u ", number);
}

void
connected_cb (NorpcProxy *proxy,
              GParamSpec *pspec,
              Log        *log)
{
  log_add (log, "%s ", norpc_proxy_is_connected (proxy) ? "connected" : "disconnected");
}

/* Runs @run in the service's context, and waits until it has returned. */
void
run_in_service (ProbeProbeProxy *proxy,
                ProbeState      *state,
                void           (*run) (ProbeService *service, NorpcCall *call, gpointer data),
                gpointer         data)
{
  g_autoptr (GError) error = NULL;

  state->run = run;
  state->run_data = data;
  probe_probe_proxy_call_run_sync (proxy, NULL, &error);
  g_assert_no_error (error);
}

void
emit_many (ProbeService *service,
           NorpcCall    *call,
           gpointer      n)
{
  for (guint i = 1; i <= GPOINTER_TO_UINT (n); i++)
    probe_probe_emit_ticked (PROBE_PROBE (service), i);
  for (guint i = 1; i <= GPOINTER_TO_UINT (n); i++)
    probe_probe_emit_flooded (PROBE_PROBE (service), i);
  norpc_call_return_values (call, 0, NULL);
}
