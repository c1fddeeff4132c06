/* test-signal-watch.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Waiting for emissions, one at a time. */

#include "fixture.h"

/* How a wait ended. */
typedef struct
{
  guint   n;
  guint   number; /* the argument of the emission */
  GError *error;  /* (owned) (nullable) */
} Wait;

static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  NorpcSignalWatch *watch = NORPC_SIGNAL_WATCH (object);
  Wait *wait = user_data;
  g_autoptr (NorpcEmission) emission = norpc_signal_watch_next_finish (watch, result, &wait->error);

  wait->n++;
  g_assert_true ((emission != NULL) == (wait->error == NULL));
  if (emission == NULL)
    return;

  g_assert_cmpuint (norpc_emission_get_n_args (emission), ==, 1);
  wait->number = g_value_get_uint (norpc_emission_get_arg (emission, 0));
}

static void
wait_for (Wait *wait)
{
  while (wait->n == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Waits for one emission, which must have that number. */
static void
assert_next (NorpcSignalWatch *watch,
             guint             number)
{
  Wait wait = { 0 };

  norpc_signal_watch_next_async (watch, NULL, next_cb, &wait);
  wait_for (&wait);
  g_assert_no_error (wait.error);
  g_assert_cmpuint (wait.number, ==, number);
}

/* Waits, which must fail. */
static void
assert_next_fails (NorpcSignalWatch *watch,
                   GCancellable     *cancellable,
                   GQuark            domain,
                   int               code,
                   const char       *message)
{
  Wait wait = { 0 };

  norpc_signal_watch_next_async (watch, cancellable, next_cb, &wait);
  wait_for (&wait);
  g_assert_error (wait.error, domain, code);
  if (message != NULL)
    g_assert_cmpstr (wait.error->message, ==, message);
  g_clear_error (&wait.error);
}

static void
assert_next_lost (NorpcSignalWatch *watch,
                  guint             n_lost)
{
  g_autofree char *message = g_strdup_printf ("%u emissions of the signal 'ticked' were lost", n_lost);

  assert_next_fails (watch, NULL, NORPC_ERROR, NORPC_ERROR_BUSY, message);
}

static void
emit (ProbeService *service,
      NorpcCall    *call,
      gpointer      n)
{
  for (guint i = 1; i <= GPOINTER_TO_UINT (n); i++)
    probe_probe_emit_ticked (PROBE_PROBE (service), i);
  for (guint i = 1; i <= GPOINTER_TO_UINT (n); i++)
    probe_probe_emit_flooded (PROBE_PROBE (service), i);
  norpc_call_return_values (call, 0, NULL);
}

static void
emit_in_service (Fixture *fixture,
                 guint    n)
{
  fixture->state->run = emit;
  fixture->state->run_data = GUINT_TO_POINTER (n);
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, NULL));
}

static NorpcSignalWatch *
watch_new (Fixture    *fixture,
           const char *signal_name)
{
  return norpc_signal_watch_new (NORPC_PROXY (fixture->proxy), signal_name);
}

/* No emission is missed, whether the watch waits or not. */
static void
test_next (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");
  Wait wait = { 0 };

  norpc_signal_watch_next_async (watch, NULL, next_cb, &wait);
  emit_in_service (fixture, 3);
  wait_for (&wait);
  g_assert_cmpuint (wait.number, ==, 1);
  iterate ();
  assert_next (watch, 2);
  assert_next (watch, 3);

  emit_in_service (fixture, 1);
  iterate ();
  assert_next (watch, 1);
}

/* The number of emissions that no one waits for is limited, too. */
static void
test_backlog (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");

  for (guint i = 0; i < 2; i++)
    {
      emit_in_service (fixture, 4);
      iterate ();
    }
  assert_next_lost (watch, 3);
  assert_next (watch, 4);
  for (guint i = 1; i <= 4; i++)
    assert_next (watch, i);
}

/* The proxy loses emissions between others, and before the watch waits. */
static void
test_lost (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");

  emit_in_service (fixture, 1);
  iterate ();
  emit_in_service (fixture, 7);
  assert_next (watch, 1);
  assert_next_lost (watch, 2);
  assert_next (watch, 3);
  assert_next (watch, 4);

  emit_in_service (fixture, 6);
  iterate ();
  assert_next_lost (watch, 4);
  for (guint i = 2; i <= 6; i++)
    assert_next (watch, i);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait waits[2] = { 0 };

  norpc_signal_watch_next_async (watch, cancellable, next_cb, &waits[0]);
  norpc_signal_watch_next_async (watch, NULL, next_cb, &waits[1]);
  wait_for (&waits[1]);
  g_assert_error (waits[1].error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_cmpuint (waits[0].n, ==, 0);

  g_cancellable_cancel (cancellable);
  wait_for (&waits[0]);
  g_assert_error (waits[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  assert_next_fails (watch, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  emit_in_service (fixture, 1);
  assert_next_fails (watch, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  assert_next (watch, 1);
  for (guint i = 0; i < 2; i++)
    g_clear_error (&waits[i].error);
}

typedef struct
{
  NorpcSignalWatch *watch;       /* (unowned) */
  GCancellable     *cancellable; /* (unowned) */
  Wait              wait;
} Cancellation;

static void
cancel_cb (ProbeProbe   *probe,
           guint         number,
           GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
next_in_handler_cb (ProbeProbe   *probe,
                    guint         number,
                    Cancellation *self)
{
  norpc_signal_watch_next_async (self->watch, self->cancellable, next_cb, &self->wait);
}

/* An emission that arrives at the same time as the cancellation goes to the next wait. The wait is
 * cancelled when: 0 the emission is on its way; 1 the watch has it; 2 an earlier handler runs.
 */
static void
test_cancelled_and_emitted (Fixture       *fixture,
                            gconstpointer  unused)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (NorpcSignalWatch) watch = NULL;
      Wait wait = { 0 };
      gulong handler = 0;

      if (i == 2)
        handler = g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (cancel_cb), cancellable);
      watch = watch_new (fixture, "ticked");
      if (i == 1)
        {
          emit_in_service (fixture, 1);
          iterate ();
        }
      norpc_signal_watch_next_async (watch, cancellable, next_cb, &wait);
      if (i != 1)
        emit_in_service (fixture, 1);
      if (i != 2)
        g_cancellable_cancel (cancellable);

      wait_for (&wait);
      g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&wait.error);
      g_clear_signal_handler (&handler, fixture->proxy);
      assert_next (watch, 1);
    }
}

/* A wait begins, gets an emission and is cancelled in one main-loop iteration: the callback has run
 * when it is cancelled.
 */
static void
test_cancelled_in_iteration (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "flooded");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Cancellation self = { watch, cancellable, { 0 } };

  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (next_in_handler_cb), &self);
  g_signal_connect (fixture->proxy, "flooded", G_CALLBACK (cancel_cb), cancellable);
  emit_in_service (fixture, 1);
  wait_for (&self.wait);
  g_assert_no_error (self.wait.error);
  g_assert_cmpuint (self.wait.number, ==, 1);
}

static gpointer
cancel_in_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* The same, with another thread that cancels: the first wait or the second has the emission. */
static void
test_cancelled_by_thread (Fixture       *fixture,
                          gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");

  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GThread *thread;
      Wait wait = { 0 };

      norpc_signal_watch_next_async (watch, cancellable, next_cb, &wait);
      if (i % 2 == 0)
        emit_in_service (fixture, 1);
      thread = g_thread_new ("cancel", cancel_in_thread, cancellable);
      if (i % 2 == 1)
        emit_in_service (fixture, 1);
      wait_for (&wait);
      if (wait.error != NULL)
        assert_next (watch, 1);
      g_clear_error (&wait.error);
      g_thread_join (thread);
    }
}

/* A watch ignores emissions from before it was made, even if the proxy has still to emit them for
 * another handler. It ignores those of the client, too.
 */
static void
test_earlier (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) first = watch_new (fixture, "ticked");
  g_autoptr (NorpcSignalWatch) second = NULL;

  emit_in_service (fixture, 3);
  second = watch_new (fixture, "ticked");
  emit_in_service (fixture, 4);
  probe_probe_emit_ticked (PROBE_PROBE (fixture->proxy), 7);
  assert_next (second, 1);
  assert_next (second, 2);
  assert_next_lost (first, 2);
  assert_next (first, 3);
  assert_next (first, 1);
}

static void
run_cb_after_next (GObject      *object,
                   GAsyncResult *result,
                   gpointer      wait)
{
  g_assert_true (probe_probe_proxy_call_run_finish (PROBE_PROBE_PROXY (object), result, NULL));
  g_assert_cmpuint (((Wait *) wait)->n, ==, 1);
  ((Wait *) wait)->n++;
}

/* A wait completes before the reply to a call whose handler has emitted. */
static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");
  Wait wait = { 0 };

  norpc_signal_watch_next_async (watch, NULL, next_cb, &wait);
  fixture->state->run = emit;
  fixture->state->run_data = GUINT_TO_POINTER (1);
  probe_probe_proxy_call_run (fixture->proxy, NULL, run_cb_after_next, &wait);
  while (wait.n < 2)
    g_main_context_iteration (NULL, TRUE);
}

/* A watch that waits when the server stops is told, after the last emission. */
static void
test_stopped (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");
  Wait waits[2] = { 0 };

  emit_in_service (fixture, 1);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  assert_next (watch, 1);

  for (guint i = 0; i < 2; i++)
    {
      norpc_signal_watch_next_async (watch, NULL, next_cb, &waits[i]);
      wait_for (&waits[i]);
      g_assert_error (waits[i].error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_clear_error (&waits[i].error);
    }
}

/* So is one that waits for a signal that is closed. */
static void
test_closed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "flooded");
  Wait wait = { 0 };

  emit_in_service (fixture, 6);
  for (guint i = 1; i <= 5; i++)
    assert_next (watch, i);
  norpc_signal_watch_next_async (watch, NULL, next_cb, &wait);
  wait_for (&wait);
  g_assert_error (wait.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&wait.error);

  g_clear_object (&watch);
  watch = watch_new (fixture, "flooded");
  assert_next_fails (watch, NULL, NORPC_ERROR, NORPC_ERROR_CLOSED,
                     "The signal 'flooded' is closed, because the client was too slow");
}

/* The signal is closed, and the proxy is not yet told. */
static void
test_closing (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) first = watch_new (fixture, "flooded");
  g_autoptr (NorpcSignalWatch) second = NULL;

  emit_in_service (fixture, 6);
  second = watch_new (fixture, "flooded");
  assert_next_fails (second, NULL, NORPC_ERROR, NORPC_ERROR_CLOSED, NULL);
  assert_next (first, 1);
}

/* The watch has too many emissions of a signal that is then closed. */
static void
test_backlog_closed (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "flooded");

  for (guint i = 0; i < 2; i++)
    {
      emit_in_service (fixture, 4);
      iterate ();
    }
  for (guint i = 0; i < 5; i++)
    assert_next (watch, i % 4 + 1);
  emit_in_service (fixture, 1);
  iterate ();
  assert_next_fails (watch, NULL, NORPC_ERROR, NORPC_ERROR_CLOSED,
                     "The signal 'flooded' is closed, because the client was too slow");
}

static void
test_no_proxy (void)
{
  g_autoptr (NorpcSignalWatch) watch = g_object_new (NORPC_TYPE_SIGNAL_WATCH, NULL);

  assert_next_fails (watch, NULL, NORPC_ERROR, NORPC_ERROR_CLOSED, "The watch has no proxy");
}

/* A signal has the name of its GSignal, and that of the description. */
static void
test_names (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "Ticked");

  emit_in_service (fixture, 1);
  assert_next (watch, 1);
}

static void
test_no_such_signal (Fixture       *fixture,
                     gconstpointer  unused)
{
  static const char * const names[] = { "notify", "signals-lost", "nothing" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *message = g_strdup_printf ("org.example.Probe has no signal '%s'", names[i]);

      g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, message);
      g_assert_null (watch_new (fixture, names[i]));
      g_test_assert_expected_messages ();
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signal-watch/next", test_next);
  TEST ("/signal-watch/backlog", test_backlog);
  TEST ("/signal-watch/lost", test_lost);
  TEST ("/signal-watch/cancelled", test_cancelled);
  TEST ("/signal-watch/cancelled-and-emitted", test_cancelled_and_emitted);
  TEST ("/signal-watch/cancelled-in-iteration", test_cancelled_in_iteration);
  TEST ("/signal-watch/cancelled-by-thread", test_cancelled_by_thread);
  TEST ("/signal-watch/earlier", test_earlier);
  TEST ("/signal-watch/order", test_order);
  TEST ("/signal-watch/stopped", test_stopped);
  TEST ("/signal-watch/closed", test_closed);
  TEST ("/signal-watch/closing", test_closing);
  TEST ("/signal-watch/backlog-closed", test_backlog_closed);
  g_test_add_func ("/signal-watch/no-proxy", test_no_proxy);
  TEST ("/signal-watch/names", test_names);
  TEST ("/signal-watch/no-such-signal", test_no_such_signal);

  return g_test_run ();
}
