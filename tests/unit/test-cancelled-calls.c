/* test-cancelled-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that are cancelled in the queue of a channel: other calls get their slots, and keep
 * their order.
 */

#include <string.h>

#include "call/norpc-call-private.h"
#include "channel/norpc-channel-private.h"
#include "client/norpc-endpoint-private.h"
#include "layer-fixture.h"

#define CAPACITY 4

/* A service that blocks, and a full queue: two calls that are to be served, and two calls
 * that were cancelled or have timed out.
 */
typedef struct
{
  Fixture fixture;
  Outcome blocked;
  Outcome notes[CAPACITY + 1];
  Outcome gone[2];
} Full;

static NorpcEndpoint *
get_channel (Full *self)
{
  return NORPC_ENDPOINT (norpc_server_get_channel (self->fixture.server));
}

static void
call_note (Full  *self,
           guint  number)
{
  probe_probe_proxy_call_note (self->fixture.proxy, number, NULL, note_cb, &self->notes[number]);
}

static void
set_up (Full          *self,
        gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fixture_set_up (&self->fixture, GUINT_TO_POINTER (CAPACITY));
  probe_probe_proxy_call_block (self->fixture.proxy, NULL, block_cb, &self->blocked);
  probe_state_wait_blocked (self->fixture.state);

  norpc_timeout_push (1);
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &self->gone[0]);
  norpc_timeout_pop ();
  call_note (self, 0);
  probe_probe_proxy_call_noop (self->fixture.proxy, cancellable, noop_cb, &self->gone[1]);
  call_note (self, 1);
  g_assert_false (norpc_endpoint_is_ready (get_channel (self)));

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (self->gone); i++)
    {
      outcome_wait (&self->gone[i]);
      outcome_clear (&self->gone[i]);
    }
}

/* Of the notes, so many have been called. */
static void
assert_served (Full  *self,
               guint  n_notes)
{
  probe_state_open_gate (self->fixture.state);
  outcome_wait (&self->notes[n_notes - 1]);
  for (guint i = 0; i < n_notes; i++)
    g_assert_true (self->notes[i].ok);
  assert_numbers (self->fixture.state, n_notes);
  g_assert_cmpuint (probe_state_get_n_handled (self->fixture.state), ==, 1 + n_notes);
}

static void
tear_down (Full          *self,
           gconstpointer  unused)
{
  if (self->blocked.n == 0)
    outcome_wait (&self->blocked);
  fixture_tear_down (&self->fixture, NULL);
}

static void
test_call (Full          *self,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  call_note (self, 2);
  g_assert_cmpuint (norpc_channel_get_length (NORPC_CHANNEL (get_channel (self))), ==, 3);
  call_note (self, 3);

  /* Now all of them are to be served. */
  g_assert_false (probe_probe_proxy_call_noop_sync (self->fixture.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  assert_served (self, 4);
}

static void
test_urgent (Full          *self,
             gconstpointer  unused)
{
  Outcome urgent[CAPACITY] = { { 0 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (get_channel (self));

  /* The lanes have slots of their own. */
  norpc_proxy_set_priority (NORPC_PROXY (proxy), NORPC_PRIORITY_URGENT);
  for (guint i = 0; i < CAPACITY; i++)
    probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &urgent[i]);
  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  norpc_proxy_cancel_all (NORPC_PROXY (proxy));
  g_assert_true (norpc_endpoint_is_ready (get_channel (self)));
  for (guint i = 0; i < CAPACITY; i++)
    {
      outcome_wait (&urgent[i]);
      outcome_clear (&urgent[i]);
    }
  probe_state_open_gate (self->fixture.state);
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
  call_note (self, 2);
  outcome_wait (&self->notes[2]);
  assert_numbers (self->fixture.state, 3);
}

static void
test_is_ready (Full          *self,
               gconstpointer  unused)
{
  g_assert_true (norpc_endpoint_is_ready (get_channel (self)));
  g_assert_cmpuint (norpc_channel_get_length (NORPC_CHANNEL (get_channel (self))), ==, 2);
  assert_served (self, 2);
}

static void
test_ready (Full          *self,
            gconstpointer  unused)
{
  Outcome ready = { 0 };

  norpc_endpoint_ready_async (get_channel (self), NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_true (ready.ok);
  assert_served (self, 2);
}

/* Waiting for readiness ends when a call that is in the queue is cancelled. */
static void
test_ready_by_cancelling (Full          *self,
                          gconstpointer  unused)
{
  Outcome ready = { 0 }, more[2] = { { 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &more[i]);
  g_assert_false (norpc_endpoint_is_ready (get_channel (self)));
  norpc_endpoint_ready_async (get_channel (self), NULL, ready_cb, &ready);
  norpc_proxy_cancel_all (NORPC_PROXY (self->fixture.proxy));
  while (ready.n == 0 || more[0].n == 0 || more[1].n == 0 || self->notes[0].n == 0 ||
         self->notes[1].n == 0 || self->blocked.n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (ready.ok);

  call_note (self, 2);
  probe_state_open_gate (self->fixture.state);
  outcome_wait (&self->notes[2]);
  g_assert_true (self->notes[2].ok);
  g_assert_cmpuint (probe_state_get_n_handled (self->fixture.state), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      outcome_clear (&more[i]);
      outcome_clear (&self->notes[i]);
    }
  g_clear_error (&self->blocked.error);
}

/* A queue keeps no more calls that have ended than it may. The limit is for them alone. */
static void
test_clogged (Full          *self,
              gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Outcome gone[2] = { { 0 } };

  NORPC_CHANNEL (get_channel (self))->max_ended = CAPACITY;
  for (guint i = 0; i < 2; i++)
    probe_probe_proxy_call_noop (self->fixture.proxy, cancellable, noop_cb, &gone[i]);
  g_cancellable_cancel (cancellable);
  call_note (self, 2);
  call_note (self, 3);
  g_assert_cmpuint (norpc_channel_get_length (NORPC_CHANNEL (get_channel (self))), ==, 4);
  g_clear_object (&cancellable);
  for (guint i = 0; i < 2; i++)
    {
      outcome_wait (&gone[i]);
      outcome_clear (&gone[i]);
    }

  norpc_proxy_cancel_all (NORPC_PROXY (self->fixture.proxy));
  while (self->blocked.n == 0 || self->notes[3].n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (norpc_channel_get_length (NORPC_CHANNEL (get_channel (self))), ==, 0);
  g_assert_false (norpc_endpoint_is_ready (get_channel (self)));
  g_assert_false (probe_probe_proxy_call_noop_sync (self->fixture.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "too many completed calls"));

  probe_state_open_gate (self->fixture.state);
  norpc_endpoint_ready_async (get_channel (self), NULL, ready_cb, &gone[0]);
  outcome_wait (&gone[0]);
  g_assert_true (gone[0].ok);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->fixture.proxy, NULL, NULL));
  for (guint i = 0; i < CAPACITY; i++)
    outcome_clear (&self->notes[i]);
  g_clear_error (&self->blocked.error);
}

/* However many calls get its slot, the arguments of a call are released by its service. */
static void
test_args (Full          *self,
           gconstpointer  unused)
{
  GThread *freed_in = NULL;
  Outcome echo = { 0 };

  {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GBytes) bytes = tracked_bytes_new (&freed_in);
    NorpcCall *call = new_call ("Echo");

    g_value_take_boxed (norpc_call_get_args (call, NULL), g_steal_pointer (&bytes));
    norpc_endpoint_call (get_channel (self), call, cancellable, reply_cb, &echo);
    g_cancellable_cancel (cancellable);
    outcome_wait (&echo);
    g_assert_error (echo.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    outcome_clear (&echo);
  }

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      norpc_endpoint_call (get_channel (self), new_call ("Noop"), cancellable, reply_cb, &echo);
      g_cancellable_cancel (cancellable);
      outcome_wait (&echo);
      g_assert_error (echo.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome_clear (&echo);
    }

  assert_served (self, 2);
  g_assert_true (tracked_bytes_wait (&freed_in) ==
                 probe_state_get_thread (self->fixture.state, &self->fixture.state->thread));
}

/* A call that completes while a layer passes it on takes no slot. */
static void
test_before (Full          *self,
             gconstpointer  unused)
{
  NorpcCall *call = new_call ("Noop");
  Outcome outcome = { 0 };

  norpc_endpoint_prepare_call (call, NULL, NULL, reply_cb, &outcome);
  norpc_call_reject (call, NORPC_ERROR_FAILED, "was refused by a test");
  norpc_endpoint_send (get_channel (self), call);
  g_assert_cmpuint (norpc_channel_get_length (NORPC_CHANNEL (get_channel (self))), ==, 2);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_FAILED);
  outcome_clear (&outcome);

  for (guint i = 2; i < CAPACITY; i++)
    call_note (self, i);
  assert_served (self, CAPACITY);
}

#define TEST_FULL(path, func) g_test_add (path, Full, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FULL ("/cancelled-calls/call", test_call);
  TEST_FULL ("/cancelled-calls/urgent", test_urgent);
  TEST_FULL ("/cancelled-calls/is-ready", test_is_ready);
  TEST_FULL ("/cancelled-calls/ready", test_ready);
  TEST_FULL ("/cancelled-calls/ready-by-cancelling", test_ready_by_cancelling);
  TEST_FULL ("/cancelled-calls/clogged", test_clogged);
  TEST_FULL ("/cancelled-calls/args", test_args);
  TEST_FULL ("/cancelled-calls/before", test_before);

  return g_test_run ();
}
