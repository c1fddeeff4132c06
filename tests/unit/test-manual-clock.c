/* test-manual-clock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Nothing here takes as long as it says, and the assertions are exact. */

#include "core/norpc-timer-private.h"
#include "layer-fixture.h"

#define SECOND G_TIME_SPAN_SECOND
#define MSEC   G_TIME_SPAN_MILLISECOND

/* An endpoint that keeps the times at which calls came. */
#define TIMES_TYPE_ENDPOINT (times_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (TimesEndpoint, times_endpoint, TIMES, ENDPOINT, GObject)

struct _TimesEndpoint
{
  GObject parent_instance;

  GMutex     lock;
  GArray    *times;      /* (owned) [lock] (element-type gint64): since start */
  gint64     start;      /* since construction */
  guint      n_rejected; /* [lock]: how many of the next calls fail */
  gboolean   keeps;      /* since before the first call: calls are not answered */
  GPtrArray *kept;       /* (owned) [lock]: of owned NorpcCall */
};

static void
times_endpoint_send (NorpcEndpoint *endpoint,
                     NorpcCall     *call)
{
  TimesEndpoint *self = TIMES_ENDPOINT (endpoint);
  gint64 time = norpc_get_monotonic_time () - self->start;
  gboolean rejected;

  g_mutex_lock (&self->lock);
  g_array_append_val (self->times, time);
  rejected = self->n_rejected > 0;
  if (rejected)
    self->n_rejected--;
  if (self->keeps)
    g_ptr_array_add (self->kept, norpc_call_ref (call));
  g_mutex_unlock (&self->lock);

  if (rejected)
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_BUSY, "busy");
  else if (!self->keeps)
    norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
}

static void
times_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = times_endpoint_send;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TimesEndpoint, times_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, times_endpoint_iface_init))

static void
times_endpoint_finalize (GObject *object)
{
  TimesEndpoint *self = TIMES_ENDPOINT (object);

  g_array_unref (self->times);
  g_ptr_array_unref (self->kept);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (times_endpoint_parent_class)->finalize (object);
}

static void
times_endpoint_class_init (TimesEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = times_endpoint_finalize;
}

static void
times_endpoint_init (TimesEndpoint *self)
{
  g_mutex_init (&self->lock);
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  self->start = norpc_get_monotonic_time ();
}

static TimesEndpoint *
times_endpoint_new (void)
{
  return g_object_new (TIMES_TYPE_ENDPOINT, NULL);
}

static guint
count_times (TimesEndpoint *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->times->len;
  g_mutex_unlock (&self->lock);

  return n;
}

static void
assert_times (TimesEndpoint *self,
              const gint64  *times,
              guint          n)
{
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->times->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (self->times, gint64, i), ==, times[i]);
  g_mutex_unlock (&self->lock);
}

/* The test thread itself lets the time pass, and so nothing else does. */
static void
test_stands (void)
{
  gint64 before = norpc_get_monotonic_time (), stopped;
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  gint64 real = g_get_monotonic_time ();

  stopped = norpc_get_monotonic_time ();
  g_assert_cmpint (stopped, >=, before);
  while (g_get_monotonic_time () == real)
    ;
  g_assert_cmpint (norpc_get_monotonic_time (), ==, stopped);

  norpc_manual_clock_advance (clock, 1500);
  g_assert_cmpint (norpc_get_monotonic_time (), ==, stopped + 1500 * MSEC);
  norpc_manual_clock_advance (clock, 0);
  g_assert_cmpint (norpc_get_monotonic_time (), ==, stopped + 1500 * MSEC);
}

/* The time goes on where the last of the clocks has left it. */
static void
test_goes_on (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  NorpcManualClock *other = norpc_manual_clock_new ();
  gint64 time, real;

  norpc_manual_clock_advance (other, 3600 * 1000);
  time = norpc_get_monotonic_time ();
  g_object_unref (other);
  g_assert_cmpint (norpc_get_monotonic_time (), ==, time);
  norpc_manual_clock_advance (clock, 1);
  g_assert_cmpint (norpc_get_monotonic_time (), ==, time + MSEC);

  real = g_get_monotonic_time ();
  g_clear_object (&clock);
  g_assert_cmpint (norpc_get_monotonic_time (), >=, time + MSEC);
  while (norpc_get_monotonic_time () == time + MSEC)
    ;
  g_assert_cmpint (norpc_get_monotonic_time (), <=,
                   time + MSEC + (g_get_monotonic_time () - real));
}

typedef struct
{
  NorpcEndpoint *endpoint;
  GString       *log;   /* (owned): the names and times of the calls that have timed out */
  gint64         start;
  guint          n_more; /* calls to be sent by the callback */
} Timeouts;

static void send_with_timeout (Timeouts *self,
                               guint     timeout);

static void
timed_out_cb (NorpcReply *reply,
              gpointer    user_data)
{
  Timeouts *self = user_data;
  g_autoptr (NorpcReply) owned_reply = reply;

  g_assert_error (norpc_reply_get_error (reply), NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_string_append_printf (self->log, " %" G_GINT64_FORMAT, (norpc_get_monotonic_time () - self->start) / MSEC);
  if (self->n_more > 0)
    {
      self->n_more--;
      send_with_timeout (self, 100);
    }
}

static void
send_with_timeout (Timeouts *self,
                   guint     timeout)
{
  norpc_timeout_push (timeout);
  norpc_endpoint_call (self->endpoint, new_call ("Hold"), NULL, timed_out_cb, self);
  norpc_timeout_pop ();
}

/* In the order of time, each at its own, in the client's context. */
static void
test_deadlines (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Timeouts timeouts = { NORPC_ENDPOINT (endpoint), log, endpoint->start, 0 };

  endpoint->keeps = TRUE;
  send_with_timeout (&timeouts, 3000);
  send_with_timeout (&timeouts, 1000);
  send_with_timeout (&timeouts, 2000);

  norpc_manual_clock_run (clock, 999);
  g_assert_cmpstr (log->str, ==, "");
  norpc_manual_clock_run (clock, 1);
  g_assert_cmpstr (log->str, ==, " 1000");
  norpc_manual_clock_run (clock, 10000);
  g_assert_cmpstr (log->str, ==, " 1000 2000 3000");
}

/* Without a main context, the callbacks come later, but in order. */
static void
test_advance (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Timeouts timeouts = { NORPC_ENDPOINT (endpoint), log, endpoint->start, 0 };

  endpoint->keeps = TRUE;
  send_with_timeout (&timeouts, 500);
  norpc_manual_clock_advance (clock, 1000);
  g_assert_cmpstr (log->str, ==, "");
  iterate ();
  g_assert_cmpstr (log->str, ==, " 1000");
}

/* A call that a callback makes times out at its own time, too. */
static void
test_chain (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Timeouts timeouts = { NORPC_ENDPOINT (endpoint), log, endpoint->start, 3 };

  endpoint->keeps = TRUE;
  send_with_timeout (&timeouts, 1000);
  norpc_manual_clock_run (clock, 1250);
  g_assert_cmpstr (log->str, ==, " 1000 1100 1200");
  norpc_manual_clock_run (clock, 1000);
  g_assert_cmpstr (log->str, ==, " 1000 1100 1200 1300");
}

static void
test_next (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Timeouts timeouts = { NORPC_ENDPOINT (endpoint), log, endpoint->start, 0 };

  endpoint->keeps = TRUE;
  g_assert_false (norpc_manual_clock_advance_to_next (clock));
  send_with_timeout (&timeouts, 700);
  send_with_timeout (&timeouts, 1700);
  g_assert_true (norpc_manual_clock_advance_to_next (clock));
  iterate ();
  g_assert_cmpstr (log->str, ==, " 700");
  g_assert_true (norpc_manual_clock_advance_to_next (clock));
  iterate ();
  g_assert_cmpstr (log->str, ==, " 700 1700");
  g_assert_false (norpc_manual_clock_advance_to_next (clock));
}

static gpointer
call_sync (gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcReply) reply = NULL;

  norpc_timeout_push (2000);
  reply = norpc_endpoint_call_sync (user_data, new_call ("Hold"), NULL, &error);
  norpc_timeout_pop ();
  g_assert_null (reply);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  return NULL;
}

/* A thread that blocks is woken up. */
static void
test_sync (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  GThread *thread;
  gint64 real;

  endpoint->keeps = TRUE;
  thread = g_thread_new ("caller", call_sync, endpoint);
  while (count_times (endpoint) == 0)
    g_thread_yield ();
  norpc_manual_clock_advance (clock, 1999);
  g_assert_false (norpc_call_is_cancelled (endpoint->kept->pdata[0]));
  real = g_get_monotonic_time ();
  norpc_manual_clock_advance (clock, 1);
  g_thread_join (thread);
  /* Without the clock, it would wait for 25 seconds. */
  g_assert_cmpint (g_get_monotonic_time () - real, <, 20 * SECOND);
}

typedef struct
{
  NorpcTimer timer;
  int        n_started; /* atomic */
  int        n_fired;   /* atomic */
} Lazy;

static gpointer
take_lazy (gpointer owner)
{
  return owner;
}

static void
fire_lazy (gpointer taken)
{
  g_atomic_int_inc (&((Lazy *) taken)->n_started);
  g_usleep (10 * 1000);
  g_atomic_int_inc (&((Lazy *) taken)->n_fired);
}

/* The clock waits for the timers' thread. */
static void
test_fires (void)
{
  static const NorpcTimerFuncs funcs = { take_lazy, fire_lazy };
  g_autoptr (NorpcManualClock) clock = NULL;
  Lazy lazy = { .n_fired = 0 };

  norpc_timer_init (&lazy.timer, &funcs, &lazy);
  norpc_timer_start (&lazy.timer, norpc_get_monotonic_time ());
  while (g_atomic_int_get (&lazy.n_started) == 0)
    g_thread_yield ();

  clock = norpc_manual_clock_new ();
  norpc_timer_start (&lazy.timer, norpc_get_monotonic_time () + SECOND);
  norpc_manual_clock_advance (clock, 999);
  g_assert_cmpint (g_atomic_int_get (&lazy.n_fired), ==, 1);
  norpc_manual_clock_advance (clock, 1);
  g_assert_cmpint (g_atomic_int_get (&lazy.n_fired), ==, 2);
}

/* A deadline that was set by hand is kept when the time runs again. */
static void
test_released (void)
{
  NorpcManualClock *clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Timeouts timeouts = { NORPC_ENDPOINT (endpoint), log, endpoint->start, 0 };

  endpoint->keeps = TRUE;
  norpc_manual_clock_advance (clock, 3600 * 1000);
  send_with_timeout (&timeouts, 5);
  g_object_unref (clock);
  send_with_timeout (&timeouts, 10);
  while (strlen (log->str) < strlen (" 3600005 3600010"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_str_has_prefix (log->str, " 36000"));
}

static void
count_cb (NorpcReply *reply,
          gpointer    n)
{
  g_assert_no_error (norpc_reply_get_error (reply));
  norpc_reply_unref (reply);
  (*(guint *) n)++;
}

/* Calls that wait pass at their exact times. */
static void
test_rate (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_rate_limit_new (2, 1000), endpoint, NULL);
  const gint64 times[] = { 0, 500 * MSEC, SECOND, SECOND + 500 * MSEC, 5 * SECOND };
  guint n = 0;

  for (guint i = 0; i < 4; i++)
    norpc_endpoint_call (stack, new_call ("Noop"), NULL, count_cb, &n);
  norpc_manual_clock_run (clock, 499);
  g_assert_cmpuint (n, ==, 1);
  norpc_manual_clock_run (clock, 1);
  g_assert_cmpuint (n, ==, 2);
  norpc_manual_clock_run (clock, 4500);
  g_assert_cmpuint (n, ==, 4);
  norpc_endpoint_call (stack, new_call ("Noop"), NULL, count_cb, &n);
  norpc_manual_clock_run (clock, 0);
  g_assert_cmpuint (n, ==, 5);
  assert_times (endpoint, times, G_N_ELEMENTS (times));
}

/* So are the attempts of a retry, whose pauses grow. */
static void
test_retry (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 4, "delay", 100, NULL);
  g_autoptr (NorpcEndpoint) stack = NULL;
  const gint64 times[] = { 0, 100 * MSEC, 300 * MSEC, 700 * MSEC };
  guint n = 0;

  stack = norpc_stack_new (retry, endpoint, NULL);
  endpoint->n_rejected = 3;
  norpc_endpoint_call (stack, new_call ("Noop"), NULL, count_cb, &n);
  norpc_manual_clock_run (clock, 699);
  g_assert_cmpuint (n, ==, 0);
  norpc_manual_clock_run (clock, 1);
  g_assert_cmpuint (n, ==, 1);
  assert_times (endpoint, times, G_N_ELEMENTS (times));
}

typedef struct
{
  GMutex   lock;
  GCond    changed;
  gboolean waits;    /* [lock]: the retry function is running */
  gboolean may_end;  /* [lock] */
  gboolean advanced; /* [lock]: the clock has advanced */
} Slow;

/* Runs in a thread of the pool. */
static gboolean
retry_slowly (NorpcCall    *call,
              const GError *error,
              guint         n_attempts,
              gpointer      user_data)
{
  Slow *slow = user_data;

  g_mutex_lock (&slow->lock);
  slow->waits = TRUE;
  g_cond_broadcast (&slow->changed);
  while (!slow->may_end)
    g_cond_wait (&slow->changed, &slow->lock);
  g_assert_false (slow->advanced);
  g_mutex_unlock (&slow->lock);

  return TRUE;
}

static gpointer
end_slow (gpointer user_data)
{
  Slow *slow = user_data;

  /* There is no way to see that another thread is about to wait. */
  g_usleep (20 * 1000);
  g_mutex_lock (&slow->lock);
  g_assert_false (slow->advanced);
  slow->may_end = TRUE;
  g_cond_broadcast (&slow->changed);
  g_mutex_unlock (&slow->lock);

  return NULL;
}

/* The clock waits for functions that run in threads of the pool. */
static void
test_job (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (TimesEndpoint) endpoint = times_endpoint_new ();
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 2, "delay", 100, NULL);
  g_autoptr (NorpcEndpoint) stack = NULL;
  const gint64 times[] = { 0, 100 * MSEC };
  Slow slow = { .waits = FALSE };
  guint n = 0;
  GThread *thread;

  norpc_retry_set_func (NORPC_RETRY (retry), retry_slowly, &slow, NULL);
  stack = norpc_stack_new (retry, endpoint, NULL);
  endpoint->n_rejected = 1;
  norpc_endpoint_call (stack, new_call ("Noop"), NULL, count_cb, &n);
  g_mutex_lock (&slow.lock);
  while (!slow.waits)
    g_cond_wait (&slow.changed, &slow.lock);
  g_mutex_unlock (&slow.lock);

  thread = g_thread_new ("opener", end_slow, &slow);
  norpc_manual_clock_advance (clock, 100);
  g_mutex_lock (&slow.lock);
  slow.advanced = TRUE;
  g_mutex_unlock (&slow.lock);
  g_thread_join (thread);
  iterate ();
  g_assert_cmpuint (n, ==, 1);
  assert_times (endpoint, times, G_N_ELEMENTS (times));
}

/* The limit of a layer reaches a service that is busy. */
static void
test_time_limit (Layered       *fixture,
                 gconstpointer  side)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Outcome held = { 0 };
  NorpcCall *call;

  layered_start (fixture, (Side) GPOINTER_TO_UINT (side), norpc_time_limit_new (60 * 1000), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  norpc_manual_clock_run (clock, 60 * 1000 - 1);
  g_assert_cmpuint (held.n, ==, 0);
  g_assert_false (norpc_call_is_cancelled (call));
  norpc_manual_clock_run (clock, 1);
  g_assert_true (norpc_call_is_cancelled (call));
  outcome_wait (&held);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&held);
  norpc_call_unref (call);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manual-clock/stands", test_stands);
  g_test_add_func ("/manual-clock/goes-on", test_goes_on);
  g_test_add_func ("/manual-clock/deadlines", test_deadlines);
  g_test_add_func ("/manual-clock/advance", test_advance);
  g_test_add_func ("/manual-clock/chain", test_chain);
  g_test_add_func ("/manual-clock/next", test_next);
  g_test_add_func ("/manual-clock/sync", test_sync);
  g_test_add_func ("/manual-clock/fires", test_fires);
  g_test_add_func ("/manual-clock/released", test_released);
  g_test_add_func ("/manual-clock/rate", test_rate);
  g_test_add_func ("/manual-clock/retry", test_retry);
  g_test_add_func ("/manual-clock/job", test_job);
  TEST_LAYER_SIDES ("/manual-clock/time-limit", test_time_limit);

  return g_test_run ();
}
