/* test-layer-args.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the arguments are released of a call that no handler has begun with. */

#include "call/norpc-call-private.h"
#include "core/norpc-background-private.h"
#include "layer-fixture.h"

/* In milliseconds: the second call in such a period is held. */
#define HOURS (10 * 60 * 60 * 1000)

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

/* Sends a call that says where its argument is released. */
static void
send_tracked (Layered       *fixture,
              GCancellable  *cancellable,
              Outcome       *outcome,
              GThread      **freed_in)
{
  NorpcCall *call = new_call ("Echo");

  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (freed_in));
  norpc_endpoint_call (fixture->stack, call, cancellable, reply_cb, outcome);
}

/* The argument of a call to @side is released on the right side. */
static void
assert_freed (Layered  *fixture,
              Side      side,
              GThread **freed_in)
{
  GThread *thread = tracked_bytes_wait (freed_in);

  if (side == SIDE_CLIENT)
    g_assert_true (thread == g_thread_self ());
  else
    g_assert_true (thread == probe_state_get_thread (fixture->other_state, &fixture->other_state->thread));
}

static gpointer
cancel_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

static void
cancel_elsewhere (GCancellable *cancellable)
{
  g_thread_join (g_thread_new ("cancels", cancel_thread, cancellable));
}

/* Cancelled by a third thread while a layer holds the call. */
static void
test_cancelled (Layered       *fixture,
                gconstpointer  side)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome held = { 0 }, outcome = { 0 };
  NorpcCall *call;
  GThread *freed_in;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  layered_let_pass (fixture);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  send_tracked (fixture, cancellable, &outcome, &freed_in);
  layered_let_pass (fixture);

  cancel_elsewhere (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_freed (fixture, get_side (side), &freed_in);
  outcome_clear (&outcome);
  answer (call);
  outcome_wait (&held);
}

/* Ended by the thread of the timers. */
static void
test_timed_out (Layered       *fixture,
                gconstpointer  side)
{
  Outcome outcome = { 0 };
  GThread *freed_in;

  layered_start (fixture, get_side (side), norpc_time_limit_new (get_some_time ()),
                 norpc_rate_limit_new (1, HOURS), NULL);
  layered_let_pass (fixture);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  send_tracked (fixture, NULL, &outcome, &freed_in);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  assert_freed (fixture, get_side (side), &freed_in);
  outcome_clear (&outcome);
}

static gpointer
drop_thread (gpointer object)
{
  g_object_unref (object);

  return NULL;
}

/* A third thread drops the layer, which holds the call. */
static void
test_layer_dropped (Layered       *fixture,
                    gconstpointer  unused)
{
  Outcome held = { 0 }, outcome = { 0 };
  NorpcCall *call;
  GThread *freed_in;

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (1), NULL);
  norpc_endpoint_call (fixture->stack, new_call ("Hold"), NULL, reply_cb, &held);
  call = probe_state_take_held (fixture->state);
  send_tracked (fixture, NULL, &outcome, &freed_in);
  g_clear_object (&fixture->proxy);
  g_thread_join (g_thread_new ("drops", drop_thread, g_steal_pointer (&fixture->stack)));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  assert_freed (fixture, SIDE_CLIENT, &freed_in);
  outcome_clear (&outcome);
  answer (call);
  outcome_wait (&held);
}

/* In a thread of the pool for what was held. */
static gboolean
refuse_held (NorpcCall  *call,
             gpointer    n_refused,
             GError    **error)
{
  if (!norpc_background_is_current ())
    return TRUE;

  (*(guint *) n_refused)++;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "refused");

  return FALSE;
}

/* Refused in a thread of the pool, behind a layer that held the call. The client knows at
 * once, and drops its half.
 */
static void
test_refused (Layered       *fixture,
              gconstpointer  side)
{
  NorpcLayer *filter = norpc_filter_new ();
  guint n_refused = 0;

  norpc_filter_set_call_func (NORPC_FILTER (filter), refuse_held, &n_refused, NULL);
  layered_start (fixture, get_side (side), norpc_rate_limit_new (2, 1), filter, NULL);
  layered_let_pass (fixture);

  while (n_refused < 100)
    {
      NorpcCall *call = new_call ("Echo");
      g_autoptr (NorpcReply) reply = NULL;
      GThread *freed_in;

      g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (&freed_in));
      norpc_endpoint_send (fixture->stack, new_call ("Noop"));
      reply = norpc_endpoint_call_sync (fixture->stack, call, NULL, NULL);
      if (reply != NULL)
        g_clear_pointer (&reply, norpc_reply_unref);
      else
        assert_freed (fixture, get_side (side), &freed_in);
      tracked_bytes_wait (&freed_in);
    }
}

/* A call like Echo, whose argument moves to the service; it may be made twice. */
static NorpcCall *
new_moving_call (GThread **freed_in)
{
  static NorpcArgInfo arg;
  static const NorpcArgInfo *args[] = { &arg, NULL };
  static NorpcMethodInfo method;
  static const NorpcMethodInfo *methods[] = { &method, NULL };
  static NorpcInterfaceInfo info;
  int index = norpc_interface_info_find_method (probe_probe_interface_info (), "Echo");
  NorpcCall *call;

  info = *probe_probe_interface_info ();
  method = *info.methods[index];
  arg = *(const NorpcArgInfo *) method.dbus.in_args[0];
  arg.flags = (NorpcArgFlags) (arg.flags | NORPC_ARG_FLAGS_MOVED);
  method.dbus.in_args = (GDBusArgInfo **) args;
  method.flags = (NorpcMethodFlags) (method.flags | NORPC_METHOD_FLAGS_IDEMPOTENT);
  info.methods = methods;

  call = norpc_call_new (&info, 0);
  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (freed_in));

  return call;
}

/* An attempt has the argument, and is held, when a third thread cancels the call. */
static void
test_attempt_cancelled (Layered       *fixture,
                        gconstpointer  side)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome held = { 0 }, outcome = { 0 };
  NorpcCall *call;
  GThread *freed_in;

  layered_start (fixture, get_side (side), norpc_retry_new (1), norpc_concurrency_limit_new (1), NULL);
  layered_let_pass (fixture);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  norpc_endpoint_call (fixture->stack, new_moving_call (&freed_in), cancellable, reply_cb, &outcome);
  layered_let_pass (fixture);
  cancel_elsewhere (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_freed (fixture, get_side (side), &freed_in);
  outcome_clear (&outcome);
  answer (call);
  outcome_wait (&held);
}

/* It is ended by the thread of the timers, and was the last. */
static void
test_attempt_timed_out (Layered       *fixture,
                        gconstpointer  side)
{
  Outcome outcome = { 0 };
  GThread *freed_in;

  layered_start (fixture, get_side (side), norpc_retry_new (1), norpc_time_limit_new (get_some_time ()),
                 norpc_rate_limit_new (1, HOURS), NULL);
  layered_let_pass (fixture);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  norpc_endpoint_call (fixture->stack, new_moving_call (&freed_in), NULL, reply_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  assert_freed (fixture, get_side (side), &freed_in);
  outcome_clear (&outcome);
}

/* A service has had the call, and has failed. */
static gboolean
fail_as_service (NorpcCall  *call,
                 gpointer    n_calls,
                 GError    **error)
{
  g_assert_true (norpc_call_begin_handling (call));
  g_atomic_int_inc ((int *) n_calls);
  norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_NO_REPLY, "failed");

  return TRUE;
}

/* The call waits for its next attempt when a third thread cancels it. */
static void
test_between_attempts (Layered       *fixture,
                       gconstpointer  side)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcLayer *filter = norpc_filter_new ();
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 3,
                                    "delay", 1000 * 1000, "max-delay", 1000 * 1000, NULL);
  Outcome outcome = { 0 };
  int n_calls = 0; /* atomic */
  GThread *freed_in;

  norpc_filter_set_call_func (NORPC_FILTER (filter), fail_as_service, &n_calls, NULL);
  layered_start (fixture, get_side (side), retry, filter, NULL);
  layered_let_pass (fixture);
  norpc_endpoint_call (fixture->stack, new_moving_call (&freed_in), cancellable, reply_cb, &outcome);
  while (g_atomic_int_get (&n_calls) == 0)
    g_thread_yield ();
  layered_let_pass (fixture);
  cancel_elsewhere (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_freed (fixture, get_side (side), &freed_in);
  outcome_clear (&outcome);
}

/* The service's context. */
static gboolean
answer_as_service (NorpcCall  *call,
                   gpointer    unused,
                   GError    **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (norpc_call_begin_handling (call));
  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_static ("echo", 4));
  norpc_call_return_values (call, 1, &value);

  return TRUE;
}

/* An attempt succeeds: the argument is released where the service runs. */
static void
test_attempt_answered (Layered       *fixture,
                       gconstpointer  side)
{
  NorpcLayer *filter = norpc_filter_new ();

  norpc_filter_set_call_func (NORPC_FILTER (filter), answer_as_service, NULL, NULL);
  if (get_side (side) == SIDE_SERVER)
    norpc_server_add_layer (fixture->server, norpc_retry_new (3));
  norpc_server_add_layer (fixture->server, filter);
  if (get_side (side) == SIDE_SERVER)
    layered_start (fixture, SIDE_CLIENT, norpc_time_limit_new (HOURS), NULL);
  else
    layered_start (fixture, SIDE_CLIENT, norpc_retry_new (3), NULL);
  layered_let_pass (fixture);

  for (guint i = 0; i < 50; i++)
    {
      NorpcCall *call = new_call ("Echo");
      g_autoptr (NorpcReply) reply = NULL;
      GThread *freed_in;

      /* A client that waits for nothing else drops its half as soon as it can. */
      g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (&freed_in));
      reply = norpc_endpoint_call_sync (fixture->stack, call, NULL, NULL);
      g_assert_nonnull (reply);
      g_clear_pointer (&reply, norpc_reply_unref);
      assert_freed (fixture, SIDE_SERVER, &freed_in);
    }
}

typedef struct
{
  GMutex   lock;
  GCond    changed;
  gboolean freed;         /* [lock] */
  gboolean in_background; /* [lock] */
} Release;

static void
release_cb (gpointer data)
{
  Release *release = data;

  g_mutex_lock (&release->lock);
  release->freed = TRUE;
  release->in_background = norpc_background_is_current ();
  g_cond_signal (&release->changed);
  g_mutex_unlock (&release->lock);
}

/* No client waits for a one-way call, which the thread of the timers ends: what its argument
 * is made of is nothing for that thread.
 */
static void
test_one_way (Layered       *fixture,
              gconstpointer  retries)
{
  static Release release;
  NorpcLayer *time_limit = norpc_time_limit_new (get_some_time ());
  NorpcLayer *limit = norpc_rate_limit_new (1, HOURS);
  NorpcCall *tracked;
  GThread *freed_in;

  release = (Release) { 0 };
  if (retries != NULL)
    layered_start (fixture, SIDE_CLIENT, norpc_retry_new (1), time_limit, limit, NULL);
  else
    layered_start (fixture, SIDE_CLIENT, time_limit, limit, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  tracked = new_moving_call (&freed_in);
  g_value_take_boxed (norpc_call_get_args (tracked, NULL),
                      g_bytes_new_with_free_func ("released", 8, release_cb, &release));
  norpc_endpoint_send (fixture->stack, tracked);

  g_mutex_lock (&release.lock);
  while (!release.freed)
    g_cond_wait (&release.changed, &release.lock);
  g_assert_true (release.in_background);
  g_mutex_unlock (&release.lock);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-args/cancelled", test_cancelled);
  TEST_LAYER_SIDES ("/layer-args/timed-out", test_timed_out);
  TEST_LAYER ("/layer-args/layer-dropped", SIDE_CLIENT, test_layer_dropped);
  TEST_LAYER_SIDES ("/layer-args/refused", test_refused);
  TEST_LAYER_SIDES ("/layer-args/attempt-cancelled", test_attempt_cancelled);
  TEST_LAYER_SIDES ("/layer-args/attempt-timed-out", test_attempt_timed_out);
  TEST_LAYER_SIDES ("/layer-args/between-attempts", test_between_attempts);
  TEST_LAYER_SIDES ("/layer-args/attempt-answered", test_attempt_answered);
  TEST_LAYER ("/layer-args/one-way", 0, test_one_way);
  TEST_LAYER ("/layer-args/one-way-attempt", 1, test_one_way);

  return g_test_run ();
}
