/* test-interrupt.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions that run in a thread in the middle of its wait. */

#include "fixture.h"

typedef struct
{
  Fixture        *fixture;   /* (unowned) */
  GThread        *thread;    /* the one that waits */
  NorpcInterrupt *interrupt; /* (owned) */
  GCancellable   *cancellable; /* (owned) */
  gboolean        cancels;
  gboolean        nests;
  int             n_runs; /* atomic */
} Waiter;

/* Runs in the thread that waits. */
static void
run_interrupt (gpointer user_data)
{
  Waiter *self = user_data;

  g_assert_true (g_thread_self () == self->thread);
  if (self->cancels)
    g_cancellable_cancel (self->cancellable);
  if (self->nests)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (probe_probe_proxy_call_noop_sync (self->fixture->proxy, NULL, &error));
      g_assert_no_error (error);
    }
  g_atomic_int_inc (&self->n_runs);
}

static void
waiter_init (Waiter  *self,
             Fixture *fixture)
{
  *self = (Waiter) {
    .fixture = fixture,
    .thread = g_thread_self (),
    .cancellable = g_cancellable_new (),
  };
  self->interrupt = norpc_interrupt_new (run_interrupt, self, NULL);
  norpc_interrupt_set_current (self->interrupt);
}

static void
waiter_clear (Waiter *self)
{
  norpc_interrupt_set_current (NULL);
  g_assert_finalize_object (self->interrupt);
  g_clear_object (&self->cancellable);
}

static void
raise_and_wait (Waiter *self)
{
  int n_runs = g_atomic_int_get (&self->n_runs);

  norpc_interrupt_raise (self->interrupt);
  while (g_atomic_int_get (&self->n_runs) == n_runs)
    g_thread_yield ();
}

/* Interrupts twice, and has the service answer then. */
static gpointer
interrupt_twice (gpointer data)
{
  Waiter *self = data;
  g_autoptr (NorpcCall) call = probe_state_take_held (self->fixture->state);

  raise_and_wait (self);
  raise_and_wait (self);
  norpc_call_return_values (call, 0, NULL);

  return NULL;
}

static void
hold_and_expect (Waiter      *self,
                 GThreadFunc  other)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("other", other, self);

  g_assert_true (probe_probe_proxy_call_hold_sync (self->fixture->proxy, self->cancellable, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
}

static void
test_call (Fixture       *fixture,
           gconstpointer  unused G_GNUC_UNUSED)
{
  Waiter waiter;

  waiter_init (&waiter, fixture);
  hold_and_expect (&waiter, interrupt_twice);
  g_assert_cmpint (waiter.n_runs, ==, 2);

  /* The outer wait is interrupted again after the inner one has ended. */
  waiter.nests = TRUE;
  hold_and_expect (&waiter, interrupt_twice);
  g_assert_cmpint (waiter.n_runs, ==, 4);
  waiter_clear (&waiter);
}

static gpointer
answer (gpointer data)
{
  Waiter *self = data;
  g_autoptr (NorpcCall) call = probe_state_take_held (self->fixture->state);

  while (g_atomic_int_get (&self->n_runs) == 0)
    g_thread_yield ();
  norpc_call_return_values (call, 0, NULL);

  return NULL;
}

/* It runs once, at the beginning of the wait. */
static void
test_before (Fixture       *fixture,
             gconstpointer  unused G_GNUC_UNUSED)
{
  Waiter waiter;

  waiter_init (&waiter, fixture);
  norpc_interrupt_raise (waiter.interrupt);
  norpc_interrupt_raise (waiter.interrupt);
  g_assert_cmpint (waiter.n_runs, ==, 0);
  hold_and_expect (&waiter, answer);
  g_assert_cmpint (waiter.n_runs, ==, 1);
  waiter_clear (&waiter);
}

static gpointer
interrupt_once (gpointer data)
{
  Waiter *self = data;
  NorpcCall *call = probe_state_take_held (self->fixture->state);

  raise_and_wait (self);

  return call;
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  NorpcCall *call;
  GThread *thread;
  Waiter waiter;

  waiter_init (&waiter, fixture);
  waiter.cancels = TRUE;
  thread = g_thread_new ("other", interrupt_once, &waiter);
  g_assert_false (probe_probe_proxy_call_hold_sync (fixture->proxy, waiter.cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  call = g_thread_join (thread);
  norpc_call_unref (call);
  waiter_clear (&waiter);
}

/* A server that stops waits for the call that is open. */
static void
test_stop (Fixture       *fixture,
           gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;
  Waiter waiter;

  waiter_init (&waiter, fixture);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  thread = g_thread_new ("other", interrupt_twice, &waiter);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, waiter.cancellable, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  waiter_clear (&waiter);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/interrupt/call", test_call);
  TEST ("/interrupt/before", test_before);
  TEST ("/interrupt/cancel", test_cancel);
  TEST ("/interrupt/stop", test_stop);

  return g_test_run ();
}
