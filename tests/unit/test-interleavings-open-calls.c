/* test-interleavings-open-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that begin or end while the worker counts how many are open. The linker puts the
 * functions named __wrap_… in the place of the library's, for calls from one of its
 * files to another.
 */

#include "fixture.h"
#include "server/norpc-server-private.h"

void       __real_norpc_channel_count_turn  (NorpcChannel *channel, NorpcCall *call, int change);
void       __wrap_norpc_channel_count_turn  (NorpcChannel *channel, NorpcCall *call, int change);
guint      __real_norpc_channel_get_n_open  (NorpcChannel *channel);
guint      __wrap_norpc_channel_get_n_open  (NorpcChannel *channel);
guint      __real_norpc_channel_get_waiting (NorpcChannel *channel);
guint      __wrap_norpc_channel_get_waiting (NorpcChannel *channel);
gboolean   __real_norpc_channel_is_closed   (NorpcChannel *channel);
gboolean   __wrap_norpc_channel_is_closed   (NorpcChannel *channel);
NorpcCall *__real_norpc_channel_take        (NorpcChannel *channel, gboolean one);
NorpcCall *__wrap_norpc_channel_take        (NorpcChannel *channel, gboolean one);

/* The channel whose open call is answered between two counts of the open calls. */
static NorpcChannel *open_until_seen = NULL;

guint
__wrap_norpc_channel_get_n_open (NorpcChannel *channel)
{
  if (g_atomic_pointer_compare_and_exchange (&open_until_seen, channel, NULL))
    return 1;

  return __real_norpc_channel_get_n_open (channel);
}

/* A thread that answers between the two counts does not see that the worker waits for it. */
static void
test_answered_before_pause (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, NULL);

  norpc_server_set_max_open_calls (server, 1);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  g_atomic_pointer_set (&open_until_seen, norpc_server_get_channel (server));

  g_assert_false (norpc_pending_calls_pause_at_limit (&server->worker->pending));
  g_assert_null (g_atomic_pointer_get (&open_until_seen));
  g_assert_false (g_atomic_int_get (&norpc_server_get_channel (server)->paused));

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  g_clear_object (&service);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A server that gets its last call and is stopped between two reads of the worker (unowned)
 * (nullable), and the result of the stop.
 */
static NorpcServer *stopping = NULL;
static Outcome stopped;

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->ok = norpc_server_stop_finish (NORPC_SERVER (object), result, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}

static void
stop_between_reads (NorpcChannel *channel)
{
  NorpcServer *server = stopping;
  g_autoptr (ProbeProbeProxy) proxy = NULL;

  if (server == NULL || norpc_server_get_channel (server) != channel)
    return;

  stopping = NULL;
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (channel));
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  norpc_server_stop_async (server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
}

guint
__wrap_norpc_channel_get_waiting (NorpcChannel *channel)
{
  guint n = __real_norpc_channel_get_waiting (channel);

  stop_between_reads (channel);

  return n;
}

gboolean
__wrap_norpc_channel_is_closed (NorpcChannel *channel)
{
  gboolean closed = __real_norpc_channel_is_closed (channel);

  stop_between_reads (channel);

  return closed;
}

/* A call arrives, and the server is stopped, while the worker finds out whether any call can follow
 * those that have completed. The service is at its limit, and does not get it.
 */
static void
test_stopped_at_limit (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, NULL);
  g_autoptr (ProbeProbeProxy) proxy = NULL;

  norpc_server_set_max_open_calls (server, 1);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  while (norpc_channel_get_n_open (norpc_server_get_channel (server)) == 0)
    iterate ();

  stopping = server;
  g_assert_false (norpc_pending_calls_are_below_limit (&server->worker->pending));
  g_assert_null (stopping);

  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (NorpcCall) call = NULL;

      while (probe_state_get_n_handled (state) < i)
        iterate ();
      g_assert_cmpuint (norpc_channel_get_n_open (norpc_server_get_channel (server)), ==, 1);
      call = probe_state_take_held (state);
      norpc_call_return_values (call, 0, NULL);
    }
  outcome_wait (&stopped);
  g_assert_no_error (stopped.error);
  g_clear_object (&service);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* The channel that has one open call, unless another thread sees more (unowned) (nullable), atomic. */
static NorpcChannel *never_above_one = NULL;

void
__wrap_norpc_channel_count_turn (NorpcChannel *channel,
                                 NorpcCall    *call,
                                 int           change)
{
  if (g_atomic_pointer_get (&never_above_one) == channel)
    g_assert_cmpuint (__real_norpc_channel_get_n_open (channel), <=, 1);

  __real_norpc_channel_count_turn (channel, call, change);
}

/* A call that comes through a layer is counted when its handler has returned, and again when its
 * worker takes the next one.
 */
static void
test_counted_once (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GObject) service = probe_service_new (fixture->state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  NorpcCall *call;

  norpc_server_add_layer (server, norpc_concurrency_limit_new (2));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  g_atomic_pointer_set (&never_above_one, norpc_server_get_channel (server));
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  call = probe_state_take_held (fixture->state);
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
  g_assert_cmpuint (norpc_channel_get_n_open (norpc_server_get_channel (server)), ==, 1);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  g_atomic_pointer_set (&never_above_one, NULL);
}

/* A proxy with priority that makes calls when others have been dequeued from the channel of its
 * service (unowned) (nullable), atomic.
 */
static ProbeProbeProxy *passing = NULL;

NorpcCall *
__wrap_norpc_channel_take (NorpcChannel *channel,
                           gboolean      one)
{
  NorpcCall *chain = __real_norpc_channel_take (channel, one);
  ProbeProbeProxy *proxy = g_atomic_pointer_get (&passing);

  if (chain != NULL && proxy != NULL &&
      NORPC_ENDPOINT (channel) == norpc_proxy_get_endpoint (NORPC_PROXY (proxy)) &&
      g_atomic_pointer_compare_and_exchange (&passing, proxy, NULL))
    for (guint i = 0; i < 3; i++)
      probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);

  return chain;
}

/* Urgent calls that arrive when another one has just been dequeued are not given to a service
 * that is at its limit.
 */
static void
test_urgent_at_limit (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));

  norpc_server_set_max_open_calls (fixture->server, 1);
  norpc_proxy_set_priority (NORPC_PROXY (urgent), NORPC_PRIORITY_URGENT);
  g_atomic_pointer_set (&passing, urgent);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);

  for (guint i = 1; i <= 4; i++)
    {
      g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

      while (norpc_channel_get_n_open (norpc_server_get_channel (fixture->server)) == 0)
        g_thread_yield ();
      g_assert_cmpuint (norpc_channel_get_n_open (norpc_server_get_channel (fixture->server)), ==, 1);
      g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, i);
      norpc_call_return_values (call, 0, NULL);
    }
  g_assert_null (g_atomic_pointer_get (&passing));
}

/* The state whose held call is answered (unowned) (nullable), atomic. */
static ProbeState *answering = NULL;

/* The functions of the owner of calls, before the test replaced them. */
static const NorpcCallOwnerFuncs *owner_funcs = NULL;

/* Runs in the service's context, which is about to keep a call. */
static NorpcCallOwner *
answer_and_ref (NorpcCallOwner *owner)
{
  ProbeState *state = g_atomic_pointer_get (&answering);
  NorpcCall *call = state != NULL ? g_async_queue_try_pop (state->held) : NULL;

  if (call != NULL)
    {
      norpc_call_return_values (call, 0, NULL);
      norpc_call_unref (call);
    }

  return owner_funcs->ref (owner);
}

/* A call is answered after its handler has returned, and before the thread that answers it could
 * know that it counts as open.
 */
static void
test_answered_while_kept (Fixture       *fixture,
                          gconstpointer  unused)
{
  NorpcCallOwner *owner = &fixture->server->worker->owner;
  NorpcCallOwnerFuncs funcs = *owner->funcs;
  Outcome outcome = { 0 };

  owner_funcs = owner->funcs;
  funcs.ref = answer_and_ref;
  owner->funcs = &funcs;
  g_atomic_pointer_set (&answering, fixture->state);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  outcome_wait (&outcome);
  g_atomic_pointer_set (&answering, NULL);
  g_assert_no_error (outcome.error);

  /* The service is done with the one before, then. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (norpc_channel_get_n_open (norpc_server_get_channel (fixture->server)), ==, 0);
  g_assert_cmpint (g_async_queue_length (fixture->state->held), ==, 0);
  owner->funcs = owner_funcs;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/interleavings-open-calls/answered-before-pause", test_answered_before_pause);
  g_test_add_func ("/interleavings-open-calls/stopped-at-limit", test_stopped_at_limit);
  TEST ("/interleavings-open-calls/counted-once", test_counted_once);
  TEST ("/interleavings-open-calls/urgent-at-limit", test_urgent_at_limit);
  TEST ("/interleavings-open-calls/answered-while-kept", test_answered_while_kept);

  return g_test_run ();
}
