/* test-interleavings-contexts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Main contexts of clients that sleep, or are released, while another thread calls or answers. The
 * linker puts the functions named __wrap_… in the place of the library's, for calls from one of
 * its files to another.
 */

#include "fixture.h"

void __real_g_main_context_wakeup (GMainContext *context);
void __wrap_g_main_context_wakeup (GMainContext *context);

/* An item for each time that the main context was going to sleep for long. */
static GAsyncQueue *sleeps = NULL;

static int
telling_poll (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  if (timeout > 1000)
    g_async_queue_push (sleeps, GINT_TO_POINTER (TRUE));

  return g_poll (fds, n_fds, timeout);
}

typedef struct
{
  Fixture *fixture;
  Outcome  outcome;
} LateCall;

/* Makes a call when the main context, which this thread uses, too, is asleep. */
static gpointer
call_from_outside (gpointer data)
{
  LateCall *call = data;

  g_async_queue_pop (sleeps);
  probe_probe_proxy_call_hold_briefly (call->fixture->proxy, NULL, hold_briefly_cb, &call->outcome);

  return NULL;
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("The context slept over the deadline");

  return G_SOURCE_REMOVE;
}

/* A context that sleeps wakes for a deadline that another thread has set. */
static void
test_deadline_from_outside (Fixture       *fixture,
                            gconstpointer  unused)
{
  LateCall call = { .fixture = fixture };
  GThread *thread;
  Outcome first = { 0 };
  guint guard;

  /* So that the context has what takes the replies. */
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &first);
  outcome_wait (&first);

  sleeps = g_async_queue_new ();
  guard = g_timeout_add_seconds (10, too_late_cb, NULL);
  g_main_context_set_poll_func (NULL, telling_poll);
  thread = g_thread_new ("outside", call_from_outside, &call);

  while (call.outcome.n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (call.outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  g_thread_join (thread);
  g_main_context_set_poll_func (NULL, NULL);
  g_source_remove (guard);
  g_clear_pointer (&sleeps, g_async_queue_unref);
  /* The service may have come too late to hold the call. */
  outcome_clear (&call.outcome);
}

static void
finalized_cb (gpointer  data,
              GObject  *object)
{
  GThread **thread = data;

  g_atomic_pointer_set (thread, g_thread_self ());
}

static void
watch_cancellable (ProbeService *service,
                   NorpcCall    *call,
                   gpointer      data)
{
  g_object_weak_ref (G_OBJECT (norpc_call_get_cancellable (call)), finalized_cb, data);
  norpc_call_return_values (call, 0, NULL);
}

/* Handlers that the service has connected to its cancellable are released in the service's
 * context, even if the client has not got the answer yet.
 */
static void
test_cancellable_released (Fixture       *fixture,
                           gconstpointer  unused)
{
  GThread *thread = NULL; /* atomic */
  Outcome outcome = { 0 };

  fixture->state->run = watch_cancellable;
  fixture->state->run_data = &thread;
  probe_probe_proxy_call_run (fixture->proxy, NULL, run_cb, &outcome);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  g_assert_cmpuint (outcome.n, ==, 0);
  g_assert_true (g_atomic_pointer_get (&thread) ==
                 probe_state_get_thread (fixture->state, &fixture->state->thread));
  outcome_wait (&outcome);
}

/* The context that is woken up slowly, as if the thread that does so were interrupted. */
static GMainContext *woken_slowly = NULL; /* atomic */

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  if (g_atomic_pointer_compare_and_exchange (&woken_slowly, context, NULL))
    {
      __real_g_main_context_wakeup (context);
      /* Gives the thread that it has woken up the time to release the context, if it can. */
      g_usleep (200 * 1000);
    }

  __real_g_main_context_wakeup (context);
}

static gpointer
answer_from_outside (gpointer call)
{
  g_async_queue_pop (sleeps);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);

  return NULL;
}

/* A context is released with its last call, while the thread that answers the call still wakes it up. */
static void
test_context_released (Fixture       *fixture,
                       gconstpointer  unused)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr (GSource) guard = g_timeout_source_new_seconds (10);
  Outcome outcome = { 0 };
  GThread *thread;

  sleeps = g_async_queue_new ();
  g_source_set_callback (guard, too_late_cb, NULL, NULL);
  g_source_attach (guard, context);
  g_main_context_push_thread_default (context);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  thread = g_thread_new ("outside", answer_from_outside, probe_state_take_held (fixture->state));
  g_atomic_pointer_set (&woken_slowly, context);
  g_main_context_set_poll_func (context, telling_poll);
  while (outcome.n == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_true (outcome.ok);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_thread_join (thread);
  g_assert_null (g_atomic_pointer_get (&woken_slowly));
  g_clear_pointer (&sleeps, g_async_queue_unref);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/interleavings-contexts/deadline-from-outside", test_deadline_from_outside);
  TEST ("/interleavings-contexts/cancellable-released", test_cancellable_released);
  TEST ("/interleavings-contexts/context-released", test_context_released);

  return g_test_run ();
}
