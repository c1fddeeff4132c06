/* test-cancel.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cancelling, in every state of a call. */

#include "fixture.h"

static void
test_before_sending (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_cancellable_cancel (cancellable);
  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &outcome);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);

  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* Neither has reached the service. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

static void
test_queued (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome blocked = { 0 }, outcome = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &outcome);

  /* The client is told although the service is blocked. */
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  g_assert_no_error (blocked.error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);
}

typedef struct
{
  GThread *emitted_in;
  int      n; /* atomic */
} Emissions;

static void
service_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  Emissions *emissions = user_data;

  emissions->emitted_in = g_thread_self ();
  g_atomic_int_inc (&emissions->n);
}

static Emissions emissions;

static void
watch_and_hold_cb (ProbeService *service,
                   NorpcCall    *call,
                   gpointer      data)
{
  Fixture *fixture = data;

  g_cancellable_connect (norpc_call_get_cancellable (call),
                         G_CALLBACK (service_cancelled_cb), &emissions, NULL);
  g_async_queue_push (fixture->state->held, norpc_call_ref (call));
}

/* The client is told at once, the service's cancellable is cancelled at
 * once, and its signal comes in the context of the service.
 */
static void
test_running (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;

  emissions = (Emissions) { 0 };
  fixture->state->run = watch_and_hold_cb;
  fixture->state->run_data = fixture;
  probe_probe_proxy_call_run (fixture->proxy, cancellable, NULL, NULL);
  call = probe_state_take_held (fixture->state);
  g_assert_false (g_cancellable_is_cancelled (norpc_call_get_cancellable (call)));

  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_call_is_cancelled (call));
  g_assert_true (g_cancellable_is_cancelled (norpc_call_get_cancellable (call)));

  /* Calls that the service handles after this one follow the emission there. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  while (g_atomic_int_get (&emissions.n) == 0)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpint (g_atomic_int_get (&emissions.n), ==, 1);
  g_assert_true (emissions.emitted_in == probe_state_get_thread (fixture->state, &fixture->state->thread));

  /* A late answer is no mistake, and does nothing. */
  norpc_call_return_values (call, 0, NULL);
  g_assert_false (norpc_call_is_replied (call));
}

static void
block_until_cancelled (ProbeService *service,
                       NorpcCall    *call,
                       gpointer      data)
{
  GPollFD fd;
  GCancellable *cancellable = norpc_call_get_cancellable (call);

  /* As blocking input and output does it. */
  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_async_queue_push (data, GINT_TO_POINTER (1));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
}

static void
test_running_and_blocking (Fixture       *fixture,
                           gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncQueue) began = g_async_queue_new ();
  g_autoptr (GError) error = NULL;

  fixture->state->run = block_until_cancelled;
  fixture->state->run_data = began;
  probe_probe_proxy_call_run (fixture->proxy, cancellable, NULL, NULL);
  g_async_queue_pop (began);
  g_cancellable_cancel (cancellable);

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

/* The reply is there, and has not been handed over when the client cancels. */
static void
test_replied (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &outcome);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);

  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  *(NorpcReply **) user_data = reply;
}

/* The same without a task, which would see to it itself. */
static void
test_replied_to_func (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcReply) reply = NULL;

  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)),
                       norpc_call_new (probe_probe_interface_info (), 0),
                       cancellable, reply_cb, &reply);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);

  g_cancellable_cancel (cancellable);
  while (reply == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (norpc_reply_get_error (reply), G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_after_the_reply (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);

  g_cancellable_cancel (cancellable);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (outcome.n, ==, 1);
}

/* The service has begun to answer, so its answer counts, but the client that has
 * cancelled sees no success.
 */
static void
test_while_answered (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_assert_nonnull (norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                            norpc_call_get_method (call)));
  g_cancellable_cancel (cancellable);
  g_assert_false (norpc_call_is_cancelled (call));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (outcome.n, ==, 0);

  norpc_call_end_reply (call);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);
}

static gpointer
cancel_thread (gpointer data)
{
  Fixture *fixture = ((gpointer *) data)[0];
  NorpcCall *call = probe_state_take_held (fixture->state);

  g_cancellable_cancel (((gpointer *) data)[1]);

  return call;
}

static void
test_sync (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gpointer data[] = { fixture, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_thread, data);

  g_assert_false (probe_probe_proxy_call_hold_sync (fixture->proxy, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_call_unref (g_thread_join (thread));
}

/* One cancellable for several calls: each ends by itself. */
static void
test_many (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcomes[20] = { { 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &outcomes[i]);
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_error (outcomes[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome_clear (&outcomes[i]);
    }
}

/* Both at once, as near as two threads can be brought: one of the two wins,
 * and the client hears of it once.
 */
typedef struct
{
  NorpcCall    *call;
  GCancellable *cancellable;
  int           n_ready; /* atomic */
} Race;

static gpointer
reply_racer (gpointer data)
{
  Race *race = data;

  g_atomic_int_inc (&race->n_ready);
  while (g_atomic_int_get (&race->n_ready) < 2)
    g_thread_yield ();
  norpc_call_return_values (race->call, 0, NULL);
  norpc_call_unref (race->call);

  return NULL;
}

static gpointer
cancel_racer (gpointer data)
{
  Race *race = data;

  g_atomic_int_inc (&race->n_ready);
  while (g_atomic_int_get (&race->n_ready) < 2)
    g_thread_yield ();
  g_cancellable_cancel (race->cancellable);

  return NULL;
}

static void
test_race_with_reply (Fixture       *fixture,
                      gconstpointer  unused)
{
  guint rounds = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 20 : 300;

  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Race race = { NULL, cancellable, 0 };
      Outcome outcome = { 0 };
      GThread *replier, *canceller;

      probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &outcome);
      race.call = probe_state_take_held (fixture->state);
      replier = g_thread_new ("reply", reply_racer, &race);
      canceller = g_thread_new ("cancel", cancel_racer, &race);
      outcome_wait (&outcome);
      g_thread_join (replier);
      g_thread_join (canceller);
      g_assert_true (outcome.ok || g_error_matches (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      outcome_clear (&outcome);
    }
}

/* Also by its proxy, which then has nothing in flight: the next call is another. */
static void
test_all_after_the_reply (Fixture       *fixture,
                          gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 };
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &first);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &second);

  outcome_wait (&first);
  outcome_wait (&second);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_no_error (second.error);
  outcome_clear (&first);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/cancel/before-sending", test_before_sending);
  TEST ("/cancel/queued", test_queued);
  TEST ("/cancel/running", test_running);
  TEST ("/cancel/running-and-blocking", test_running_and_blocking);
  TEST ("/cancel/replied", test_replied);
  TEST ("/cancel/replied-to-func", test_replied_to_func);
  TEST ("/cancel/after-the-reply", test_after_the_reply);
  TEST ("/cancel/all-after-the-reply", test_all_after_the_reply);
  TEST ("/cancel/while-answered", test_while_answered);
  TEST ("/cancel/sync", test_sync);
  TEST ("/cancel/many", test_many);
  TEST ("/cancel/race-with-reply", test_race_with_reply);

  return g_test_run ();
}
