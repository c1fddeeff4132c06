/* stress-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls of every kind, and what is seen when they end. All of it is in the thread
 * of a client. */

#include "stress-request.h"

typedef StressRequest Call;

/* More often than not at once: these keep their order. */
static StressManner
pick_manner (GRand *rand)
{
  if (g_rand_boolean (rand))
    return STRESS_AT_ONCE;
  if (g_rand_int_range (rand, 0, 8) != 0)
    return (StressManner) g_rand_int_range (rand, 0, STRESS_RELAY);

  return g_rand_boolean (rand) ? STRESS_RELAY : STRESS_RELAY_SYNC;
}

static GPtrArray *
moved_new (Call *call)
{
  return stress_moved_new (stress_request_new_argument (call, FALSE),
                           stress_request_new_argument (call, FALSE),
                           stress_request_new_argument (call, FALSE));
}

static void
check_callback (Call     *call,
                gboolean  succeeded,
                guint64   stamp)
{
  stress_request_check_callback (call);
  if (!succeeded)
    return;

  stress_request_check_not_cancelled (call);
  stress_request_note_stamp (call, stamp);
}

static void
echo_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  StressTargetProxy *proxy = STRESS_TARGET_PROXY (source_object);
  Call *call = user_data;
  StressClient *client = call->client;
  g_autoptr (GBytes) echoed_data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0, stamp = 0;

  stress_request_note_end (call);
  if (call->latest)
    stress_target_proxy_call_echo_latest_finish (proxy, result, &echoed, &echoed_data, &stamp,
                                                 &error);
  else if (call->moved)
    stress_target_proxy_call_echo_moved_finish (proxy, result, &echoed, &echoed_data, &stamp,
                                                &error);
  else
    stress_target_proxy_call_echo_finish (proxy, result, &echoed, &echoed_data, &stamp, &error);
  check_callback (call, error == NULL, stamp);
  stress_facts_check (&call->facts, echoed, echoed_data, error);
  stress_request_free (call);

  stress_client_go_on (client);
}

static void
call_latest (Call   *call,
             GBytes *data)
{
  StressRoute *route = call->lane->route;
  StressFacts *facts = &call->facts;

  call->latest = TRUE;
  call->n_latest_done = g_atomic_int_get (&route->n_latest[1]);
  g_atomic_int_inc (&route->n_latest[0]);
  stress_target_proxy_call_echo_latest (route->proxy, facts->manner,
                                        stress_lane_get_number (call->lane), facts->sequence, data,
                                        facts->cancellable, echo_cb, call);
  g_atomic_int_inc (&route->n_latest[1]);
}

static void
call_async (Call *call)
{
  StressTargetProxy *proxy = call->lane->route->proxy;
  StressFacts *facts = &call->facts;
  guint lane = stress_lane_get_number (call->lane);
  int kind = g_rand_int_range (call->client->rand, 0, 4);
  g_autoptr (GBytes) data = NULL;

  call->by_proxy = TRUE;
  if (kind == 0)
    {
      call->moved = TRUE;
      stress_target_proxy_call_echo_moved (proxy, facts->manner, lane, facts->sequence,
                                           moved_new (call), facts->cancellable, echo_cb, call);
      return;
    }

  data = stress_request_new_argument (call, TRUE);
  if (kind == 1)
    call_latest (call, data);
  else
    stress_target_proxy_call_echo (proxy, facts->manner, lane, facts->sequence, data,
                                   facts->cancellable, echo_cb, call);
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  Call *call = user_data;
  StressClient *client = call->client;
  const GValue *values = norpc_reply_get_values (reply, NULL);

  stress_request_note_end (call);
  check_callback (call, values != NULL,
                  values != NULL ? g_value_get_uint64 (&values[2]) : 0);
  stress_facts_check (&call->facts,
                      values != NULL ? g_value_get_uint64 (&values[0]) : 0,
                      values != NULL ? g_value_get_boxed (&values[1]) : NULL,
                      norpc_reply_get_error (reply));
  norpc_reply_unref (reply);
  stress_request_free (call);

  stress_client_go_on (client);
}

/* The arguments are the call's alone. */
static void
call_reply (Call          *call,
            NorpcPriority  priority)
{
  guint method = g_rand_int_range (call->client->rand, 0, 4) == 0 ? 2 : 0;
  NorpcCall *message = norpc_call_new (stress_target_interface_info (), method);
  GValue *args = norpc_call_get_args (message, NULL);

  g_value_set_uint (&args[0], call->facts.manner);
  g_value_set_uint (&args[1], stress_lane_get_number (call->lane));
  g_value_set_uint64 (&args[2], call->facts.sequence);
  if (method == 0)
    {
      GBytes *data = stress_request_new_argument (call, FALSE);

      if (call->facts.sequence % 2 == 0)
        stress_argument_watch (data, message);
      g_value_take_boxed (&args[3], data);
    }
  else
    {
      g_value_take_boxed (&args[3], moved_new (call));
    }
  norpc_call_set_priority (message, priority);

  norpc_endpoint_call (call->lane->route->endpoint, message, call->facts.cancellable, reply_cb,
                       call);
}

/* A service in the context of a client waits for that client. If that is this one,
 * it would do so for ever, which is seen, unless a layer holds the call back. Of two
 * clients that wait for each other, their time is the last resort. FALSE if the call
 * is not to be made. */
static gboolean
prepare_sync (Call *call)
{
  StressRoute *route = call->lane->route;
  StressFate *fate = stress_group_get_single (route->group);
  gboolean at_client = stress_group_is_at (route->group, STRESS_CLIENT_CONTEXT);

  call->facts.may_deadlock = at_client || stress_group_is_at (route->group, STRESS_DIRECT);

  if (at_client && call->facts.timeout == 0)
    return fate != NULL && fate->context == call->client->context &&
           NORPC_IS_CHANNEL (route->endpoint);

  return TRUE;
}

static void
call_sync (Call *call)
{
  StressRoute *route = call->lane->route;
  StressFate *fate = stress_group_get_single (route->group);
  g_autoptr (GBytes) data = stress_request_new_argument (call, TRUE), echoed_data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0;

  stress_target_proxy_call_echo_sync (route->proxy, call->facts.manner,
                                      stress_lane_get_number (call->lane), call->facts.sequence, data,
                                      &echoed, &echoed_data, NULL, call->facts.cancellable,
                                      &error);

  call->by_proxy = TRUE;
  stress_request_note_end (call);
  stress_facts_check (&call->facts, echoed, echoed_data, error);
  if (fate != NULL && fate->place == STRESS_CLIENT_CONTEXT &&
      fate->context == call->client->context)
    g_assert_nonnull (error);
  stress_request_free (call);
}

/* Nobody hears of it: what is seen is its order, and that its arguments go. */
static void
call_one_way (StressLane *lane)
{
  StressRoute *route = lane->route;
  guint64 sequence = ++lane->last_sent;
  g_autoptr (GBytes) data =
    stress_argument_new (route->group, sequence, &route->traits, TRUE);

  stress_target_proxy_call_tell (route->proxy, stress_lane_get_number (lane), sequence, data);
}

static NorpcPriority
set_priority (StressClient *client,
              StressLane   *lane)
{
  NorpcPriority priority = g_rand_int_range (client->rand, 0, 4) != 0
                             ? NORPC_PRIORITY_NORMAL
                             : g_rand_int_range (client->rand, -1, 2);

  norpc_proxy_set_priority (NORPC_PROXY (lane->route->proxy), priority);

  return priority;
}

/* A call of any kind. */
void
stress_call (StressClient *client,
             StressLane   *lane)
{
  int kind = g_rand_int_range (client->rand, 0, 9);
  NorpcPriority priority = set_priority (client, lane);
  guint timeout;
  Call *call;

  if (kind == 0)
    {
      call_one_way (lane);
      return;
    }

  call = stress_request_new (client, lane, pick_manner (client->rand));
  timeout = call->facts.timeout;

  client->calling = TRUE;
  if (timeout != 0)
    norpc_timeout_push (timeout);
  if (kind <= 2)
    call_reply (call, priority);
  else if (kind <= 4 && prepare_sync (call))
    call_sync (call);
  else
    call_async (call);
  if (timeout != 0)
    norpc_timeout_pop ();
  client->calling = FALSE;
}

/* A call that is made because there is room for it. */
void
stress_call_when_ready (StressClient *client,
                        StressLane   *lane)
{
  Call *call = stress_request_new (client, lane, pick_manner (client->rand));

  call->facts.timeout = 0;
  client->calling = TRUE;
  call_reply (call, NORPC_PRIORITY_NORMAL);
  client->calling = FALSE;
}

/* A call whose handler waits for its end, while this thread does not run its context: until
 * then, or until there is no time left for it. */
void
stress_call_blocking (StressClient *client,
                      StressLane   *lane)
{
  Call *call = stress_request_new (client, lane, pick_manner (client->rand));
  g_autoptr (GBytes) data = stress_request_new_argument (call, TRUE);
  gint64 end;

  call->facts.manner = STRESS_UNTIL_CANCELLED;
  call->facts.timeout = g_rand_int_range (client->rand, 1, 5);
  call->by_proxy = TRUE;
  end = g_get_monotonic_time () + (call->facts.timeout + 1) * 1000;

  client->calling = TRUE;
  norpc_timeout_push (call->facts.timeout);
  stress_target_proxy_call_echo (lane->route->proxy, call->facts.manner, stress_lane_get_number (lane),
                                 call->facts.sequence, data, call->facts.cancellable,
                                 echo_cb, call);
  norpc_timeout_pop ();
  client->calling = FALSE;

  while (g_get_monotonic_time () < end || stress_argument_is_handled_now (data))
    g_usleep (50);
}

/* More calls than a service is given at once. */
void
stress_call_often (StressClient *client,
                   StressLane   *lane)
{
  for (int n = g_rand_int_range (client->rand, 50, 150); n > 0; n--)
    {
      set_priority (client, lane);
      call_one_way (lane);
    }
}
