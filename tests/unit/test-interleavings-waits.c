/* test-interleavings-waits.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Waits for a server that starts or stops, while it does, and is cancelled; waits of services
 * for each other. The linker puts the functions named __wrap_… in the place of the
 * library's, for calls from one of its files to another.
 */

#include "call/norpc-deadlock-private.h"
#include "fixture.h"
#include "server/norpc-server-private.h"

gboolean __real_norpc_deadlock_begin_wait (NorpcThreadWait  *wait);
gboolean __wrap_norpc_deadlock_begin_wait (NorpcThreadWait  *wait);
void     __real_norpc_server_state_await  (NorpcServerState *self,
                                           NorpcServerPhase  phase,
                                           GTask            *task);
void     __wrap_norpc_server_state_await  (NorpcServerState *self,
                                           NorpcServerPhase  phase,
                                           GTask            *task);
void     __real_g_task_return_boolean     (GTask            *task,
                                           gboolean          result);
void     __wrap_g_task_return_boolean     (GTask            *task,
                                           gboolean          result);

static void
started_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_server_start_finish (NORPC_SERVER (object), result, &outcome->error);
}

/* The next wait begins when its server has stopped. */
static gboolean waits_late = FALSE;

void
__wrap_norpc_server_state_await (NorpcServerState *self,
                                 NorpcServerPhase  phase,
                                 GTask            *task)
{
  while (waits_late && norpc_server_state_get_phase (self) != NORPC_SERVER_STOPPED)
    g_thread_yield ();

  __real_norpc_server_state_await (self, phase, task);
}

/* A server that could not start has stopped before anybody waits for its start. */
static void
test_stopped_before (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  Outcome started = { 0 };

  g_clear_object (&service);
  state->fail_start = TRUE;
  waits_late = TRUE;
  norpc_server_start_async (server, NULL, started_cb, &started);
  waits_late = FALSE;
  outcome_wait (&started);
  g_assert_error (started.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);

  outcome_clear (&started);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_ABANDON, NULL, NULL));
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static GCancellable *cancelled_late = NULL; /* (unowned) (nullable), atomic */
static int passed = 0;                      /* atomic: the main context has seen that */

/* In the thread of the server, which has taken the wait and is going to complete it. */
void
__wrap_g_task_return_boolean (GTask    *task,
                              gboolean  result)
{
  GCancellable *cancellable = g_atomic_pointer_get (&cancelled_late);

  if (cancellable != NULL &&
      g_atomic_pointer_compare_and_exchange (&cancelled_late, cancellable, NULL))
    {
      g_cancellable_cancel (cancellable);
      while (!g_atomic_int_get (&passed))
        g_thread_yield ();
    }

  __real_g_task_return_boolean (task, result);
}

/* It has a low priority, so what else is ready comes first. */
static gboolean
passed_cb (gpointer user_data)
{
  GCancellable *cancellable = user_data;

  if (!g_cancellable_is_cancelled (cancellable))
    return G_SOURCE_CONTINUE;

  g_atomic_int_set (&passed, TRUE);

  return G_SOURCE_REMOVE;
}

static gpointer
run_server (gpointer data)
{
  NorpcServer *server = data;

  while (norpc_worker_get_phase (server->worker) != NORPC_SERVER_STOPPED)
    g_main_context_iteration (server->context, TRUE);

  return NULL;
}

/* Cancelled while its server completes it, a wait is completed once. */
static void
test_cancelled_while_completed (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, context);
  Outcome started = { 0 };
  GThread *thread;

  g_clear_object (&service);
  g_atomic_int_set (&passed, FALSE);
  g_atomic_pointer_set (&cancelled_late, cancellable);
  norpc_server_start_async (server, cancellable, started_cb, &started);
  g_idle_add_full (G_PRIORITY_LOW, passed_cb, cancellable, NULL);

  /* It only starts from here on. */
  thread = g_thread_new ("server", run_server, server);
  outcome_wait (&started);
  g_assert_true (g_atomic_int_get (&passed));
  g_assert_null (g_atomic_pointer_get (&cancelled_late));

  outcome_clear (&started);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_ABANDON, NULL, NULL));
  g_thread_join (thread);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static gpointer
cancel_thread (gpointer cancellable)
{
  /* Time for the other thread to fall asleep. */
  g_usleep (50 * 1000);
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* A thread that waits in vain is woken when that is cancelled. */
static void
test_cancelled_while_asleep (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Outcome blocked = { 0 };
  GThread *thread;

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);

  thread = g_thread_new ("cancels", cancel_thread, cancellable);
  g_assert_false (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
}

/* Two services that wait for each other. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  GThread *late; /* (unowned) [lock]: begins to wait when the other does */
  gboolean other_waits; /* [lock] */

  Fixture fixtures[2];
  GError *errors[2]; /* (owned) (nullable): what each got from the other */
} Circle;

static Circle *circle = NULL; /* (unowned) (nullable), atomic */

gboolean
__wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait)
{
  Circle *self = g_atomic_pointer_get (&circle);
  gboolean begun;

  if (self == NULL)
    return __real_norpc_deadlock_begin_wait (wait);

  g_mutex_lock (&self->lock);
  while (self->late == g_thread_self () && !self->other_waits)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  begun = __real_norpc_deadlock_begin_wait (wait);

  g_mutex_lock (&self->lock);
  self->other_waits = self->other_waits || self->late != g_thread_self ();
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  return begun;
}

static void
call_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Circle *self = data;

  g_mutex_lock (&self->lock);
  self->late = g_thread_self ();
  g_mutex_unlock (&self->lock);

  probe_probe_proxy_call_run_sync (self->fixtures[1].proxy, NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
call_first (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_noop_sync (self->fixtures[0].proxy, NULL, &self->errors[1]);
  norpc_call_return_values (call, 0, NULL);
}

/* The service that calls first is the last that waits: it is still the call of the other one
 * that closes the circle, and is rejected.
 */
static void
test_circle_seen_late (void)
{
  Circle self = { 0 };

  g_mutex_init (&self.lock);
  g_cond_init (&self.changed);
  for (guint i = 0; i < 2; i++)
    {
      fixture_set_up (&self.fixtures[i], NULL);
      self.fixtures[i].state->run = i == 0 ? call_second : call_first;
      self.fixtures[i].state->run_data = &self;
    }

  g_atomic_pointer_set (&circle, &self);
  {
    Outcome outcome = { 0 };

    probe_probe_proxy_call_run (self.fixtures[0].proxy, NULL, run_cb, &outcome);
    outcome_wait (&outcome);
    g_assert_no_error (outcome.error);
  }
  g_atomic_pointer_set (&circle, NULL);

  g_assert_no_error (self.errors[0]);
  g_assert_error (self.errors[1], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);

  g_clear_error (&self.errors[1]);
  for (guint i = 0; i < 2; i++)
    fixture_tear_down (&self.fixtures[i], NULL);
  g_cond_clear (&self.changed);
  g_mutex_clear (&self.lock);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/interleavings-waits/stopped-before", test_stopped_before);
  g_test_add_func ("/interleavings-waits/cancelled-while-completed",
                   test_cancelled_while_completed);
  TEST ("/interleavings-waits/cancelled-while-asleep", test_cancelled_while_asleep);
  g_test_add_func ("/interleavings-waits/circle-seen-late", test_circle_seen_late);

  return g_test_run ();
}
