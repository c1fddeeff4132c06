/* test-layer-retry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-timer-private.h"
#include "layer-fixture.h"
#include "layers/norpc-budget-private.h"

/* A layer that refuses so many calls, then passes them on. */
#define FLAKY_TYPE_LAYER (flaky_layer_get_type ())
G_DECLARE_FINAL_TYPE (FlakyLayer, flaky_layer, FLAKY, LAYER, NorpcLayer)

struct _FlakyLayer
{
  NorpcLayer parent_instance;

  int        n_refused; /* atomic: how many are to be */
  int        n_calls;   /* atomic: how many came */
  NorpcError code;
  gboolean   outlasts; /* it refuses calls only when their deadline has passed */
};

G_DEFINE_FINAL_TYPE (FlakyLayer, flaky_layer, NORPC_TYPE_LAYER)

static gboolean
flaky_layer_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error)
{
  FlakyLayer *self = FLAKY_LAYER (layer);

  g_atomic_int_inc (&self->n_calls);
  if (g_atomic_int_add (&self->n_refused, -1) > 0)
    {
      while (self->outlasts && g_get_monotonic_time () < norpc_call_get_deadline (call))
        g_usleep (100);
      norpc_call_return_error (call, NORPC_ERROR, (int) self->code, "refused");
    }
  else
    {
      norpc_layer_pass_on (layer, call);
    }

  return TRUE;
}

static void
flaky_layer_class_init (FlakyLayerClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = flaky_layer_take;
}

static void
flaky_layer_init (FlakyLayer *self)
{
  self->code = NORPC_ERROR_BUSY;
}

/* The layers live as long as the fixture has its stack. */
static FlakyLayer *
start (Layered    *fixture,
       NorpcLayer *retry,
       int         n_refused)
{
  FlakyLayer *flaky = g_object_new (FLAKY_TYPE_LAYER, NULL);

  flaky->n_refused = n_refused;
  layered_start (fixture, SIDE_CLIENT, retry, flaky, NULL);

  return flaky;
}

static void
test_again (Layered       *fixture,
            gconstpointer  unused)
{
  FlakyLayer *flaky = start (fixture, norpc_retry_new (3), 2);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("echo", 4);
  g_autoptr (GBytes) echo = NULL;
  g_autoptr (GError) error = NULL;
  Outcome note = { 0 };

  /* The main thread blocks. */
  echo = probe_probe_proxy_call_echo_sync (fixture->proxy, bytes, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (echo, bytes));
  g_assert_cmpint (flaky->n_calls, ==, 3);

  flaky->n_refused = 2;
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, note_cb, &note);
  outcome_wait (&note);
  g_assert_true (note.ok);
  g_assert_cmpint (flaky->n_calls, ==, 6);
  assert_numbers (fixture->state, 1);
}

static void
test_at_server (Layered       *fixture,
                gconstpointer  unused)
{
  FlakyLayer *flaky = g_object_new (FLAKY_TYPE_LAYER, NULL);

  flaky->n_refused = 2;
  layered_start (fixture, SIDE_SERVER, norpc_retry_new (3), flaky, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

static void
test_enough (Layered       *fixture,
             gconstpointer  unused)
{
  FlakyLayer *flaky = start (fixture, norpc_retry_new (3), 100);
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "refused");
  g_assert_cmpint (flaky->n_calls, ==, 3);
}

/* An error that is not worth it. */
static void
test_other_error (Layered       *fixture,
                  gconstpointer  unused)
{
  FlakyLayer *flaky = start (fixture, norpc_retry_new (3), 100);
  g_autoptr (GError) error = NULL;

  flaky->code = NORPC_ERROR_WOULD_DEADLOCK;
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_cmpint (flaky->n_calls, ==, 1);
}

static gboolean
is_failure (NorpcCall    *call,
            const GError *error,
            guint         n_attempts,
            gpointer      user_data)
{
  guint *n_asked = user_data;

  (*n_asked)++;
  g_assert_cmpuint (n_attempts, ==, *n_asked);

  return g_error_matches (error, NORPC_ERROR, NORPC_ERROR_FAILED);
}

static void
destroyed_cb (gpointer n_asked)
{
  g_atomic_int_set ((guint *) n_asked, G_MAXUINT);
}

static void
test_func (Layered       *fixture,
           gconstpointer  unused)
{
  NorpcLayer *retry = norpc_retry_new (5);
  guint n_asked = 0;
  FlakyLayer *flaky;

  norpc_retry_set_func (NORPC_RETRY (retry), is_failure, &n_asked, destroyed_cb);
  flaky = start (fixture, retry, 2);
  flaky->code = NORPC_ERROR_FAILED;
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (n_asked, ==, 2);
  g_assert_cmpint (flaky->n_calls, ==, 3);

  n_asked = 0;
  flaky->n_refused = 2;
  flaky->code = NORPC_ERROR_BUSY;
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (n_asked, ==, 1);
  layered_drop (fixture);
  /* The timers' thread may have the last reference. */
  while ((guint) g_atomic_int_get (&n_asked) != G_MAXUINT)
    g_thread_yield ();
}

/* A call that the service has begun with is retried only if it is idempotent. */
static void
test_effect (Layered       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome drop = { 0 };

  start (fixture, norpc_retry_new (3), 0);
  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);

  norpc_endpoint_call (fixture->stack, new_idempotent_call ("Drop"), NULL, reply_cb, &drop);
  outcome_wait (&drop);
  g_assert_error (drop.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 4);
  outcome_clear (&drop);
}

/* A call that was cancelled in the queue is retried; the first attempt is never served. */
static void
test_given_up (Layered       *fixture,
               gconstpointer  unused)
{
  Outcome blocked = { 0 }, note = { 0 };

  layered_start (fixture, SIDE_CLIENT, g_object_new (NORPC_TYPE_RETRY, "max-attempts", 100, "reserve", 100, "delay", 0, NULL),
                 norpc_time_limit_new (get_some_time () / 4), NULL);
  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, note_cb, &note);
  while (g_atomic_int_get (&norpc_server_get_channel (fixture->server)->lanes[NORPC_LANE_NORMAL].accepted) < 3)
    g_thread_yield ();
  probe_state_open_gate (fixture->other_state);
  outcome_wait (&note);
  g_assert_no_error (note.error);
  assert_numbers (fixture->state, 1);
  if (blocked.n == 0)
    outcome_wait (&blocked);
}

/* The timers' thread. */
static gpointer
take_lock (gpointer lock)
{
  return lock;
}

/* The timers' thread, which serves no timer as long as the test has the lock. */
static void
block_timers (gpointer lock)
{
  g_mutex_lock (lock);
  g_mutex_unlock (lock);
}

/* It is the service that sees first that the time of an attempt is up: it has not
 * begun with it.
 */
static void
test_late (Layered       *fixture,
           gconstpointer  unused)
{
  const NorpcTimerFuncs funcs = { take_lock, block_timers };
  Outcome blocked = { 0 }, note = { 0 };
  NorpcTimer timer;
  GMutex lock;

  layered_start (fixture, SIDE_CLIENT, norpc_retry_new (100), norpc_time_limit_new (get_some_time ()),
                 NULL);
  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);

  g_mutex_init (&lock);
  g_mutex_lock (&lock);
  norpc_timer_init (&timer, &funcs, &lock);
  norpc_timer_start (&timer, 0);
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, note_cb, &note);
  g_usleep (get_some_time () * 1000);
  probe_state_open_gate (fixture->other_state);
  layered_let_pass (fixture);
  g_mutex_unlock (&lock);

  outcome_wait (&note);
  g_assert_no_error (note.error);
  assert_numbers (fixture->state, 1);
  if (blocked.n == 0)
    outcome_wait (&blocked);
  g_mutex_clear (&lock);
}

static void
test_cancelled (Layered       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome held = { 0 };
  NorpcCall *call;

  start (fixture, norpc_retry_new (3), 0);
  probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (call));
  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_call_is_cancelled (call));
  outcome_wait (&held);
  g_assert_error (held.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_call_unref (call);
  outcome_clear (&held);
}

/* Between two attempts: nothing keeps the layer then. */
static void
test_cancelled_between (Layered       *fixture,
                        gconstpointer  unused)
{
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "delay", 3600 * 1000, "max-delay", 3600 * 1000, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 }, late = { 0 };

  start (fixture, retry, 100);
  g_object_add_weak_pointer (G_OBJECT (retry), (gpointer *) &retry);
  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &outcome);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 10);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &late);
  outcome_wait (&late);
  g_assert_error (late.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpuint (outcome.n, ==, 0);
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  layered_drop (fixture);
  g_assert_null (retry);
  outcome_clear (&outcome);
  outcome_clear (&late);
}

static void
test_budget_spent (Layered       *fixture,
                   gconstpointer  unused)
{
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 5, "delay", 0,
                                    "ratio", 0.5, "reserve", 0, NULL);
  FlakyLayer *flaky = start (fixture, retry, 1000);

  for (guint i = 0; i < 20; i++)
    g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpint (flaky->n_calls, ==, 30);
}

static void
test_budget (void)
{
  NorpcBudget budget = { { 0 }, 0 };
  gint64 now = 1000 * G_USEC_PER_SEC;

  g_assert_false (norpc_budget_withdraw (&budget, now, 0));
  for (guint i = 0; i < 10; i++)
    norpc_budget_deposit (&budget, now, 0.2);
  g_assert_true (norpc_budget_withdraw (&budget, now + 5 * G_USEC_PER_SEC, 0));
  g_assert_true (norpc_budget_withdraw (&budget, now + 9 * G_USEC_PER_SEC, 0));
  g_assert_false (norpc_budget_withdraw (&budget, now + 9 * G_USEC_PER_SEC, 0));
  /* The deposits are too old, what was drawn is not. */
  g_assert_true (norpc_budget_withdraw (&budget, now + 11 * G_USEC_PER_SEC, 3));
  g_assert_false (norpc_budget_withdraw (&budget, now + 11 * G_USEC_PER_SEC, 3));
  g_assert_true (norpc_budget_withdraw (&budget, now + 100 * G_USEC_PER_SEC, 1));
  g_assert_false (norpc_budget_withdraw (&budget, now + 100 * G_USEC_PER_SEC, 1));
}

static void
call_itself (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Layered *fixture = data;
  GError *error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  norpc_call_take_error (call, error);
}

static void
test_deadlock (Layered       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  start (fixture, norpc_retry_new (3), 0);
  fixture->state->run = call_itself;
  fixture->state->run_data = fixture;
  g_assert_false (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

/* The attempt that is on its way is the last. */
static void
test_dropped (Layered       *fixture,
              gconstpointer  unused)
{
  Outcome held = { 0 }, waiting = { 0 };
  FlakyLayer *flaky = start (fixture, g_object_new (NORPC_TYPE_RETRY, "delay", 3600 * 1000,
                                                    "max-delay", 3600 * 1000, NULL), 0);

  norpc_endpoint_call (fixture->stack, new_call ("Hold"), NULL, reply_cb, &held);
  g_atomic_int_set (&flaky->n_refused, 1);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &waiting);
  g_assert_cmpint (g_atomic_int_get (&flaky->n_calls), ==, 2);
  layered_drop (fixture);
  outcome_wait (&waiting);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (held.n, ==, 0);
  answer (probe_state_take_held (fixture->state));
  outcome_wait (&held);
  g_assert_no_error (held.error);
  outcome_clear (&waiting);
}

/* There is no time left for another attempt, although the client has not noticed yet. */
static void
test_past_deadline (Layered       *fixture,
                    gconstpointer  unused)
{
  FlakyLayer *flaky = start (fixture, norpc_retry_new (3), 1);
  Outcome note = { 0 };

  flaky->outlasts = TRUE;
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 1);
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, note_cb, &note);
  for (guint i = 0; i < 100 && g_atomic_int_get (&flaky->n_calls) < 2; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&flaky->n_calls), ==, 1);
  outcome_wait (&note);
  g_assert_error (note.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  outcome_clear (&note);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER ("/layer-retry/again", SIDE_CLIENT, test_again);
  TEST_LAYER ("/layer-retry/at-server", SIDE_SERVER, test_at_server);
  TEST_LAYER ("/layer-retry/enough", SIDE_CLIENT, test_enough);
  TEST_LAYER ("/layer-retry/other-error", SIDE_CLIENT, test_other_error);
  TEST_LAYER ("/layer-retry/func", SIDE_CLIENT, test_func);
  TEST_LAYER ("/layer-retry/effect", SIDE_CLIENT, test_effect);
  TEST_LAYER ("/layer-retry/given-up", SIDE_CLIENT, test_given_up);
  TEST_LAYER ("/layer-retry/past-deadline", SIDE_CLIENT, test_past_deadline);
  TEST_LAYER ("/layer-retry/late", SIDE_CLIENT, test_late);
  TEST_LAYER ("/layer-retry/cancelled", SIDE_CLIENT, test_cancelled);
  TEST_LAYER ("/layer-retry/cancelled-between", SIDE_CLIENT, test_cancelled_between);
  TEST_LAYER ("/layer-retry/budget-spent", SIDE_CLIENT, test_budget_spent);
  g_test_add_func ("/layer-retry/budget", test_budget);
  TEST_LAYER ("/layer-retry/deadlock", SIDE_CLIENT, test_deadlock);
  TEST_LAYER ("/layer-retry/dropped", SIDE_CLIENT, test_dropped);

  return g_test_run ();
}
