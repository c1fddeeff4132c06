/* test-nats-services.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Several services with one prefix, and how one of them leaves. */

#include "nats-fixture.h"

/* Another service with the same prefix, in the same queue group or in none. */
typedef struct
{
  Fixture             *fixture;
  DepotState          *state;
  NorpcServer         *server;
  NorpcNatsConnection *connection;
  NorpcNatsExport     *export;
} Other;

static void
export_other (gpointer data)
{
  Other *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new_full (self->connection, PREFIX, norpc_server_get_endpoint (self->server),
                                             depot_depot_interface_info (), self->fixture->queue_group,
                                             NORPC_NATS_EXPORT_DEFAULT_CAPACITY, &error);
  g_assert_no_error (error);
}

static void
other_init (Other   *self,
            Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  self->fixture = fixture;
  self->state = depot_state_new (1);
  self->server = norpc_serve (depot_service_new (self->state), &error);
  g_assert_no_error (error);
  self->connection = connect_to (nats_process_get_url (fixture->nats));
  run_in_thread (fixture->thread, export_other, self);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

static void
drop_other (gpointer data)
{
  g_clear_object (&((Other *) data)->export);
}

static void
other_clear (Other *self)
{
  run_in_thread (self->fixture->thread, drop_other, self);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
  release_and_wait (self->connection);
  depot_state_free (self->state);
}

static guint
call_who_am_i (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  guint number;

  depot_depot_proxy_call_who_am_i_sync (fixture->proxy, &number, NULL, &error);
  g_assert_no_error (error);

  return number;
}

/* Each call goes to one of them. */
static void
test_group (Fixture       *fixture,
            gconstpointer  unused)
{
  guint n[2] = { 0 };
  Other other;

  other_init (&other, fixture);
  for (guint i = 0; i < 200; i++)
    n[call_who_am_i (fixture)]++;
  g_assert_cmpuint (n[0], ==, depot_state_get_n_handled (fixture->state));
  g_assert_cmpuint (n[1], ==, depot_state_get_n_handled (other.state));
  g_assert_cmpuint (n[0], >, 50);
  g_assert_cmpuint (n[1], >, 50);
  other_clear (&other);
}

/* All of them get each call. */
static void
test_no_group (Fixture       *fixture,
               gconstpointer  unused)
{
  Other other;

  fixture_unexport (fixture);
  fixture->queue_group = NULL;
  fixture_export (fixture);
  other_init (&other, fixture);
  depot_depot_proxy_call_note (fixture->proxy, "n");
  depot_state_wait_notes (fixture->state, "n");
  depot_state_wait_notes (other.state, "n");
  other_clear (&other);
}

typedef struct
{
  Fixture *fixture;
  int      n;        /* atomic: how often it has ended */
  GError  *error;
} Drain;

/* Runs in the thread of the export. */
static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      data)
{
  Drain *drain = data;

  norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, &drain->error);
  g_atomic_int_inc (&drain->n);
}

static void
begin_drain (gpointer data)
{
  norpc_nats_export_drain (((Drain *) data)->fixture->export, drained_cb, data);
}

static void
drain_wait (Drain *drain)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (&drain->n) == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
  g_assert_no_error (drain->error);
}

/* The server has the last reply when the program may end. */
static void
test_drain_confirmed (Fixture       *fixture,
                      gconstpointer  unused)
{
  Drain drain = { fixture };
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };
  Other other;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  other_init (&other, fixture);
  run_in_thread (fixture->thread, begin_drain, &drain);
  while (call_who_am_i (fixture) != 1)
    ;
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);

  /* It stops a moment later. */
  nats_process_pause (fixture->nats);
  while (norpc_nats_connection_flush_sync (fixture->served, 100, NULL))
    ;
  depot_answer (g_steal_pointer (&call), 5);
  g_assert_false (norpc_nats_connection_flush_sync (fixture->served, 200, NULL));
  g_assert_cmpint (g_atomic_int_get (&drain.n), ==, 0);
  nats_process_resume (fixture->nats);
  drain_wait (&drain);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  other_clear (&other);
}

static void
wait_for_loss (NorpcNatsConnection *connection)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (norpc_nats_connection_is_connected (connection))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* A program can end while there is no server. */
static void
test_drain_without_server (Fixture       *fixture,
                           gconstpointer  unused)
{
  Drain drain = { fixture };

  nats_process_kill (fixture->nats);
  wait_for_loss (fixture->served);
  run_in_thread (fixture->thread, begin_drain, &drain);
  drain_wait (&drain);
}

/* The server goes while an export is drained. */
static void
test_drain_lost (Fixture       *fixture,
                 gconstpointer  unused)
{
  Drain drain = { fixture };
  Outcome outcome = { 0 };
  g_autoptr (NorpcCall) call = NULL;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  nats_process_pause (fixture->nats);
  run_in_thread (fixture->thread, begin_drain, &drain);
  nats_process_kill (fixture->nats);
  wait_for_loss (fixture->served);
  depot_answer (g_steal_pointer (&call), 5);
  drain_wait (&drain);
  outcome_wait (&outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A call that the service has is answered before the export ends; later ones go to the other service. */
static void
test_drain (Fixture       *fixture,
            gconstpointer  unused)
{
  Drain drain = { fixture }, again = { fixture };
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };
  Other other;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  other_init (&other, fixture);
  run_in_thread (fixture->thread, begin_drain, &drain);
  run_in_thread (fixture->thread, begin_drain, &again);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  while (call_who_am_i (fixture) != 1)
    ;
  for (guint i = 0; i < 50; i++)
    g_assert_cmpuint (call_who_am_i (fixture), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&drain.n), ==, 0);

  depot_answer (g_steal_pointer (&call), 5);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.number, ==, 5);
  drain_wait (&drain);
  g_assert_error (again.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&again.error);
  other_clear (&other);
}

/* Runs in the context of the export. */
static void
add_to_drained (gpointer data)
{
  NorpcNatsExport *export = ((Fixture *) data)->export;
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_nats_export_add_interface (export, depot_admin_interface_info (), &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (norpc_nats_export_announce (export, "depot", "1.0.0", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* An export that is drained takes no further interface, which would prolong that, and is not announced. */
static void
test_drain_add (Fixture       *fixture,
                gconstpointer  unused)
{
  Drain drain = { fixture };
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  run_in_thread (fixture->thread, begin_drain, &drain);
  run_in_thread (fixture->thread, add_to_drained, fixture);
  depot_answer (g_steal_pointer (&call), 5);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  drain_wait (&drain);
}

typedef struct
{
  Fixture *fixture;
  guint    n_sent, n_done;
} Load;

static void
echo_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Load *load = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  load->n_done++;
}

static void
send_calls (Load *load,
            guint n)
{
  for (guint i = 0; i < n; i++, load->n_sent++)
    depot_depot_proxy_call_echo (load->fixture->proxy, "x", NULL, echo_cb, load);
}

/* No call is lost that was sent before the server knows that one of two services leaves. */
static void
test_drain_under_load (Fixture       *fixture,
                       gconstpointer  unused)
{
  Load load = { .fixture = fixture };
  Other other;

  other_init (&other, fixture);
  for (guint round = 0; round < 20; round++)
    {
      Drain drain = { fixture };

      nats_process_pause (fixture->nats);
      run_in_thread (fixture->thread, begin_drain, &drain);
      send_calls (&load, 50);
      nats_process_resume (fixture->nats);
      send_calls (&load, 50);
      while (load.n_done < load.n_sent)
        g_main_context_iteration (NULL, TRUE);
      drain_wait (&drain);
      fixture_unexport (fixture);
      fixture_export (fixture);
    }
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state) + depot_state_get_n_handled (other.state), ==,
                    load.n_done);
  other_clear (&other);
}

static void
add_tests (void)
{
  TEST ("/nats/services/group", test_group);
  TEST ("/nats/services/no-group", test_no_group);
  TEST ("/nats/services/drain", test_drain);
  TEST ("/nats/services/drain-add", test_drain_add);
  TEST ("/nats/services/drain-confirmed", test_drain_confirmed);
  TEST ("/nats/services/drain-without-server", test_drain_without_server);
  TEST ("/nats/services/drain-lost", test_drain_lost);
  TEST ("/nats/services/drain-under-load", test_drain_under_load);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
