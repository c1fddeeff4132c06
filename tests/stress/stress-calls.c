/* stress-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls of every kind, and what is seen when they end. All of it is in the thread
 * of a client. */

#include "stress.h"

typedef struct
{
  StressClient *client; /* (unowned) */
  StressLane   *lane;   /* (owned) */
  StressFacts   facts;
  gboolean      own_cancellable; /* nobody but this client cancels it */
  gboolean      latest;          /* of the latest-wins method */
  gboolean      by_proxy;        /* cancelled with all others */
  guint         n_cancel_alls;   /* of the proxy, before it was made */
  int           operation;       /* that made it */
  gboolean      completed;
} Call;

/* What the service looks at the order by. */
static guint
get_lane_number (StressLane *lane)
{
  return lane->traits.reorders ? 0 : lane->number;
}

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

static Call *
call_new (StressClient *client,
          StressLane   *lane)
{
  GRand *rand = client->rand;
  Call *call = g_new0 (Call, 1);
  g_autoptr (GCancellable) cancellable = stress_dup_cancellable (client, &call->own_cancellable);
  guint timeout = g_rand_int_range (rand, 0, 6) == 0 ? g_rand_int_range (rand, 1, 9) : 0;

  call->client = client;
  call->lane = g_rc_box_acquire (lane);
  call->n_cancel_alls = lane->n_cancel_alls;
  call->operation = g_atomic_int_get (&client->operation);
  stress_facts_init (&call->facts, lane->fate, pick_manner (rand), ++lane->last_sent,
                     cancellable, timeout);
  call->facts.traits = lane->traits;
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);

  return call;
}

static void
call_free (Call *call)
{
  stress_facts_clear (&call->facts);
  stress_lane_unref (call->lane);
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (call->client, -1);
  g_free (call);
}

/* What a service answers where it lives arrives in the order in which it was
 * sent, whoever called by whatever proxy from here. */
static void
check_order (StressClient *client,
             StressFate   *fate,
             guint64       stamp)
{
  guint64 *last = g_hash_table_lookup (client->stamps, GUINT_TO_POINTER (fate->number));

  if (last == NULL)
    {
      last = g_new0 (guint64, 1);
      g_hash_table_insert (client->stamps, GUINT_TO_POINTER (fate->number), last);
    }
  g_assert_cmpuint (stamp, >, *last);
  *last = stamp;
}

/* For what is called back: once, in the right thread and context, later. */
static void
check_callback (Call     *call,
                gboolean  succeeded,
                guint64   stamp)
{
  StressClient *client = call->client;

  g_assert_false (call->completed);
  call->completed = TRUE;
  g_assert_true (g_thread_self () == client->self);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  g_assert_false (client->calling);

  /* After cancelling, nobody sees a success. */
  if (succeeded && call->own_cancellable)
    g_assert_false (g_cancellable_is_cancelled (call->facts.cancellable));
  if (succeeded)
    g_assert_false (call->facts.cancelled_all);

  if (succeeded && stamp != 0 && !call->lane->traits.reorders)
    check_order (client, call->lane->fate, stamp);
}

static void
note_end (Call *call)
{
  call->facts.cancelled_all = call->by_proxy && call->lane->n_cancel_alls != call->n_cancel_alls;
  call->facts.superseded = call->latest && call->lane->last_latest > call->facts.sequence;
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

  note_end (call);
  if (call->latest)
    stress_target_proxy_call_echo_latest_finish (proxy, result, &echoed, &echoed_data, &stamp,
                                                 &error);
  else
    stress_target_proxy_call_echo_finish (proxy, result, &echoed, &echoed_data, &stamp, &error);
  check_callback (call, error == NULL, stamp);
  stress_facts_check (&call->facts, echoed, echoed_data, error);
  call_free (call);

  stress_client_go_on (client);
}

static void
call_async (Call   *call,
            GBytes *data)
{
  StressTargetProxy *proxy = call->lane->proxy;
  StressFacts *facts = &call->facts;

  call->by_proxy = TRUE;
  call->latest = g_rand_int_range (call->client->rand, 0, 4) == 0;
  if (call->latest)
    {
      call->lane->last_latest = facts->sequence;
      stress_target_proxy_call_echo_latest (proxy, facts->manner, get_lane_number (call->lane),
                                            facts->sequence, data, facts->cancellable,
                                            echo_cb, call);
    }
  else
    {
      stress_target_proxy_call_echo (proxy, facts->manner, get_lane_number (call->lane), facts->sequence,
                                     data, facts->cancellable, echo_cb, call);
    }
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  Call *call = user_data;
  StressClient *client = call->client;
  const GValue *values = norpc_reply_get_values (reply, NULL);

  check_callback (call, values != NULL,
                  values != NULL ? g_value_get_uint64 (&values[2]) : 0);
  stress_facts_check (&call->facts,
                      values != NULL ? g_value_get_uint64 (&values[0]) : 0,
                      values != NULL ? g_value_get_boxed (&values[1]) : NULL,
                      norpc_reply_get_error (reply));
  norpc_reply_unref (reply);
  call_free (call);

  stress_client_go_on (client);
}

static void
call_reply (Call          *call,
            GBytes        *data,
            NorpcPriority  priority)
{
  NorpcCall *message = norpc_call_new (stress_target_interface_info (), 0);
  GValue *args = norpc_call_get_args (message, NULL);

  g_value_set_uint (&args[0], call->facts.manner);
  g_value_set_uint (&args[1], get_lane_number (call->lane));
  g_value_set_uint64 (&args[2], call->facts.sequence);
  g_value_set_boxed (&args[3], data);
  norpc_call_set_priority (message, priority);

  norpc_endpoint_call (call->lane->endpoint, message, call->facts.cancellable, reply_cb, call);
}

/* A service in the context of a client waits for that client. If that is this one,
 * it would do so for ever, which is seen, unless a layer holds the call back. Of two
 * clients that wait for each other, their time is the last resort. FALSE if the call
 * is not to be made. */
static gboolean
prepare_sync (Call *call)
{
  StressFate *fate = call->lane->fate;

  call->facts.may_deadlock = fate->place == STRESS_CLIENT_CONTEXT || fate->place == STRESS_DIRECT;

  if (fate->place == STRESS_CLIENT_CONTEXT && call->facts.timeout == 0)
    return fate->context == call->client->context && NORPC_IS_CHANNEL (call->lane->endpoint);

  return TRUE;
}

static void
call_sync (Call   *call,
           GBytes *data)
{
  StressFate *fate = call->lane->fate;
  g_autoptr (GBytes) echoed_data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0;

  stress_target_proxy_call_echo_sync (call->lane->proxy, call->facts.manner, get_lane_number (call->lane),
                                      call->facts.sequence, data, &echoed, &echoed_data, NULL,
                                      call->facts.cancellable, &error);

  stress_facts_check (&call->facts, echoed, echoed_data, error);
  if (fate->place == STRESS_CLIENT_CONTEXT && fate->context == call->client->context)
    g_assert_nonnull (error);
  call_free (call);
}

/* Nobody hears of it: what is seen is its order, and that its arguments go. */
static void
call_one_way (StressLane *lane)
{
  guint64 sequence = ++lane->last_sent;
  g_autoptr (GBytes) data = stress_bytes_new (lane->fate, sequence);

  stress_target_proxy_call_tell (lane->proxy, get_lane_number (lane), sequence, data);
}

/* A call of any kind. */
void
stress_call (StressClient *client,
             StressLane   *lane)
{
  int kind = g_rand_int_range (client->rand, 0, 9);
  NorpcPriority priority = g_rand_int_range (client->rand, 0, 4) != 0
                             ? NORPC_PRIORITY_NORMAL
                             : g_rand_int_range (client->rand, -1, 2);
  g_autoptr (GBytes) data = NULL;
  guint timeout;
  Call *call;

  norpc_proxy_set_priority (NORPC_PROXY (lane->proxy), priority);
  if (kind == 0)
    {
      call_one_way (lane);
      return;
    }

  call = call_new (client, lane);
  data = stress_bytes_new (lane->fate, call->facts.sequence);
  timeout = call->facts.timeout;

  client->calling = TRUE;
  if (timeout != 0)
    norpc_timeout_push (timeout);
  if (kind <= 2)
    call_reply (call, data, priority);
  else if (kind <= 4 && prepare_sync (call))
    call_sync (call, data);
  else
    call_async (call, data);
  if (timeout != 0)
    norpc_timeout_pop ();
  client->calling = FALSE;
}

/* A call that is made because there is room for it. */
void
stress_call_when_ready (StressClient *client,
                        StressLane   *lane)
{
  Call *call = call_new (client, lane);
  g_autoptr (GBytes) data = stress_bytes_new (lane->fate, call->facts.sequence);

  call->facts.timeout = 0;
  client->calling = TRUE;
  call_reply (call, data, NORPC_PRIORITY_NORMAL);
  client->calling = FALSE;
}
