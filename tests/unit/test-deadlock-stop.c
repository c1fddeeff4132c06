/* test-deadlock-stop.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that stop, or start, what waits for them. */

#include "fixture.h"

typedef struct
{
  Fixture  first;
  Fixture  second;
  int      n_begun;      /* atomic: how many handlers run */
  gboolean call_first;   /* the call is made before the stop, or the other way round */
  GError  *first_error;  /* (owned): of what the first did */
  GError  *second_error; /* (owned): of what the second did */
} Pair;

static void
set_up (Pair          *self,
        gconstpointer  unused)
{
  fixture_set_up (&self->first, NULL);
  fixture_set_up (&self->second, NULL);
}

static void
tear_down (Pair          *self,
           gconstpointer  unused)
{
  g_clear_error (&self->first_error);
  g_clear_error (&self->second_error);
  fixture_tear_down (&self->first, NULL);
  fixture_tear_down (&self->second, NULL);
}

static void
wait_for_both (Pair *self)
{
  g_atomic_int_inc (&self->n_begun);
  while (g_atomic_int_get (&self->n_begun) < 2)
    g_thread_yield ();
}

/* The first stops the second. */
static void
stop_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Pair *self = data;

  wait_for_both (self);
  if (self->call_first)
    while (norpc_channel_get_length (norpc_server_get_channel (self->first.server)) == 0)
      g_thread_yield ();
  norpc_server_stop (self->second.server, NORPC_STOP_FINISH, NULL, &self->first_error);
  norpc_call_return_values (call, 0, NULL);
}

/* The second calls the first. */
static void
call_first (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Pair *self = data;

  wait_for_both (self);
  if (!self->call_first)
    while (!norpc_channel_is_closed (norpc_server_get_channel (self->second.server)))
      g_thread_yield ();
  probe_probe_proxy_call_noop_sync (self->first.proxy, NULL, &self->second_error);
  norpc_call_return_values (call, 0, NULL);
}

static void
run_both (Pair *self,
          void  (*run_first) (ProbeService *, NorpcCall *, gpointer),
          void  (*run_second) (ProbeService *, NorpcCall *, gpointer))
{
  guint n_done = 0;

  self->first.state->run = run_first;
  self->second.state->run = run_second;
  self->first.state->run_data = self->second.state->run_data = self;
  probe_probe_proxy_call_run (self->first.proxy, NULL, count_run_cb, &n_done);
  probe_probe_proxy_call_run (self->second.proxy, NULL, count_run_cb, &n_done);
  while (n_done < 2)
    g_main_context_iteration (NULL, TRUE);
}

/* The call fails, so the second ends what it is at, and stops. */
static void
test_call (Pair          *self,
           gconstpointer  unused)
{
  run_both (self, stop_second, call_first);
  g_assert_no_error (self->first_error);
  g_assert_error (self->second_error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_cmpstr (self->second_error->message, ==,
                   "org.example.Probe.Noop would deadlock: these calls wait for each other: "
                   "(a server or thread that starts or stops) -> org.example.Probe.Noop");
}

static void
test_call_then_stop (Pair          *self,
                     gconstpointer  unused)
{
  self->call_first = TRUE;
  test_call (self, NULL);
}

static void
stop_each_other (Pair    *self,
                 Fixture *other,
                 GError **error)
{
  wait_for_both (self);
  norpc_server_stop (other->server, NORPC_STOP_FINISH, NULL, error);
}

static void
stop_second_too (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  stop_each_other (data, &((Pair *) data)->second, &((Pair *) data)->first_error);
  norpc_call_return_values (call, 0, NULL);
}

static void
stop_first_too (ProbeService *service,
                NorpcCall    *call,
                gpointer      data)
{
  stop_each_other (data, &((Pair *) data)->first, &((Pair *) data)->second_error);
  norpc_call_return_values (call, 0, NULL);
}

/* There is no call to fail: one of them does not wait. */
static void
test_each_other (Pair          *self,
                 gconstpointer  unused)
{
  GError *error;

  run_both (self, stop_second_too, stop_first_too);
  g_assert_true ((self->first_error == NULL) != (self->second_error == NULL));
  error = self->first_error != NULL ? self->first_error : self->second_error;
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

/* The second waits for nobody: it is only slow. */
static void
stop_slow (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Pair *self = data;

  norpc_server_stop (self->second.server, NORPC_STOP_FINISH, NULL, &self->first_error);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_slow (Pair          *self,
           gconstpointer  unused)
{
  guint n_done = 0;
  Outcome blocked = { 0 };

  probe_probe_proxy_call_block (self->second.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->second.state);
  self->first.state->run = stop_slow;
  self->first.state->run_data = self;
  probe_probe_proxy_call_run (self->first.proxy, NULL, count_run_cb, &n_done);
  while (!norpc_channel_is_closed (norpc_server_get_channel (self->second.server)))
    g_thread_yield ();
  probe_state_open_gate (self->second.state);
  while (n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (self->first_error);
  outcome_wait (&blocked);
}

#define TEST_PAIR(path, func) \
  g_test_add (path, Pair, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST_PAIR ("/deadlock-stop/call", test_call);
  TEST_PAIR ("/deadlock-stop/call-then-stop", test_call_then_stop);
  TEST_PAIR ("/deadlock-stop/each-other", test_each_other);
  TEST_PAIR ("/deadlock-stop/slow", test_slow);

  return g_test_run ();
}
