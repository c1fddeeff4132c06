/* test-idle-context.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads that start or stop a server in a context that no thread runs any more. The linker
 * puts the function named __wrap_… in the place of the library's, for calls from one of its
 * files to another.
 */

#include "fixture.h"
#include "server/norpc-server-private.h"

gboolean __real_norpc_worker_run_here (NorpcWorker      *self,
                                       GMainContext     *context,
                                       NorpcServerPhase  phase);
gboolean __wrap_norpc_worker_run_here (NorpcWorker      *self,
                                       GMainContext     *context,
                                       NorpcServerPhase  phase);

/* How often a thread has tried to run a server itself. */
static int n_tries = 0; /* atomic */

/* Runs in the thread that starts or stops a server. */
gboolean
__wrap_norpc_worker_run_here (NorpcWorker      *self,
                              GMainContext     *context,
                              NorpcServerPhase  phase)
{
  gboolean own = __real_norpc_worker_run_here (self, context, phase);

  g_atomic_int_inc (&n_tries);

  return own;
}

static void
wait_for_try (void)
{
  while (g_atomic_int_get (&n_tries) == 0)
    g_thread_yield ();
}

typedef struct
{
  ProbeState      *state;
  GMainContext    *context; /* (owned) */
  NorpcServer     *server;  /* (owned) */
  ProbeProbeProxy *proxy;   /* (owned) */
  NorpcCall       *call;    /* (owned) (nullable): a call that the service keeps */
  int              ready;   /* atomic: the other thread owns the context */
} Idle;

static void
set_up (Idle          *fixture,
        gconstpointer  unused)
{
  g_autoptr (GObject) service = NULL;

  fixture->state = probe_state_new ();
  fixture->context = g_main_context_new ();
  service = probe_service_new (fixture->state);
  fixture->server = norpc_server_new_in_context (service, fixture->context);
  fixture->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
}

static void
tear_down (Idle          *fixture,
           gconstpointer  unused)
{
  g_clear_pointer (&fixture->call, norpc_call_unref);
  g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->proxy);
  g_main_context_unref (fixture->context);
  probe_state_wait_finalized (fixture->state);
  probe_state_free (fixture->state);
}

static gpointer
answer_after_try (gpointer data)
{
  Idle *fixture = data;

  wait_for_try ();
  norpc_call_return_values (fixture->call, 0, NULL);

  return NULL;
}

/* The stopping thread has found nothing to do, so it tries again when the last call is
 * answered.
 */
static void
test_answered (Idle          *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };
  GThread *thread;

  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  fixture->call = probe_state_take_held (fixture->state);

  g_atomic_int_set (&n_tries, 0);
  thread = g_thread_new ("answer", answer_after_try, fixture);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  g_assert_true (fixture->state->stopped_in == g_thread_self ());

  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static gpointer
own_until_try (gpointer data)
{
  Idle *fixture = data;

  g_assert_true (g_main_context_acquire (fixture->context));
  g_atomic_int_set (&n_tries, 0);
  g_atomic_int_set (&fixture->ready, TRUE);
  wait_for_try ();
  g_main_context_release (fixture->context);

  return NULL;
}

/* Returns the thread, which owns the context until another one has tried to run the server. */
static GThread *
start_owner (Idle *fixture)
{
  GThread *thread = g_thread_new ("owner", own_until_try, fixture);

  while (!g_atomic_int_get (&fixture->ready))
    g_thread_yield ();

  return thread;
}

/* The thread that seemed to run the context ends, without a word to the one that waits. */
static void
test_released (Idle          *fixture,
               gconstpointer  starts)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;

  if (!starts)
    g_assert_true (norpc_server_start (fixture->server, NULL, &error));

  thread = start_owner (fixture);
  if (starts)
    g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  else
    g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  g_assert_true (fixture->state->started_in == g_thread_self ());
  g_assert_true ((fixture->state->stopped_in == NULL) == (starts != NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/idle-context/stop/answered", Idle, NULL, set_up, test_answered, tear_down);
  g_test_add ("/idle-context/stop/released", Idle, NULL, set_up, test_released, tear_down);
  g_test_add ("/idle-context/start/released", Idle, GINT_TO_POINTER (TRUE),
              set_up, test_released, tear_down);

  return g_test_run ();
}
