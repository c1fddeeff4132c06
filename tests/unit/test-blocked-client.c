/* test-blocked-client.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A client that does not run its context: its service sees the deadline all the same. */

#include "layer-fixture.h"

static int seen = FALSE;            /* atomic: the service has seen that the time is up */
static GThread *emitted_in = NULL;  /* (unowned) (nullable), atomic */

static void
wait_until_cancelled (ProbeService *service,
                      NorpcCall    *call,
                      gpointer      unused)
{
  GCancellable *cancellable = norpc_call_get_cancellable (call);

  while (!g_cancellable_is_cancelled (cancellable))
    g_thread_yield ();
  g_assert_true (norpc_call_is_cancelled (call));
  g_atomic_int_set (&seen, TRUE);
}

/* A handler that looks itself. */
static void
look_until_cancelled (ProbeService *service,
                      NorpcCall    *call,
                      gpointer      unused)
{
  while (!norpc_call_is_cancelled (call))
    g_thread_yield ();
  g_atomic_int_set (&seen, TRUE);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      call)
{
  g_atomic_pointer_set (&emitted_in, g_thread_self ());
}

/* A handler that answers later. */
static void
keep_until_cancelled (ProbeService *service,
                      NorpcCall    *call,
                      gpointer      unused)
{
  g_signal_connect_data (norpc_call_get_cancellable (call), "cancelled", G_CALLBACK (cancelled_cb),
                         norpc_call_ref (call), (GClosureNotify) (GCallback) norpc_call_unref,
                         G_CONNECT_DEFAULT);
  g_atomic_int_set (&seen, TRUE);
}

typedef enum
{
  LIMIT_PROXY,
  LIMIT_CLIENT,
  LIMIT_SERVER,
  LIMIT_BEFORE_RETRY,
  LIMIT_BEHIND_RETRY,
  LIMIT_PROXY_RETRY,
  N_LIMITS
} Limit;

static void
start (Layered *fixture,
       Limit    limit)
{
  NorpcLayer *time_limit = norpc_time_limit_new (get_some_time () / 3);

  g_atomic_int_set (&seen, FALSE);
  g_atomic_pointer_set (&emitted_in, NULL);
  switch (limit)
    {
    case LIMIT_CLIENT:
    case LIMIT_SERVER:
      layered_start (fixture, limit == LIMIT_CLIENT ? SIDE_CLIENT : SIDE_SERVER, time_limit, NULL);
      break;

    case LIMIT_BEFORE_RETRY:
      layered_start (fixture, SIDE_CLIENT, time_limit, norpc_retry_new (3), NULL);
      break;

    case LIMIT_BEHIND_RETRY:
      layered_start (fixture, SIDE_CLIENT, norpc_retry_new (3), time_limit, NULL);
      break;

    case LIMIT_PROXY:
    case LIMIT_PROXY_RETRY:
    case N_LIMITS:
    default:
      g_object_unref (g_object_ref_sink (time_limit));
      layered_start (fixture, SIDE_CLIENT, limit == LIMIT_PROXY ? NULL : norpc_retry_new (3), NULL);
      norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), get_some_time () / 3);
      break;
    }
}

static void
test_handler (Layered       *fixture,
              gconstpointer  data)
{
  Limit limit = (Limit) (GPOINTER_TO_UINT (data) % N_LIMITS);
  Outcome outcome = { 0 };

  start (fixture, limit);
  fixture->state->run = GPOINTER_TO_UINT (data) >= N_LIMITS ? look_until_cancelled : wait_until_cancelled;
  probe_probe_proxy_call_run (fixture->proxy, NULL, run_cb, &outcome);
  /* Nothing else runs in this thread. */
  while (!g_atomic_int_get (&seen))
    g_thread_yield ();
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&outcome);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

/* Handlers that are connected to the cancellable run in the service's context. */
static void
test_signal (Layered       *fixture,
             gconstpointer  data)
{
  Outcome outcome = { 0 };

  start (fixture, (Limit) GPOINTER_TO_UINT (data));
  fixture->state->run = keep_until_cancelled;
  probe_probe_proxy_call_run (fixture->proxy, NULL, run_cb, &outcome);
  while (g_atomic_pointer_get (&emitted_in) == NULL)
    g_thread_yield ();
  g_assert_true (g_atomic_pointer_get (&emitted_in) ==
                 probe_state_get_thread (fixture->state, &fixture->state->thread));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&outcome);
}

int
main (int   argc,
      char *argv[])
{
  static const char * const names[N_LIMITS] = {
    "proxy", "client", "server", "before-retry", "behind-retry", "proxy-retry"
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < N_LIMITS; i++)
    {
      g_autofree char *cancellable = g_strdup_printf ("/blocked-client/cancellable/%s", names[i]);
      g_autofree char *look = g_strdup_printf ("/blocked-client/look/%s", names[i]);
      g_autofree char *signal = g_strdup_printf ("/blocked-client/signal/%s", names[i]);

      TEST_LAYER (cancellable, i, test_handler);
      TEST_LAYER (look, N_LIMITS + i, test_handler);
      TEST_LAYER (signal, i, test_signal);
    }

  return g_test_run ();
}
