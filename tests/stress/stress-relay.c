/* stress-relay.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that services make while they handle calls: to any other service, or
 * themselves. They have a timeout, as services that keep calls while they wait for
 * each other would wait for ever. */

#include "stress.h"

typedef struct
{
  StressFacts   facts;
  GObject      *service;  /* (owned): that makes the call */
  NorpcCall    *call;     /* (owned) (nullable): that it answers later */
  guint64       sequence; /* of that */
  StressOrigin  origin;   /* of that */
  GMainContext *context;  /* (owned): where it lives */
  gboolean      completed;
} Relay;

/* No further: each step would multiply the time it takes. */
static const StressManner manners[] = {
  STRESS_AT_ONCE, STRESS_LATER, STRESS_ELSEWHERE, STRESS_NEVER, STRESS_FAIL, STRESS_BLOCK,
};

/* Whoever holds a call may answer it: so a handler that waits does not, or nobody
 * would see that it does so in vain. */
static Relay *
relay_new (GObject    *service,
           NorpcCall  *call,
           guint64     sequence,
           StressHost *host)
{
  Relay *relay = g_new0 (Relay, 1);
  g_autoptr (StressGroup) group = stress_group_new (host->fate);

  stress_facts_init (&relay->facts, group, manners[sequence % G_N_ELEMENTS (manners)],
                     sequence, NULL, 5 + sequence % 16);
  relay->facts.parent = call;
  relay->facts.caller = stress_fate_ref (stress_service_get_fate (service));
  relay->facts.traits = host->traits;
  relay->service = g_object_ref (service);
  relay->sequence = sequence;
  relay->context = g_main_context_ref (stress_service_get_context (service));
  stress_count_made (STRESS_RELAYS);

  return relay;
}

static void
relay_free (Relay *relay)
{
  stress_facts_clear (&relay->facts);
  g_clear_object (&relay->service);
  g_clear_pointer (&relay->call, norpc_call_unref);
  g_main_context_unref (relay->context);
  g_free (relay);
  stress_count_gone (STRESS_RELAYS);
}

/* Owned. Its calls have a time of their own, and no order. */
static StressTargetProxy *
proxy_new (StressHost *host)
{
  StressTargetProxy *proxy =
    stress_target_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (host->server)));

  stress_watch (proxy, STRESS_PROXIES);

  return proxy;
}

static void
set_failure (GError  **error,
             guint64   sequence)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, "%" G_GUINT64_FORMAT, sequence);
}

/* The service's context. */
static void
relayed_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Relay *relay = user_data;
  g_autoptr (GBytes) echoed_data = NULL;
  g_autoptr (GError) error = NULL, failure = NULL;
  guint64 echoed = 0;

  g_assert_false (relay->completed);
  relay->completed = TRUE;
  g_assert_true (g_main_context_is_owner (relay->context));
  g_assert_true (g_main_context_get_thread_default () == relay->context);

  stress_fate_close (stress_service_get_fate (relay->service));
  stress_target_proxy_call_echo_finish (STRESS_TARGET_PROXY (source_object), result,
                                        &echoed, &echoed_data, NULL, &error);
  stress_facts_check (&relay->facts, echoed, echoed_data, error);

  if (error == NULL)
    {
      stress_service_answer (relay->service, relay->call, relay->sequence, &relay->origin);
    }
  else
    {
      set_failure (&failure, relay->sequence);
      norpc_call_return_gerror (relay->call, failure);
    }
  relay_free (relay);
}

/* The service's context, while it handles @call: answers it when another service
 * has answered. */
void
stress_relay (GObject            *service,
              NorpcCall          *call,
              guint64             sequence,
              const StressOrigin *origin)
{
  g_autoptr (StressHost) host = stress_hosts_pick (sequence / 7 % STRESS_N_HOSTS);
  g_autoptr (StressTargetProxy) proxy = proxy_new (host);
  Relay *relay = relay_new (service, call, sequence, host);
  g_autoptr (GBytes) data = stress_argument_new (relay->facts.group, sequence,
                                                 &host->traits, TRUE);

  relay->origin = *origin;
  relay->call = norpc_call_ref (call);
  norpc_timeout_push (relay->facts.timeout);
  stress_target_proxy_call_echo (proxy, relay->facts.manner, 0, sequence, data, NULL,
                                 relayed_cb, relay);
  norpc_timeout_pop ();
}

/* Returns an owned host that is not in the context of a client, which could not
 * tell whether its own synchronous calls may wait for themselves; or NULL. */
StressHost *
stress_pick_host_to_wait_for (guint64 sequence)
{
  for (guint i = 0; i < STRESS_N_HOSTS; i++)
    {
      g_autoptr (StressHost) host = stress_hosts_pick ((sequence / 7 + i) % STRESS_N_HOSTS);

      if (host != NULL && host->fate->place != STRESS_CLIENT_CONTEXT)
        return g_steal_pointer (&host);
    }

  return NULL;
}

/* The same, while its thread waits: FALSE with @error set if the other one has
 * failed. */
gboolean
stress_relay_sync (GObject    *service,
                   NorpcCall  *call,
                   guint64     sequence,
                   GError    **error)
{
  g_autoptr (StressHost) host = stress_pick_host_to_wait_for (sequence);
  g_autoptr (StressTargetProxy) proxy = NULL;
  g_autoptr (GBytes) data = NULL, echoed_data = NULL;
  g_autoptr (GError) inner_error = NULL;
  guint64 echoed = 0;
  Relay *relay;

  if (host == NULL)
    {
      set_failure (error, sequence);
      return FALSE;
    }

  proxy = proxy_new (host);
  relay = relay_new (service, call, sequence, host);
  relay->facts.may_deadlock = TRUE;
  data = stress_argument_new (relay->facts.group, sequence, &host->traits, TRUE);
  norpc_timeout_push (relay->facts.timeout);
  stress_target_proxy_call_echo_sync (proxy, relay->facts.manner, 0, sequence, data,
                                      &echoed, &echoed_data, NULL, NULL, &inner_error);
  norpc_timeout_pop ();

  stress_facts_check (&relay->facts, echoed, echoed_data, inner_error);
  relay_free (relay);
  if (inner_error != NULL)
    set_failure (error, sequence);

  return inner_error == NULL;
}
