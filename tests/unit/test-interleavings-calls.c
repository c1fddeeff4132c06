/* test-interleavings-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Actions of other threads on a call between two steps of its life. The linker puts the
 * functions named __wrap_… in the place of the library's, for calls from one of its
 * files to another.
 */

#include "call/norpc-call-private.h"
#include "channel/norpc-channel-private.h"
#include "core/norpc-spin-private.h"
#include "fixture.h"
#include "stats/norpc-histogram-private.h"
#include "stats/norpc-stats-recorder-private.h"

gboolean __real_norpc_spin_begin   (NorpcSpin      *self,
                                    gint64         *until);
gboolean __wrap_norpc_spin_begin   (NorpcSpin      *self,
                                    gint64         *until);
void __real_g_main_context_wakeup  (GMainContext   *context);
void __wrap_g_main_context_wakeup  (GMainContext   *context);
void __real_norpc_call_run_completion_hooks (NorpcCall      *call);
void __wrap_norpc_call_run_completion_hooks (NorpcCall      *call);
guint __real_norpc_interface_info_get_n_methods (const NorpcInterfaceInfo *info);
guint __wrap_norpc_interface_info_get_n_methods (const NorpcInterfaceInfo *info);
void __real_norpc_histogram_add    (NorpcHistogram *self,
                                    NorpcHistogram *other);
void __wrap_norpc_histogram_add    (NorpcHistogram *self,
                                    NorpcHistogram *other);

/* The thread whose wake-ups last until a call has completed, or for a while. */
static GThread *slow_thread = NULL; /* (unowned), atomic */
static int n_back = 0;              /* atomic */

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  __real_g_main_context_wakeup (context);

  if (g_atomic_pointer_get (&slow_thread) == g_thread_self ())
    for (guint i = 0; i < 200 && g_atomic_int_get (&n_back) == 0; i++)
      g_usleep (1000);
}

/* The main context is going to sleep for long. */
static GAsyncQueue *sleeps = NULL;

static int
telling_poll (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  if (timeout < 0 || timeout > 1000)
    g_async_queue_push (sleeps, GINT_TO_POINTER (TRUE));

  return g_poll (fds, n_fds, timeout);
}

static void
cancelled_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_atomic_int_inc (&n_back);
}

typedef struct
{
  Fixture   *fixture;
  NorpcCall *parent; /* (owned): cancelled */
} EndedBefore;

/* Has the main context for its own, as any thread that has no other. */
static gpointer
call_for_a_cancelled_one (gpointer data)
{
  EndedBefore *self = data;

  g_async_queue_pop (sleeps);
  g_atomic_pointer_set (&slow_thread, g_thread_self ());

  norpc_call_enter (self->parent);
  norpc_timeout_push (20);
  probe_probe_proxy_call_noop (self->fixture->proxy, NULL, cancelled_cb, NULL);
  norpc_timeout_pop ();
  norpc_call_leave (self->parent);

  g_atomic_pointer_set (&slow_thread, NULL);
  norpc_call_unref (self->parent);

  return NULL;
}

static gboolean
set_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* A call that ends while another thread still prepares it completes when that has
 * finished: then its timer, too, is known.
 */
static void
test_ended_while_prepared (Fixture       *fixture,
                           gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  EndedBefore self = { .fixture = fixture };
  Outcome parent = { 0 }, other = { 0 };
  gboolean late = FALSE;
  GThread *thread;

  probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &parent);
  self.parent = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  outcome_wait (&parent);
  outcome_clear (&parent);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &other);

  g_atomic_int_set (&n_back, 0);
  sleeps = g_async_queue_new ();
  g_main_context_set_poll_func (NULL, telling_poll);
  thread = g_thread_new ("outside", call_for_a_cancelled_one, &self);
  while (g_atomic_int_get (&n_back) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_set_poll_func (NULL, NULL);
  g_thread_join (thread);
  g_clear_pointer (&sleeps, g_async_queue_unref);

  /* By then the time of the call is up, if anybody still looks at it. */
  g_timeout_add (50, set_cb, &late);
  while (!late)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (n_back, ==, 1);

  norpc_call_unref (probe_state_take_held (fixture->state));
  outcome_wait (&other);
  outcome_clear (&other);
}

static gboolean hooking = FALSE; /* atomic: the next call that ends gets a hook */
static gboolean hooked = TRUE;
static NorpcCompletionHook late_hook;

static void
never_called (NorpcCompletionHook *watch,
              NorpcCall           *call)
{
  g_assert_not_reached ();
}

void
__wrap_norpc_call_run_completion_hooks (NorpcCall *call)
{
  __real_norpc_call_run_completion_hooks (call);

  if (g_atomic_int_compare_and_exchange (&hooking, TRUE, FALSE))
    hooked = norpc_call_add_completion_hook (call, &late_hook, never_called);
}

/* Whoever adds a hook too late for it to be called is told so. */
static void
test_hooked_while_ending (Fixture       *fixture,
                          gconstpointer  unused)
{
  Outcome outcome = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_atomic_int_set (&hooking, TRUE);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  g_assert_false (hooking);
  g_assert_false (hooked);

  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static ProbeProbeProxy *calls_meanwhile = NULL; /* (unowned) (nullable) */

void
__wrap_norpc_histogram_add (NorpcHistogram *self,
                            NorpcHistogram *other)
{
  ProbeProbeProxy *proxy = g_steal_pointer (&calls_meanwhile);

  if (proxy != NULL)
    g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));

  __real_norpc_histogram_add (self, other);
}

/* Of a call that comes and goes while statistics are read, they know the beginning, or
 * nothing, but not the end alone.
 */
static void
test_called_while_counted (Fixture       *fixture,
                           gconstpointer  unused)
{
  g_autoptr (NorpcStats) stats = NULL;
  NorpcMethodStats *method;
  guint64 n_ended;

  norpc_server_set_collect_stats (fixture->server, TRUE);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  calls_meanwhile = fixture->proxy;
  stats = norpc_server_get_stats (fixture->server);
  g_assert_null (calls_meanwhile);

  method = norpc_stats_get_method (stats, "Noop");
  n_ended = norpc_method_stats_get_n_ended (method, NORPC_OUTCOME_ANSWERED);
  g_assert_cmpuint (n_ended, >=, 1);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (method), >=, n_ended);
}

static NorpcCall *answered_late = NULL; /* (owned) (nullable): by the thread that waits */
static GThread *falling_asleep = NULL;  /* (unowned), atomic: that thread */

gboolean
__wrap_norpc_spin_begin (NorpcSpin *self,
                         gint64    *until)
{
  NorpcCall *call;

  if (g_atomic_pointer_get (&falling_asleep) != g_thread_self ())
    return __real_norpc_spin_begin (self, until);

  call = g_steal_pointer (&answered_late);
  if (call != NULL)
    {
      norpc_call_return_values (call, 0, NULL);
      norpc_call_unref (call);
    }

  return FALSE;
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("The context did not see the reply");

  return G_SOURCE_REMOVE;
}

/* A reply that comes after the context has seen that there is none, and before it says
 * that it has to be woken.
 */
static void
test_answered_while_falling_asleep (Fixture       *fixture,
                                    gconstpointer  unused)
{
  Outcome outcome = { 0 };
  guint guard;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  answered_late = probe_state_take_held (fixture->state);
  /* The server does not hold it any more. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  guard = g_timeout_add_seconds (10, too_late_cb, NULL);
  g_atomic_pointer_set (&falling_asleep, g_thread_self ());
  outcome_wait (&outcome);
  g_atomic_pointer_set (&falling_asleep, NULL);
  g_source_remove (guard);

  g_assert_null (answered_late);
  g_assert_no_error (outcome.error);
}

/* A call made for one that timed out ends for the same reason, at the same time. */
static void
test_timed_out_for_another (Fixture       *fixture,
                            gconstpointer  unused)
{
  Outcome outer = { 0 }, inner = { 0 };
  g_autoptr (NorpcCall) inner_call = NULL;
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outer);
  call = probe_state_take_held (fixture->state);
  norpc_call_enter (call);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &inner);
  norpc_call_leave (call);
  inner_call = probe_state_take_held (fixture->state);

  norpc_call_time_out (call);
  norpc_call_unref (call);
  outcome_wait (&inner);
  g_assert_error (inner.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpuint (outer.n, ==, 1);
  g_assert_error (outer.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  outcome_clear (&inner);
  outcome_clear (&outer);
}

/* The server finds that a call is to be answered later, and counts it as open, when it has
 * just been answered.
 */
static void
test_answered_while_it_opens (Fixture       *fixture,
                              gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  Outcome outcome = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (norpc_channel_get_n_open (channel), ==, 1);

  norpc_call_return_values (call, 0, NULL);
  g_assert_null (norpc_channel_keep_open (channel, call));
  g_assert_cmpuint (norpc_channel_get_n_open (channel), ==, 0);
  norpc_call_unref (call);

  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* A call, or one that it is an attempt at, has been counted as open in another channel, whose server
 * has passed it on. It counts in the channel of the service that works on it; the server that has
 * passed it on does not take it back.
 */
static void
test_counted_elsewhere (Fixture       *fixture,
                        gconstpointer  unused)
{
  NorpcChannel *first = norpc_server_get_channel (fixture->server);
  g_autoptr (NorpcChannel) second = norpc_channel_new (1, NORPC_WHEN_FULL_BUSY);
  Outcome outcome = { 0 };
  NorpcCallQueue *other;
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (norpc_channel_get_n_open (first), ==, 1);

  call->released_at = first->call_queue.funcs->ref (&first->call_queue);
  other = norpc_channel_keep_open (second, call);
  g_assert_true (other == &first->call_queue);
  other->funcs->close (other, call);
  g_assert_cmpuint (norpc_channel_get_n_open (first), ==, 0);
  g_assert_cmpuint (norpc_channel_get_n_open (second), ==, 1);

  g_assert_null (norpc_channel_keep_open (first, call));
  g_assert_null (norpc_channel_keep_open (second, call));
  g_assert_cmpuint (norpc_channel_get_n_open (first), ==, 0);
  g_assert_cmpuint (norpc_channel_get_n_open (second), ==, 1);

  norpc_call_return_values (call, 0, NULL);
  g_assert_cmpuint (norpc_channel_get_n_open (second), ==, 0);
  norpc_call_unref (call);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static NorpcStatsRecorder *recorder_begun_meanwhile = NULL; /* (unowned) (nullable) */

guint
__wrap_norpc_interface_info_get_n_methods (const NorpcInterfaceInfo *info)
{
  NorpcStatsRecorder *recorder = g_steal_pointer (&recorder_begun_meanwhile);

  if (recorder != NULL)
    norpc_method_recorder_end (norpc_stats_recorder_begin (recorder, info, 0), NORPC_OUTCOME_ANSWERED);

  return __real_norpc_interface_info_get_n_methods (info);
}

/* Two threads count the first calls of an interface. */
static void
test_counted_together (void)
{
  NorpcStatsRecorder *recorder = norpc_stats_recorder_new ();
  g_autoptr (NorpcStats) stats = NULL;
  NorpcMethodRecorder *method;

  recorder_begun_meanwhile = recorder;
  method = norpc_stats_recorder_begin (recorder, probe_probe_interface_info (), 0);
  norpc_method_recorder_end (method, NORPC_OUTCOME_ANSWERED);
  stats = norpc_stats_recorder_get_stats (recorder, 0);
  g_assert_cmpuint (norpc_stats_get_methods (stats)->len, ==, 1);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (norpc_stats_get_methods (stats)->pdata[0]), ==, 2);
  norpc_stats_recorder_free (recorder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/interleavings-calls/ended-while-prepared", test_ended_while_prepared);
  TEST ("/interleavings-calls/hooked-while-ending", test_hooked_while_ending);
  TEST ("/interleavings-calls/called-while-counted", test_called_while_counted);

  g_test_add_func ("/interleavings-calls/counted-together", test_counted_together);
  TEST ("/interleavings-calls/answered-while-falling-asleep", test_answered_while_falling_asleep);
  TEST ("/interleavings-calls/timed-out-for-another", test_timed_out_for_another);
  TEST ("/interleavings-calls/answered-while-it-opens", test_answered_while_it_opens);
  TEST ("/interleavings-calls/counted-elsewhere", test_counted_elsewhere);

  return g_test_run ();
}
