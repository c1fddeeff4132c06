/* test-nats-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls over NATS. */

#include <string.h>
#include <sys/prctl.h>

#include "nats-fixture.h"

static void
test_echo (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  fixture_assert_echo (fixture);
  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  g_assert_cmpuint (outcome.n, ==, 0);
  depot_answer (g_steal_pointer (&call), 7);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.number, ==, 7);
}

/* Frees data. */
static void
note_thread (gpointer name)
{
  char buffer[16] = "";

  prctl (PR_GET_NAME, buffer);
  g_atomic_pointer_set ((char **) name, g_strdup (buffer));
}

static void
result_cb (GObject      *proxy,
           GAsyncResult *result,
           gpointer      data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
assert_arguments_released (Fixture  *fixture,
                           gboolean  cancel)
{
  char *name = NULL;
  GBytes *bytes = g_bytes_new_with_free_func ("abc", 3, note_thread, &name);
  GVariant *any =
    g_variant_ref_sink (g_variant_new_variant (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE)));
  GVariant *dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  depot_depot_proxy_call_mix (fixture->proxy, 1, TRUE, -2, 1, 2.5, NULL, bytes, any, dict, cancellable, result_cb,
                              &result);
  g_bytes_unref (bytes);
  g_variant_unref (any);
  g_variant_unref (dict);
  if (cancel)
    g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (depot_depot_proxy_call_mix_finish (fixture->proxy, result, NULL, NULL, NULL, NULL, NULL, NULL, &error) !=
                 cancel);
  g_clear_object (&result);
  while (g_atomic_pointer_get (&name) == NULL)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (name, !=, "nats");
  g_free (name);
}

/* A function of the application that frees data does not run in the thread of the connection. */
static void
test_arguments_released (Fixture       *fixture,
                         gconstpointer  unused)
{
  for (guint i = 0; i < 100; i++)
    {
      assert_arguments_released (fixture, FALSE);
      assert_arguments_released (fixture, TRUE);
    }
}

static void
test_time_left (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 60000);
  g_assert_true (depot_depot_proxy_call_get_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_cmpint (left, >, 30000);
  g_assert_cmpint (left, <=, 60000);
}

static void
wait_cancelled (NorpcCall *call)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (!norpc_call_is_cancelled (call))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* The client has its error at once, and the service is told. */
static void
test_cancel (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (call));
  g_cancellable_cancel (cancellable);
  outcome_assert (&outcome, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_cancelled (call);
  fixture_assert_echo (fixture);
}

/* A client that is blocked times out, and its service is told. */
static void
test_timeout (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 100);
  g_assert_false (depot_depot_proxy_call_hold_sync (fixture->proxy, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  call = depot_state_wait_held (fixture->state);
  wait_cancelled (call);
}

static void
test_one_way (Fixture       *fixture,
              gconstpointer  unused)
{
  for (guint i = 0; i < 3; i++)
    depot_depot_proxy_call_note (fixture->proxy, "x");
  depot_state_wait_notes (fixture->state, "xxx");
}

static void
test_no_responders (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, "nothing.here");
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (GError) error = NULL;

  g_assert_null (depot_depot_proxy_call_echo_sync (proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "nothing.here"));
}

/* Returns a proxy whose calls are repeated if no handler has begun with them, whatever their methods are. */
static DepotDepotProxy *
make_patient_proxy (NorpcEndpoint  *endpoint,
                    NorpcRetryFunc  func,
                    gpointer        data)
{
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 100, "delay", 10, "reserve", 1000, NULL);
  g_autoptr (NorpcEndpoint) stack = NULL;

  norpc_retry_set_func (NORPC_RETRY (retry), func, data, NULL);
  stack = norpc_stack_new (retry, endpoint, NULL);

  return depot_depot_proxy_new (stack);
}

/* Runs in a thread of the pool. Nothing has served the prefix. */
static gboolean
export_cb (NorpcCall    *call G_GNUC_UNUSED,
           const GError *error,
           guint         n_attempts,
           gpointer      fixture)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  if (n_attempts == 1)
    fixture_export (fixture);

  return TRUE;
}

static void
test_repeated_without_responders (Fixture       *fixture,
                                  gconstpointer  unused)
{
  g_autoptr (DepotDepotProxy) proxy = make_patient_proxy (NORPC_ENDPOINT (fixture->endpoint), export_cb, fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = NULL;

  fixture_unexport (fixture);
  echo = depot_depot_proxy_call_echo_sync (proxy, "a", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, "a");
}

/* Runs in a thread of the pool. The export has as many calls as it takes. */
static gboolean
make_room_cb (NorpcCall    *call G_GNUC_UNUSED,
              const GError *error,
              guint         n_attempts,
              gpointer      held)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  if (n_attempts == 1)
    norpc_call_return_error_literal (held, NORPC_ERROR, NORPC_ERROR_FAILED, "");

  return TRUE;
}

static void
test_repeated_with_room (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (DepotDepotProxy) proxy = NULL;
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  held = depot_state_wait_held (fixture->state);
  proxy = make_patient_proxy (NORPC_ENDPOINT (fixture->endpoint), make_room_cb, held);
  echo = depot_depot_proxy_call_echo_sync (proxy, "a", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, "a");
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_FAILED);
}

/* Runs in the context of the export. */
static gboolean
reject_first (NorpcCall  *call G_GNUC_UNUSED,
              gpointer    data,
              GError    **error)
{
  if (g_atomic_int_add ((int *) data, 1) > 0)
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "There are too many calls");

  return FALSE;
}

/* Runs in a thread of the pool. */
static gboolean
busy_cb (NorpcCall    *call G_GNUC_UNUSED,
         const GError *error,
         guint         n_attempts G_GNUC_UNUSED,
         gpointer      unused G_GNUC_UNUSED)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);

  return TRUE;
}

typedef struct
{
  Fixture         *fixture;
  NorpcEndpoint   *endpoint; /* (owned) */
  NorpcNatsExport *export;   /* (owned): used in its context */
} Limited;

/* Runs in the context of the export. */
static void
export_limited (gpointer data)
{
  Limited *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->fixture->served, "test.limited", self->endpoint,
                                        depot_depot_interface_info (), &error);
  g_assert_no_error (error);
}

/* Runs in the context of the export. */
static void
unexport_limited (gpointer data)
{
  g_clear_object (&((Limited *) data)->export);
}

/* A layer of the service has rejected the call. */
static void
test_repeated_after_layer (Fixture       *fixture,
                           gconstpointer  unused)
{
  NorpcLayer *filter = norpc_filter_new ();
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, "test.limited");
  g_autoptr (DepotDepotProxy) proxy = make_patient_proxy (NORPC_ENDPOINT (endpoint), busy_cb, NULL);
  Limited limited = { .fixture = fixture };
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = NULL;
  int n_calls = 0;

  norpc_filter_set_call_func (NORPC_FILTER (filter), reject_first, &n_calls, NULL);
  limited.endpoint = norpc_stack_new (filter, norpc_server_get_endpoint (fixture->server), NULL);
  run_in_thread (fixture->thread, export_limited, &limited);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);

  echo = depot_depot_proxy_call_echo_sync (proxy, "a", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, "a");
  g_assert_cmpint (n_calls, ==, 2);

  run_in_thread (fixture->thread, unexport_limited, &limited);
  g_object_unref (limited.endpoint);
}

/* More calls than the service may have open. */
static void
test_capacity (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (NorpcCall) first = NULL, second = NULL;
  Outcome outcomes[3] = { { 0 } };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);
  first = depot_state_wait_held (fixture->state);
  second = depot_state_wait_held (fixture->state);
  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[2]);
  outcome_assert (&outcomes[2], NORPC_ERROR, NORPC_ERROR_BUSY);

  norpc_call_return_error_literal (first, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  outcome_assert (&outcomes[0], NORPC_ERROR, NORPC_ERROR_FAILED);
  fixture_assert_echo (fixture);
  g_clear_pointer (&second, norpc_call_unref);
  outcome_assert (&outcomes[1], NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

static void
ready_cb (GObject      *endpoint,
          GAsyncResult *result,
          gpointer      data)
{
  Outcome *outcome = data;

  outcome->n++;
  norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, &outcome->error);
}

/* A client that may have one call, and has it. */
typedef struct
{
  NorpcEndpoint   *endpoint; /* (owned) */
  DepotDepotProxy *proxy;    /* (owned) */
  NorpcCall       *call;     /* (owned): at the service */
  Outcome          outcome;  /* of the call */
} Full;

static void
full_init (Full    *self,
           Fixture *fixture)
{
  *self = (Full) { 0 };
  self->endpoint = g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", fixture->connection, "prefix", PREFIX,
                                 "capacity", 1, NULL);
  self->proxy = depot_depot_proxy_new (self->endpoint);
  g_assert_true (norpc_endpoint_is_ready (self->endpoint));
  depot_depot_proxy_call_hold (self->proxy, NULL, hold_cb, &self->outcome);
  self->call = depot_state_wait_held (fixture->state);
  g_assert_false (norpc_endpoint_is_ready (self->endpoint));
}

/* The service answers the call. */
static void
full_answer (Full *self)
{
  norpc_call_return_error_literal (self->call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  outcome_assert (&self->outcome, NORPC_ERROR, NORPC_ERROR_FAILED);
}

static void
full_clear (Full *self)
{
  norpc_call_unref (self->call);
  g_object_unref (self->proxy);
  release_and_wait (self->endpoint);
}

/* More calls than the client may have open. */
static void
test_endpoint_capacity (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome ready = { 0 };
  Full full;

  full_init (&full, fixture);
  g_assert_null (depot_depot_proxy_call_echo_sync (full.proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  norpc_endpoint_ready_async (full.endpoint, NULL, ready_cb, &ready);
  g_assert_cmpuint (ready.n, ==, 0);

  full_answer (&full);
  outcome_wait (&ready);
  g_assert_no_error (ready.error);
  full_clear (&full);
}

/* Clients that have stopped waiting keep no other one from that. */
static void
test_cancelled_ready (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome cancelled = { 0 }, ready = { 0 };
  Full full;

  full_init (&full, fixture);
  norpc_endpoint_ready_async (full.endpoint, cancellable, ready_cb, &cancelled);
  g_cancellable_cancel (cancellable);
  outcome_assert (&cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_endpoint_ready_async (full.endpoint, NULL, ready_cb, &ready);

  full_answer (&full);
  outcome_wait (&ready);
  g_assert_no_error (ready.error);
  full_clear (&full);
}

#define N_READY 5

/* More clients wait than there may be calls: all of them learn that there is room. */
static void
test_many_ready (Fixture       *fixture,
                 gconstpointer  unused)
{
  Outcome ready[N_READY] = { { 0 } };
  Full full;

  full_init (&full, fixture);
  for (guint i = 0; i < N_READY; i++)
    norpc_endpoint_ready_async (full.endpoint, NULL, ready_cb, &ready[i]);

  full_answer (&full);
  for (guint i = 0; i < N_READY; i++)
    {
      outcome_wait (&ready[i]);
      g_assert_no_error (ready[i].error);
    }
  full_clear (&full);
}

/* An endpoint of a closed connection will never be ready. */
static void
test_closed_ready (Fixture       *fixture,
                   gconstpointer  unused)
{
  Outcome waiting = { 0 }, later = { 0 };
  Full full;

  full_init (&full, fixture);
  norpc_endpoint_ready_async (full.endpoint, NULL, ready_cb, &waiting);
  norpc_nats_connection_close (fixture->connection);
  outcome_assert (&full.outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_assert (&waiting, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_false (norpc_endpoint_is_ready (full.endpoint));
  norpc_endpoint_ready_async (full.endpoint, NULL, ready_cb, &later);
  outcome_assert (&later, NORPC_ERROR, NORPC_ERROR_CLOSED);
  full_clear (&full);
}

static void
add_tests (void)
{
  TEST ("/nats/calls/echo", test_echo);
  TEST ("/nats/calls/arguments-released", test_arguments_released);
  TEST ("/nats/calls/time-left", test_time_left);
  TEST ("/nats/calls/cancel", test_cancel);
  TEST ("/nats/calls/timeout", test_timeout);
  TEST ("/nats/calls/one-way", test_one_way);
  TEST ("/nats/calls/no-responders", test_no_responders);
  TEST ("/nats/calls/repeated-without-responders", test_repeated_without_responders);
  TEST ("/nats/calls/repeated-after-layer", test_repeated_after_layer);
  TEST_WITH_CAPACITY ("/nats/calls/repeated-with-room", 1, test_repeated_with_room);
  TEST_WITH_CAPACITY ("/nats/calls/capacity", 2, test_capacity);
  TEST ("/nats/calls/endpoint-capacity", test_endpoint_capacity);
  TEST ("/nats/calls/cancelled-ready", test_cancelled_ready);
  TEST ("/nats/calls/many-ready", test_many_ready);
  TEST ("/nats/calls/closed-ready", test_closed_ready);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
