/* test-interleavings-supervisor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A thread is stopped where a supervisor is about to do something, and another event comes first. */

#include "core/norpc-background-private.h"
#include "core/norpc-error.h"
#include "server/norpc-worker-private.h"
#include "supervision/norpc-replaceable-private.h"
#include "supervisor-fixture.h"

/* Runs once, in the thread that is about to call the function that it replaces. */
static void     (*before_send) (Supervised *self);
static void     (*before_attach) (Supervised *self);
static void     (*before_flush) (Supervised *self);
static Supervised *tested;
static GAsyncQueue *third_noted; /* gets an entry when the third call has ended */
static int       no_threads; /* atomic: no thread can be started */
static int       keeps_jobs; /* atomic: the next job of the pool is kept */
static NorpcBackgroundFunc kept_func;
static gpointer  kept_data;

static void
run_hook (void (**hook) (Supervised *self))
{
  void (*func) (Supervised *self) = g_atomic_pointer_exchange (hook, NULL);

  if (func != NULL)
    func (tested);
}

void     __real_norpc_background_push (NorpcBackgroundFunc func,
                                       gpointer            data);
void     __wrap_norpc_background_push (NorpcBackgroundFunc func,
                                       gpointer            data);
void     __real_norpc_endpoint_send (NorpcEndpoint  *self,
                                     NorpcCall      *call);
void     __wrap_norpc_endpoint_send (NorpcEndpoint  *self,
                                     NorpcCall      *call);
gboolean __real_norpc_worker_attach (NorpcWorker    *self,
                                     GMainContext   *context,
                                     NorpcThread    *thread,
                                     GError        **error);
gboolean __wrap_norpc_worker_attach (NorpcWorker    *self,
                                     GMainContext   *context,
                                     NorpcThread    *thread,
                                     GError        **error);
void     __real_norpc_replaceable_flush (NorpcReplaceable *self);
void     __wrap_norpc_replaceable_flush (NorpcReplaceable *self);
GThread *__real_g_thread_try_new    (const char     *name,
                                     GThreadFunc     func,
                                     gpointer        data,
                                     GError        **error);
GThread *__wrap_g_thread_try_new    (const char     *name,
                                     GThreadFunc     func,
                                     gpointer        data,
                                     GError        **error);

void
__wrap_norpc_background_push (NorpcBackgroundFunc func,
                              gpointer            data)
{
  if (!g_atomic_int_get (&keeps_jobs))
    {
      __real_norpc_background_push (func, data);
      return;
    }

  kept_func = func;
  kept_data = data;
}

void
__wrap_norpc_endpoint_send (NorpcEndpoint *self,
                            NorpcCall     *call)
{
  run_hook (&before_send);
  __real_norpc_endpoint_send (self, call);
}

gboolean
__wrap_norpc_worker_attach (NorpcWorker   *self,
                            GMainContext  *context,
                            NorpcThread   *thread,
                            GError       **error)
{
  run_hook (&before_attach);

  return __real_norpc_worker_attach (self, context, thread, error);
}

void
__wrap_norpc_replaceable_flush (NorpcReplaceable *self)
{
  run_hook (&before_flush);
  __real_norpc_replaceable_flush (self);
}

GThread *
__wrap_g_thread_try_new (const char   *name,
                         GThreadFunc   func,
                         gpointer      data,
                         GError      **error)
{
  if (g_strcmp0 (name, "norpc service") != 0 || !g_atomic_int_get (&no_threads))
    return __real_g_thread_try_new (name, func, data, error);

  g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "no thread");

  return NULL;
}

static void
set_up (Supervised    *self,
        gconstpointer  unused)
{
  supervised_set_up (self, NULL);
  tested = self;
}

/* Runs in the service's thread. */
static void
third_noted_cb (GObject      *proxy,
                GAsyncResult *result,
                gpointer      noted)
{
  g_assert_true (probe_probe_proxy_call_note_finish (PROBE_PROBE_PROXY (proxy), result, NULL));
  g_async_queue_push (noted, proxy);
}

/* Runs in the service's thread, which is about to pass on the first call that has waited. */
static void
send_third (Supervised *self)
{
  probe_probe_proxy_call_note (self->proxy, 3, NULL, third_noted_cb, third_noted);
}

/* No call overtakes those that have waited for the start. */
static void
test_order (Supervised    *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GAsyncQueue) noted = g_async_queue_new ();
  ProbeState *state;

  third_noted = noted;
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_note (self->proxy, 1, NULL, NULL, NULL);
  probe_probe_proxy_call_note (self->proxy, 2, NULL, NULL, NULL);
  g_atomic_pointer_set (&before_send, send_third);
  supervised_open (self);
  supervised_wait (self, NORPC_SUPERVISOR_RUNNING);
  supervised_call (self, 0, NULL);
  g_assert_nonnull (g_async_queue_timeout_pop (noted, 30 * G_USEC_PER_SEC));
  state = supervised_get_state (self, 0);
  g_assert_cmpuint (state->numbers->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (g_array_index (state->numbers, guint, i), ==, i + 1);
}

static void
note_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Outcome *outcome = data;

  outcome->ok = probe_probe_proxy_call_note_finish (PROBE_PROBE_PROXY (proxy), result, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}

/* Runs in the service's thread, which is about to pass on the first call that has waited. */
static void
restart (Supervised *self)
{
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
}

/* A service is replaced while it gets the calls that have waited: the first call, which is on its way, fails; the other
 * one waits for the next service.
 */
static void
test_replaced_while_flushing (Supervised    *self,
                              gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome first = { 0 }, second = { 0 };

  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_note (self->proxy, 1, NULL, note_cb, &first);
  probe_probe_proxy_call_note (self->proxy, 2, NULL, note_cb, &second);
  g_atomic_pointer_set (&before_send, restart);
  supervised_open (self);
  outcome_wait (&first);
  outcome_wait (&second);
  g_assert_error (first.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_no_error (second.error);
  g_assert_cmpuint (supervised_get_state (self, 1)->numbers->len, ==, 1);
  outcome_clear (&first);
}

/* Runs in the service's thread, which has made a service. */
static void
stop (Supervised *self)
{
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_ABANDON, NULL, NULL, NULL);
}

/* The supervisor stops, or replaces the service, before that is in its context. */
static void
test_before_attach (Supervised    *self,
                    gconstpointer  stops)
{
  Outcome outcome = { 0 };

  g_atomic_pointer_set (&before_attach, stops != NULL ? stop : restart);
  norpc_supervisor_start (self->supervisor);
  if (stops == NULL)
    {
      supervised_call (self, 0, NULL);
      probe_state_wait_finalized (supervised_get_state (self, 0));
      g_assert_null (supervised_get_state (self, 0)->started_in);
      g_assert_nonnull (supervised_get_state (self, 1)->started_in);
      return;
    }

  probe_probe_proxy_call_note (self->proxy, 1, NULL, note_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_STOPPED);
  probe_state_wait_finalized (supervised_get_state (self, 0));
  g_assert_null (supervised_get_state (self, 0)->started_in);
  outcome_clear (&outcome);
}

/* A thread that cannot be started is an end as any other. */
static void
test_no_thread (Supervised    *self,
                gconstpointer  unused G_GNUC_UNUSED)
{
  g_atomic_int_set (&no_threads, TRUE);
  norpc_supervisor_start (self->supervisor);
  supervised_call (self, NORPC_ERROR_CLOSED, "*its service has ended: No thread could be started for it");
  g_atomic_int_set (&no_threads, FALSE);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
}

/* The timer has fired, but the thread of the pool finds that the supervisor was restarted meanwhile, and waits again. */
static void
test_timer_is_late (Supervised    *self,
                    gconstpointer  unused G_GNUC_UNUSED)
{
  self->n_failures = 2;
  norpc_supervisor_start (self->supervisor);
  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
  g_atomic_int_set (&keeps_jobs, TRUE);
  norpc_manual_clock_advance (self->clock, 100);
  g_atomic_int_set (&keeps_jobs, FALSE);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  supervised_wait (self, NORPC_SUPERVISOR_WAITING);

  kept_func (kept_data);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_WAITING);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 2);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 3);
}

/* Runs in the thread that is about to reject the calls that have waited for a service. */
static void
restart_at_once (Supervised *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
}

/* A call that waits for a service fails with it, also if the next service is begun before the call is rejected. */
static void
test_next_before_rejection (Supervised    *self,
                            gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 };

  self->n_failures = 1;
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  g_atomic_pointer_set (&before_flush, restart_at_once);
  supervised_open (self);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (g_str_has_suffix (outcome.error->message, "its service has ended: no device 0"));
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_STARTING);
  supervised_open (self);
  supervised_call (self, 0, NULL);
  outcome_clear (&outcome);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/interleavings-supervisor/order", Supervised, NULL, set_up, test_order, supervised_tear_down);
  g_test_add ("/interleavings-supervisor/replaced-while-flushing", Supervised, NULL, set_up,
              test_replaced_while_flushing, supervised_tear_down);
  g_test_add ("/interleavings-supervisor/stopped-before-attach", Supervised, GINT_TO_POINTER (TRUE), set_up,
              test_before_attach, supervised_tear_down);
  g_test_add ("/interleavings-supervisor/replaced-before-attach", Supervised, NULL, set_up, test_before_attach,
              supervised_tear_down);
  g_test_add ("/interleavings-supervisor/no-thread", Supervised, NULL, set_up, test_no_thread, supervised_tear_down);
  g_test_add ("/interleavings-supervisor/timer-is-late", Supervised, NULL, set_up, test_timer_is_late,
              supervised_tear_down);
  g_test_add ("/interleavings-supervisor/next-before-rejection", Supervised, NULL, set_up, test_next_before_rejection,
              supervised_tear_down);

  return g_test_run ();
}
