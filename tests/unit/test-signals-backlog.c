/* test-signals-backlog.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals for a context that does not run: how many of them it keeps. */

#include "signal-fixture.h"

static void
lost_cb (NorpcProxy *proxy,
         const char *signal_name,
         guint       n_lost,
         Log        *log)
{
  log_add (log, "lost %u %s ", n_lost, signal_name);
}

static void
closed_cb (NorpcProxy *proxy,
           const char *signal_name,
           Log        *log)
{
  log_add (log, "closed %s ", signal_name);
}

/* A context that does not run keeps as many as the description says. */
static void
test_lost (Fixture       *fixture,
           gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (lost_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (5));
  iterate ();
  log_assert (&log, "1 2 3 4 5 ");

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (6));
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (7));
  iterate ();
  log_assert (&log, "lost 8 ticked 3 4 5 6 7 ");

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "1 ");
  log_clear (&log);
}

static void
test_closed (Fixture       *fixture,
             gconstpointer  unused)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "flooded", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (closed_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (7));
  iterate ();
  log_assert (&log, "1 2 3 4 5 closed flooded ");

  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "");
  log_clear (&log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signals-backlog/lost", test_lost);
  TEST ("/signals-backlog/closed", test_closed);

  return g_test_run ();
}
