/* test-deadlock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that wait for each other. */

#include "fixture.h"

typedef struct
{
  Fixture  parts[3];
  guint    n;         /* how many take part */
  int      n_ready;   /* atomic */
  GError  *errors[3]; /* (owned): of what each part called */
} Circle;

static Circle *circle;

static void
set_up (Circle        *self,
        gconstpointer  n)
{
  circle = self;
  self->n = GPOINTER_TO_UINT (n);
  for (guint i = 0; i < self->n; i++)
    {
      fixture_set_up (&self->parts[i], NULL);
      self->parts[i].state->run_data = GUINT_TO_POINTER (i);
    }
}

static void
tear_down (Circle        *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < self->n; i++)
    {
      fixture_tear_down (&self->parts[i], NULL);
      g_clear_error (&self->errors[i]);
    }
}

/* Each runs the next, the last calls back. */
static void
run_next (ProbeService *service,
          NorpcCall    *call,
          gpointer      data)
{
  guint i = GPOINTER_TO_UINT (data);

  if (i + 1 < circle->n)
    probe_probe_proxy_call_run_sync (circle->parts[i + 1].proxy, NULL, &circle->errors[i]);
  else
    probe_probe_proxy_call_noop_sync (circle->parts[0].proxy, NULL, &circle->errors[i]);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_circle (Circle        *self,
             gconstpointer  n)
{
  g_autoptr (GError) error = NULL;
  guint last = self->n - 1;

  for (guint i = 0; i < self->n; i++)
    self->parts[i].state->run = run_next;

  g_assert_true (probe_probe_proxy_call_run_sync (self->parts[0].proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_error (self->errors[last], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  for (guint i = 0; i < last; i++)
    g_assert_no_error (self->errors[i]);

  if (self->n == 3)
    g_assert_cmpstr (self->errors[last]->message, ==,
                     "org.example.Probe.Noop would deadlock: these calls wait for each other: "
                     "org.example.Probe.Run -> org.example.Probe.Run -> org.example.Probe.Noop");
}

/* Both at once, neither first: the call of one is refused, and so the other's
 * can be served.
 */
static void
run_at_once (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  guint i = GPOINTER_TO_UINT (data);

  g_atomic_int_inc (&circle->n_ready);
  while (g_atomic_int_get (&circle->n_ready) < 2)
    g_thread_yield ();
  probe_probe_proxy_call_noop_sync (circle->parts[1 - i].proxy, NULL, &circle->errors[i]);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_at_once (Circle        *self,
              gconstpointer  n)
{
  guint rounds = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 5 : 100;

  for (guint round = 0; round < rounds; round++)
    {
      guint n_done = 0, n_refused = 0;

      g_atomic_int_set (&self->n_ready, 0);
      for (guint i = 0; i < 2; i++)
        {
          self->parts[i].state->run = run_at_once;
          probe_probe_proxy_call_run (self->parts[i].proxy, NULL, count_run_cb, &n_done);
        }
      while (n_done < 2)
        g_main_context_iteration (NULL, TRUE);

      for (guint i = 0; i < 2; i++)
        {
          if (self->errors[i] != NULL)
            {
              g_assert_error (self->errors[i], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
              n_refused++;
            }
          g_clear_error (&self->errors[i]);
        }
      g_assert_cmpuint (n_refused, ==, 1);
    }
}

/* The first waits for a call that the second keeps, and that somebody else
 * answers: so the second may wait for the first.
 */
static void
hold_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  probe_probe_proxy_call_hold_sync (circle->parts[1].proxy, NULL, &circle->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
noop_first (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  g_atomic_int_inc (&circle->n_ready);
  probe_probe_proxy_call_noop_sync (circle->parts[0].proxy, NULL, &circle->errors[1]);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_kept (Circle        *self,
           gconstpointer  n)
{
  NorpcChannel *first = norpc_server_get_channel (self->parts[0].server);
  guint n_done = 0;
  NorpcCall *held;

  self->parts[0].state->run = hold_second;
  self->parts[1].state->run = noop_first;
  probe_probe_proxy_call_run (self->parts[0].proxy, NULL, count_run_cb, &n_done);
  held = probe_state_take_held (self->parts[1].state);
  probe_probe_proxy_call_run (self->parts[1].proxy, NULL, count_run_cb, &n_done);

  /* Its call waits for the first, which waits for ours. */
  while (norpc_channel_get_length (first) == 0)
    g_thread_yield ();
  norpc_call_return_values (held, 0, NULL);
  norpc_call_unref (held);
  while (n_done < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (self->errors[0]);
  g_assert_no_error (self->errors[1]);
}

/* The second service is where the client is, which waits for the first. */
static void
noop_here (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (data, NULL, &error));
  norpc_call_return_gerror (call, error);
}

static void
run_from_client (Circle   *self,
                 gboolean  served)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, NULL);
  g_autoptr (ProbeProbeProxy) here =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_clear_object (&service);
  g_assert_true (norpc_server_start (server, NULL, &error));
  self->parts[0].state->run = noop_here;
  self->parts[0].state->run_data = here;

  /* The client is in its main loop. */
  g_main_context_acquire (NULL);
  if (served)
    {
      probe_probe_proxy_call_noop (here, NULL, noop_cb, &outcome);
      outcome_wait (&outcome);
    }
  g_assert_false (probe_probe_proxy_call_run_sync (self->parts[0].proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_main_context_release (NULL);

  g_clear_error (&error);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
test_client (Circle        *self,
             gconstpointer  n)
{
  run_from_client (self, TRUE);
}

/* The second service has not served a call yet. */
static void
test_new_client (Circle        *self,
                 gconstpointer  n)
{
  run_from_client (self, FALSE);
}

/* An answered call keeps nobody: its caller is on its way to wake. */
static void
run_second (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  g_assert_true (probe_probe_proxy_call_run_sync (circle->parts[1].proxy, NULL, NULL));
  norpc_call_return_values (call, 0, NULL);
}

static void
answer_and_call (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  norpc_call_return_values (call, 0, NULL);
  probe_probe_proxy_call_noop_sync (circle->parts[0].proxy, NULL, &circle->errors[1]);
  g_assert_no_error (circle->errors[1]);
}

static void
test_answered (Circle        *self,
               gconstpointer  n)
{
  guint rounds = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 10 : 500;
  g_autoptr (GError) error = NULL;

  self->parts[0].state->run = run_second;
  self->parts[1].state->run = answer_and_call;
  for (guint i = 0; i < rounds; i++)
    {
      g_assert_true (probe_probe_proxy_call_run_sync (self->parts[0].proxy, NULL, &error));
      g_assert_true (probe_probe_proxy_call_noop_sync (self->parts[1].proxy, NULL, &error));
    }
}

static void
run_first (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  probe_probe_proxy_call_run_sync (circle->parts[0].proxy, NULL, &circle->errors[2]);
  norpc_call_return_values (call, 0, NULL);
}

/* The handler of the first has given its call to somebody, who may answer it. */
static void
share_and_run (ProbeService *service,
               NorpcCall    *call,
               gpointer      data)
{
  g_async_queue_push (circle->parts[0].state->held, norpc_call_ref (call));
  probe_probe_proxy_call_run_sync (circle->parts[1].proxy, NULL, &circle->errors[0]);
}

static void
call_third (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  probe_probe_proxy_call_noop_sync (circle->parts[2].proxy, NULL, &circle->errors[1]);
  norpc_call_return_values (call, 0, NULL);
}

static gpointer
answer_thread (gpointer data)
{
  NorpcCall *call = probe_state_take_held (circle->parts[0].state);

  /* When the last of the three waits, or is about to. */
  while (norpc_channel_get_length (data) == 0)
    g_thread_yield ();
  g_usleep (1000);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);

  return NULL;
}

/* The third waits for the first, that for the second, and that for the third. */
static void
test_shared (Circle        *self,
             gconstpointer  n)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;

  self->parts[0].state->run = share_and_run;
  self->parts[1].state->run = call_third;
  self->parts[2].state->run = run_first;
  thread = g_thread_new ("answer", answer_thread, norpc_server_get_channel (self->parts[2].server));
  g_assert_true (probe_probe_proxy_call_run_sync (self->parts[2].proxy, NULL, &error));
  g_thread_join (thread);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->parts[0].proxy, NULL, &error));
  for (guint i = 0; i < 3; i++)
    g_assert_no_error (self->errors[i]);
}

#define TEST_CIRCLE(path, n, func) \
  g_test_add (path, Circle, GUINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_CIRCLE ("/deadlock/two", 2, test_circle);
  TEST_CIRCLE ("/deadlock/three", 3, test_circle);
  TEST_CIRCLE ("/deadlock/at-once", 2, test_at_once);
  TEST_CIRCLE ("/deadlock/kept", 2, test_kept);
  TEST_CIRCLE ("/deadlock/client", 1, test_client);
  TEST_CIRCLE ("/deadlock/new-client", 1, test_new_client);
  TEST_CIRCLE ("/deadlock/answered", 2, test_answered);
  TEST_CIRCLE ("/deadlock/shared", 3, test_shared);

  return g_test_run ();
}
