/* test-nats-trace.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls over NATS belong to the traces of their clients. */

#include "raw-client.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define PARENT "00-" TRACE "-b7ad6b7169203331-01"
#define SPAN "00-" TRACE "-00f067aa0ba902b7-01"

#define FRONT_PREFIX "test.front"

/* Asserts what the next call has that the service gets, and answers it. */
static void
assert_next (Fixture    *fixture,
             const char *parent,
             const char *state)
{
  NorpcCall *call = depot_state_wait_held (fixture->state);
  g_autofree char *actual_parent = norpc_call_dup_trace_parent (call);
  g_autofree char *actual_state = norpc_call_dup_trace_state (call);

  g_assert_cmpstr (actual_parent, ==, parent);
  g_assert_cmpstr (actual_state, ==, state);
  depot_answer (call, 1);
}

/* A service that calls the one of the fixture while it handles a call. */

static gboolean
front_hold (DepotDepot *service,
            NorpcCall  *call,
            GError    **error)
{
  Fixture *fixture = norpc_simple_service_get_data (service);
  g_autofree char *parent = norpc_call_dup_trace_parent (call);

  g_assert_cmpstr (parent, ==, PARENT);
  depot_depot_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);

  /* The next ones belong to a span of this service's own. */
  g_assert_true (norpc_call_set_trace_context (call, SPAN, NULL));
  depot_depot_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  depot_depot_complete_hold (service, call, 2);

  return TRUE;
}

typedef struct
{
  Fixture         *fixture;
  NorpcServer     *server; /* (owned) */
  NorpcNatsExport *export; /* (owned) */
} Front;

/* Runs in the context of the exports. */
static void
front_export (gpointer data)
{
  Front *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->fixture->served, FRONT_PREFIX, norpc_server_get_endpoint (self->server),
                                        depot_depot_interface_info (), &error);
  g_assert_no_error (error);
}

static void
front_unexport (gpointer data)
{
  g_clear_object (&((Front *) data)->export);
}

static void
test_passed_on (Fixture       *fixture,
                gconstpointer  unused)
{
  static const DepotDepotInterface funcs = { .handle_hold = front_hold };
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, FRONT_PREFIX);
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (GError) error = NULL;
  Front front = { fixture };
  int token;

  front.server = norpc_serve (depot_depot_new_for_funcs (&funcs, fixture, NULL), &error);
  g_assert_no_error (error);
  run_in_thread (fixture->thread, front_export, &front);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);

  norpc_trace_context_push (PARENT, "rojo=1");
  depot_depot_proxy_call_hold_sync (proxy, &token, NULL, &error);
  norpc_trace_context_pop ();
  g_assert_no_error (error);
  g_assert_cmpint (token, ==, 2);
  assert_next (fixture, PARENT, "rojo=1");
  assert_next (fixture, SPAN, NULL);

  run_in_thread (fixture->thread, front_unexport, &front);
  norpc_server_stop (front.server, NORPC_STOP_FINISH, NULL, NULL);
  g_object_unref (front.server);
}

/* A call that belongs to no trace has no header, after another one that has. */
static void
test_none (Fixture       *fixture,
           gconstpointer  unused)
{
  Outcome outcome = { 0 };

  norpc_trace_context_push (PARENT, NULL);
  depot_depot_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  norpc_trace_context_pop ();
  assert_next (fixture, PARENT, NULL);
  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  assert_next (fixture, NULL, NULL);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* A call that is sent again belongs to the same trace. */
static void
test_sent_again (Fixture       *fixture,
                 gconstpointer  unused)
{
  Outcome outcome = { 0 };
  g_autoptr (NorpcCall) first = NULL;

  norpc_trace_context_push (PARENT, "rojo=1");
  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &outcome);
  norpc_trace_context_pop ();
  first = depot_state_wait_held (fixture->state);
  nats_process_kill (fixture->nats);
  nats_process_start (fixture->nats);
  assert_next (fixture, PARENT, "rojo=1");
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* Publishes a call with headers: pairs of a name and a value, and NULL. */
static void
publish (RawClient          *client,
         const char * const *headers)
{
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, PREFIX ".org.example.Depot.Hold", NULL, NULL, 0), ==, NATS_OK);
  for (guint i = 0; headers[i] != NULL; i += 2)
    g_assert_cmpint (natsMsgHeader_Add (message, headers[i], headers[i + 1]), ==, NATS_OK);
  g_assert_cmpint (natsConnection_PublishMsg (client->nats, message), ==, NATS_OK);
  natsMsg_Destroy (message);
}

/* Headers of other clients. Those that make no sense are ignored, and the call is performed. */
static void
test_headers (Fixture       *fixture,
              gconstpointer  unused)
{
  const struct { const char *headers[9]; const char *parent; const char *state; } cases[] =
  {
    { { "traceparent", PARENT, NULL }, PARENT, NULL },
    { { "Traceparent", PARENT, "Tracestate", "a=1", NULL }, PARENT, "a=1" },
    { { "TRACEPARENT", PARENT, "tracestate", "a=1", "tracestate", "b=2", NULL }, PARENT, "a=1,b=2" },
    { { "traceparent", "01-" TRACE "-b7ad6b7169203331-01-more", NULL }, PARENT, NULL },
    { { "traceparent", "x", "tracestate", "a=1", NULL }, NULL, NULL },
    { { "traceparent", "", NULL }, NULL, NULL },
    { { "tracestate", "a=1", NULL }, NULL, NULL },
    { { "traceparent", PARENT, "traceparent", SPAN, NULL }, NULL, NULL },
    { { "traceparent", PARENT, "Traceparent", SPAN, NULL }, NULL, NULL },
    { { "Other", PARENT, NULL }, NULL, NULL },
  };
  RawClient client;

  raw_client_init (&client, fixture->nats);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%u", i);
      publish (&client, cases[i].headers);
      assert_next (fixture, cases[i].parent, cases[i].state);
    }
  raw_client_clear (&client);
}

static void
add_tests (void)
{
  TEST ("/nats/trace/passed-on", test_passed_on);
  TEST ("/nats/trace/none", test_none);
  TEST ("/nats/trace/sent-again", test_sent_again);
  TEST ("/nats/trace/headers", test_headers);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
