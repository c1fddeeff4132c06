/* test-nats-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One-way calls that have left the process before it ends. */

#include "nats-fixture.h"
#include "norpc-nats-connection-private.h"

/* Holds up a thread. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  gboolean reached; /* [lock] */
  gboolean opened;  /* [lock] */
} Gate;

static void
wait_at_gate (gpointer data)
{
  Gate *self = data;

  g_mutex_lock (&self->lock);
  self->reached = TRUE;
  g_cond_broadcast (&self->changed);
  while (!self->opened)
    g_cond_wait (&self->changed, &self->lock);
  self->reached = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
wait_at_gate_cb (gpointer data)
{
  wait_at_gate (data);

  return G_SOURCE_REMOVE;
}

static void
gate_init (Gate *self)
{
  self->reached = FALSE;
  self->opened = FALSE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

/* Returns once a thread waits. */
static void
gate_await (Gate *self)
{
  g_mutex_lock (&self->lock);
  while (!self->reached)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
gate_open (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->opened = TRUE;
  g_cond_broadcast (&self->changed);
  while (self->reached)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

/* A call that waits for the thread of the connection has not left yet. */
static void
test_waiting (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Gate gate;

  gate_init (&gate);
  norpc_nats_link_invoke (norpc_nats_connection_get_link (fixture->connection), wait_at_gate, &gate);
  gate_await (&gate);
  depot_depot_proxy_call_note (fixture->proxy, "a");
  g_assert_false (norpc_nats_connection_flush_sync (fixture->connection, 50, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_clear_error (&error);

  gate_open (&gate);
  g_assert_true (norpc_nats_connection_flush_sync (fixture->connection, 30000, &error));
  g_assert_no_error (error);
  depot_state_wait_notes (fixture->state, "a");
}

/* The service handles them although their client has gone. */
static void
test_closed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean succeeded;
  Gate gate;

  /* The export handles nothing before the connection of the client is closed. */
  gate_init (&gate);
  g_main_context_invoke (norpc_thread_get_main_context (fixture->thread), wait_at_gate_cb, &gate);
  gate_await (&gate);
  depot_depot_proxy_call_note (fixture->proxy, "a");
  depot_depot_proxy_call_note (fixture->proxy, "b");
  succeeded = norpc_nats_connection_flush_sync (fixture->connection, 30000, &error);
  g_assert_no_error (error);
  g_assert_true (succeeded);
  norpc_nats_connection_close (fixture->connection);
  g_assert_false (norpc_nats_connection_flush_sync (fixture->connection, 30000, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  gate_open (&gate);
  depot_state_wait_notes (fixture->state, "ab");
}

static void
add_tests (void)
{
  TEST ("/nats/flush/waiting", test_waiting);
  TEST ("/nats/flush/closed", test_closed);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
