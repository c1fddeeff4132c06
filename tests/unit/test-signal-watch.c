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

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
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
  assert_next (watch, 4);
  for (guint i = 1; i <= 4; i++)
    assert_next (watch, i);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = watch_new (fixture, "ticked");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait waits[3] = { 0 };

  norpc_signal_watch_next_async (watch, cancellable, next_cb, &waits[0]);
  norpc_signal_watch_next_async (watch, NULL, next_cb, &waits[1]);
  wait_for (&waits[1]);
  g_assert_error (waits[1].error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_cmpuint (waits[0].n, ==, 0);

  g_cancellable_cancel (cancellable);
  wait_for (&waits[0]);
  g_assert_error (waits[0].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  norpc_signal_watch_next_async (watch, cancellable, next_cb, &waits[2]);
  wait_for (&waits[2]);
  g_assert_error (waits[2].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  emit_in_service (fixture, 1);
  assert_next (watch, 1);
  for (guint i = 0; i < 3; i++)
    g_clear_error (&waits[i].error);
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
}

static void
test_no_such_signal (Fixture       *fixture,
                     gconstpointer  unused)
{
  static const char * const names[] = { "notify", "signals-lost", "nothing" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*info*!=*NULL*");
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
  TEST ("/signal-watch/cancelled", test_cancelled);
  TEST ("/signal-watch/stopped", test_stopped);
  TEST ("/signal-watch/closed", test_closed);
  TEST ("/signal-watch/no-such-signal", test_no_such_signal);

  return g_test_run ();
}
