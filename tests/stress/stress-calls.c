/* stress-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls, and what has to be true of how they end. All of it is in the thread
 * of a client. */

#include "stress.h"

typedef struct
{
  StressClient *client; /* (unowned) */
  StressLane   *lane;   /* (owned) */
  GCancellable *cancellable; /* (owned) (nullable) */
  gboolean      cancelled;   /* before it was called */
  StressManner  manner;
  guint64       sequence;
  gboolean      completed;
} Call;

static int n_lanes; /* atomic */

StressLane *
stress_lane_new (StressHost   *host,
                 GMainContext *context)
{
  StressLane *self = g_rc_box_new0 (StressLane);

  self->proxy = stress_target_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (host->server)));
  self->place = host->place;
  self->here = host->context == context;
  self->number = (guint) g_atomic_int_add (&n_lanes, 1) + 1;
  stress_watch (self->proxy, STRESS_PROXIES);

  return self;
}

static void
lane_clear (gpointer data)
{
  StressLane *self = data;

  g_clear_object (&self->proxy);
}

void
stress_lane_unref (StressLane *self)
{
  g_rc_box_release_full (self, lane_clear);
}

static Call *
call_new (StressClient *client,
          StressLane   *lane,
          GCancellable *cancellable)
{
  Call *call = g_new0 (Call, 1);

  call->client = client;
  call->lane = g_rc_box_acquire (lane);
  g_set_object (&call->cancellable, cancellable);
  call->cancelled = g_cancellable_is_cancelled (cancellable);
  call->sequence = ++lane->last_sent;
  /* More often than not at once: these keep their order. */
  call->manner = g_rand_boolean (client->rand)
                   ? STRESS_AT_ONCE
                   : (StressManner) g_rand_int_range (client->rand, 0, STRESS_N_MANNERS);
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);

  return call;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->cancellable);
  stress_lane_unref (call->lane);
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (call->client, -1);
  g_free (call);
}

/* What a service does not do to a call by its manner of answering, its end may:
 * what it was to do later is then never done. */
static gboolean
may_end_with (Call         *call,
              const GError *error)
{
  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED) ||
      g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    return TRUE;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_cancellable_is_cancelled (call->cancellable);

  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY))
    return call->manner == STRESS_NEVER || call->manner == STRESS_LATER;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return call->manner == STRESS_FAIL &&
           g_ascii_strtoull (error->message, NULL, 10) == call->sequence;

  return FALSE;
}

static void
check_result (Call         *call,
              guint64       echoed,
              GBytes       *echoed_data,
              const GError *error)
{
  if (error != NULL)
    {
      if (!may_end_with (call, error))
        g_error ("a call of manner %d ended with: %s", call->manner, error->message);
      if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED))
        call->lane->closed = TRUE;
      return;
    }

  g_assert_true (call->manner != STRESS_NEVER && call->manner != STRESS_FAIL);
  g_assert_false (call->cancelled);
  g_assert_cmpuint (echoed, ==, call->sequence);
  g_assert_true (stress_bytes_are (echoed_data, call->sequence));
}

/* For what is called back: once, in the right thread and context, later. */
static void
check_callback (Call     *call,
                gboolean  succeeded)
{
  StressClient *client = call->client;

  g_assert_false (call->completed);
  call->completed = TRUE;
  g_assert_true (g_thread_self () == client->self);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  g_assert_false (client->calling);
  /* After cancelling, nobody sees a success. */
  if (succeeded && g_ptr_array_find (client->cancellables, call->cancellable, NULL))
    g_assert_false (g_cancellable_is_cancelled (call->cancellable));

  if (succeeded && call->manner == STRESS_AT_ONCE)
    {
      g_assert_cmpuint (call->sequence, >, call->lane->last_answered);
      call->lane->last_answered = call->sequence;
    }
}

static void
echo_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Call *call = user_data;
  StressClient *client = call->client;
  g_autoptr (GBytes) echoed_data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0;

  stress_target_proxy_call_echo_finish (STRESS_TARGET_PROXY (source_object), result,
                                        &echoed, &echoed_data, &error);
  check_callback (call, error == NULL);
  check_result (call, echoed, echoed_data, error);
  call_free (call);

  if (g_rand_boolean (client->rand))
    stress_client_operate (client);
}

void
stress_call_async (StressClient *client,
                   StressLane   *lane,
                   GCancellable *cancellable)
{
  Call *call = call_new (client, lane, cancellable);
  g_autoptr (GBytes) data = stress_bytes_new (STRESS_ARGUMENTS, call->sequence);

  client->calling = TRUE;
  stress_target_proxy_call_echo (lane->proxy, call->manner, lane->number, call->sequence, data,
                                 cancellable, echo_cb, call);
  client->calling = FALSE;
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  Call *call = user_data;
  StressClient *client = call->client;
  const GValue *values = norpc_reply_get_values (reply, NULL);

  check_callback (call, values != NULL);
  check_result (call,
                values != NULL ? g_value_get_uint64 (&values[0]) : 0,
                values != NULL ? g_value_get_boxed (&values[1]) : NULL,
                norpc_reply_get_error (reply));
  norpc_reply_unref (reply);
  call_free (call);

  if (g_rand_boolean (client->rand))
    stress_client_operate (client);
}

void
stress_call_reply (StressClient *client,
                   StressLane   *lane,
                   GCancellable *cancellable)
{
  Call *call = call_new (client, lane, cancellable);
  NorpcCall *message = norpc_call_new (stress_target_interface_info (), 0);
  GValue *args = norpc_call_get_args (message, NULL);

  g_value_set_uint (&args[0], call->manner);
  g_value_set_uint (&args[1], lane->number);
  g_value_set_uint64 (&args[2], call->sequence);
  g_value_take_boxed (&args[3], stress_bytes_new (STRESS_ARGUMENTS, call->sequence));

  client->calling = TRUE;
  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (lane->proxy)), message,
                       cancellable, reply_cb, call);
  client->calling = FALSE;
}

void
stress_call_sync (StressClient *client,
                  StressLane   *lane,
                  GCancellable *cancellable)
{
  Call *call = call_new (client, lane, cancellable);
  g_autoptr (GBytes) data = stress_bytes_new (STRESS_ARGUMENTS, call->sequence);
  g_autoptr (GBytes) echoed_data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0;

  client->calling = TRUE;
  stress_target_proxy_call_echo_sync (lane->proxy, call->manner, lane->number, call->sequence,
                                      data, &echoed, &echoed_data, cancellable, &error);
  client->calling = FALSE;

  /* The one error that waiting in the service's own thread has, if it would. */
  if (!lane->here || !g_error_matches (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK))
    check_result (call, echoed, echoed_data, error);
  if (lane->here)
    g_assert_nonnull (error);
  call_free (call);
}
