/* test-nats-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls over NATS. */

#include <string.h>
#include <sys/prctl.h>

#include "nats-fixture.h"

static void
assert_echo (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_sync (fixture->proxy, "größer", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, "größer");
}

static void
test_echo (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  assert_echo (fixture);
  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  g_assert_cmpuint (outcome.n, ==, 0);
  depot_answer (g_steal_pointer (&call), 7);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.number, ==, 7);
}

static gpointer
run_loop (gpointer loop)
{
  g_main_loop_run (loop);

  return NULL;
}

/* The thread that runs the context of an export need not have made it its thread default. */
static void
test_context_not_pushed (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  GThread *thread;

  fixture_unexport (fixture);
  g_main_context_push_thread_default (context);
  make_export (fixture);
  g_main_context_pop_thread_default (context);
  thread = g_thread_new ("export", run_loop, loop);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 10000);
  assert_echo (fixture);
  g_main_loop_quit (loop);
  g_thread_join (thread);
  g_clear_object (&fixture->export);
}

static void
call_mix (Fixture    *fixture,
          const char *maybe)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0b", 3);
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_parsed ("<{'x': (1, <2.5>), 'y': (-3, <'z'>)}>"));
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'n': <1>}"));
  g_autoptr (GBytes) bytes_again = NULL;
  g_autoptr (GVariant) any_again = NULL, dict_again = NULL;
  g_autofree char *maybe_again = NULL;
  g_autoptr (GError) error = NULL;
  guint64 sum;
  double real;

  depot_depot_proxy_call_mix_sync (fixture->proxy, 1, TRUE, -2, G_MAXINT64, 2.5, maybe, bytes, any, dict, &real,
                                   &maybe_again, &bytes_again, &any_again, &dict_again, &sum, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (real, ==, 2.5);
  g_assert_cmpstr (maybe_again, ==, maybe);
  g_assert_true (g_bytes_equal (bytes, bytes_again));
  g_assert_true (g_variant_equal (any, any_again));
  g_assert_true (g_variant_equal (dict, dict_again));
  g_assert_cmpuint (sum, ==, G_MAXINT64);
}

static void
test_types (Fixture       *fixture,
            gconstpointer  unused)
{
  call_mix (fixture, "a");
  call_mix (fixture, "");
  call_mix (fixture, NULL);
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
assert_fails (Fixture    *fixture,
              guint       how,
              GQuark      domain,
              int         code,
              const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_fail_sync (fixture->proxy, how, message, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

/* A message is cut before the character that would not fit as a whole. */
static void
assert_cut (Fixture *fixture,
            guint    n_before,
            guint    n_left)
{
  g_autofree char *start = g_strnfill (n_before, 'x');
  g_autofree char *message = g_strconcat (start, "ääää", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_fail_sync (fixture->proxy, 3, message, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (strlen (error->message), ==, n_left);
  g_assert_true (g_str_has_prefix (message, error->message));
}

static void
test_long_errors (Fixture       *fixture,
                  gconstpointer  unused)
{
  assert_cut (fixture, 8191, 8191);
  assert_cut (fixture, 8190, 8192);
  assert_cut (fixture, 8184, 8192);
  assert_cut (fixture, 8189, 8191);
  assert_cut (fixture, 511, 519);
}

/* Errors have their domain, code and message. */
static void
test_errors (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autofree char *large = g_strnfill (5000, 'x');

  assert_fails (fixture, 0, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING, "no such thing");
  assert_fails (fixture, 1, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL, "two\r\nlines: ä");
  assert_fails (fixture, 2, DEPOT_QUIET_ERROR, DEPOT_QUIET_ERROR_LATE, large);
  assert_fails (fixture, 3, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "x");
  assert_fails (fixture, 4, NORPC_ERROR, NORPC_ERROR_BUSY, "x");
  assert_fails (fixture, 0, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING, "");
  assert_fails (fixture, 2, DEPOT_QUIET_ERROR, DEPOT_QUIET_ERROR_LATE, "");
  assert_fails (fixture, 3, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, " \r\n\t");
}

/* The errors as in depot.xml. */
static const char described_depot[] =
  "<node>"
  "  <error-domain name='DepotError' dbus-prefix='org.example.Depot.Error'>"
  "    <error name='Missing'/>"
  "    <error name='Full'/>"
  "  </error-domain>"
  "  <error-domain name='QuietError'>"
  "    <error name='Late' value='7'/>"
  "  </error-domain>"
  "  <interface name='org.example.Depot'>"
  "    <method name='Fail'>"
  "      <arg name='how' type='u'/>"
  "      <arg name='message' type='s'/>"
  "    </method>"
  "  </interface>"
  "</node>";

/* A service without generated code, which is exported, too. */
typedef struct
{
  Fixture            *fixture;
  NorpcInterfaceInfo *info;
  NorpcServer        *server;
  NorpcNatsExport    *export;
} Described;

/* Runs in the context of the service. Fails with an error that the description declares, whose domain is that of a
 * process which has no generated code of it.
 */
static gboolean
described_call_cb (NorpcDynamicService  *service G_GNUC_UNUSED,
                   NorpcCall            *call G_GNUC_UNUSED,
                   const char           *method_name G_GNUC_UNUSED,
                   GVariant             *args,
                   gpointer              unused G_GNUC_UNUSED,
                   GError              **error)
{
  const char *message;
  guint how;

  g_variant_get (args, "(u&s)", &how, &message);
  if (how < 2)
    g_set_error_literal (error, g_quark_from_static_string ("depot-error-quark"), (int) how, message);
  else
    g_set_error_literal (error, g_quark_from_static_string ("quiet-error-quark"), 7, message);

  return FALSE;
}

static void
export_described (gpointer data)
{
  Described *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->fixture->served, "test.described",
                                        norpc_server_get_endpoint (self->server), self->info, &error);
  g_assert_no_error (error);
}

static void
drop_described (gpointer data)
{
  g_clear_object (&((Described *) data)->export);
}

static void
described_init (Described *self,
                Fixture   *fixture)
{
  g_autoptr (GError) error = NULL;

  self->fixture = fixture;
  self->info = norpc_interface_info_new_for_xml (described_depot, NULL, &error);
  g_assert_no_error (error);
  self->server = norpc_serve (norpc_dynamic_service_new (self->info, described_call_cb, NULL, NULL), &error);
  g_assert_no_error (error);
  run_in_thread (fixture->thread, export_described, self);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);
}

static void
described_clear (Described *self)
{
  run_in_thread (self->fixture->thread, drop_described, self);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
}

/* The errors of a service without generated code reach generated code in its own domain if the description gives
 * them a name over D-Bus.
 */
static void
test_described_errors (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, "test.described");
  Described described;

  described_init (&described, fixture);
  g_clear_object (&fixture->proxy);
  fixture->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  assert_fails (fixture, 0, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING, "no such thing");
  assert_fails (fixture, 1, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL, "it is full");
  assert_fails (fixture, 2, g_quark_from_static_string ("quiet-error-quark"), 7, "too late");
  g_clear_object (&fixture->proxy);
  described_clear (&described);
}

static void
assert_not_portable (const GError *error,
                     const char   *member)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, member));
}

static void
test_not_portable (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GCancellable) token = g_cancellable_new ();
  g_autoptr (GError) lend_error = NULL, borrow_error = NULL, open_error = NULL;

  g_assert_false (depot_depot_proxy_call_lend_sync (fixture->proxy, token, NULL, &lend_error));
  assert_not_portable (lend_error, "org.example.Depot.Lend cannot be called over NATS: the argument 'token'");
  g_assert_null (depot_depot_proxy_call_borrow_sync (fixture->proxy, NULL, &borrow_error));
  assert_not_portable (borrow_error, "org.example.Depot.Borrow cannot be called over NATS: the result 'token'");
  g_assert_false (depot_depot_proxy_call_open_sync (fixture->proxy, 0, NULL, &open_error));
  assert_not_portable (open_error, "org.example.Depot.Open cannot be called over NATS: the argument 'file'");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);
  assert_echo (fixture);
}

/* Calls with a variant, or with a dictionary of variants. */
static void
assert_mix_not_portable (Fixture    *fixture,
                         const char *any_text,
                         const char *dict_text,
                         const char *member)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_parsed (any_text));
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed (dict_text));
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_mix_sync (fixture->proxy, 1, TRUE, -2, 3, 2.5, NULL, bytes, any, dict, NULL, NULL,
                                                   NULL, NULL, NULL, NULL, NULL, &error));
  assert_not_portable (error, member);
}

/* A file descriptor in a variant does not cross either. */
static void
test_handles (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GVariant) any = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

#define MIX "org.example.Depot.Mix cannot be called over NATS: the argument "
  assert_mix_not_portable (fixture, "<@h 0>", "@a{sv} {}", MIX "'any' has a file descriptor");
  assert_mix_not_portable (fixture, "<[<1>, <(1, {'x': <<@h 0>>})>]>", "@a{sv} {}", MIX "'any' has a file descriptor");
  assert_mix_not_portable (fixture, "<1>", "{'a': <1>, 'h': <[@h 0]>}", MIX "'dict' has a file descriptor");
#undef MIX
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);

  g_assert_false (depot_depot_proxy_call_find_sync (fixture->proxy, &number, &any, NULL, &error));
  assert_not_portable (error, "org.example.Depot.Find cannot be called over NATS: the result 'any' has a file descriptor");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 1);
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
  assert_echo (fixture);
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
  assert_echo (fixture);
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

/* More calls than the client may have open. */
static void
test_endpoint_capacity (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) endpoint = g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", fixture->connection,
                                                     "prefix", PREFIX, "capacity", 1, NULL);
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (endpoint);
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 }, ready = { 0 };

  g_assert_true (norpc_endpoint_is_ready (endpoint));
  depot_depot_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  g_assert_false (norpc_endpoint_is_ready (endpoint));
  g_assert_null (depot_depot_proxy_call_echo_sync (proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &ready);
  g_assert_cmpuint (ready.n, ==, 0);

  norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_FAILED);
  outcome_wait (&ready);
  g_assert_no_error (ready.error);
}

/* A call whose service has ended its export, and the next one. */
static void
test_unexport (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  fixture_unexport (fixture);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);
  g_assert_null (depot_depot_proxy_call_echo_sync (fixture->proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_FAILED);
}

static void
export_in (Fixture      *fixture,
           GMainContext *context)
{
  fixture_unexport (fixture);
  g_main_context_push_thread_default (context);
  make_export (fixture);
  g_main_context_pop_thread_default (context);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
}

/* The export is released when no thread will handle the replies of calls that the service has. */
static void
test_context_ends (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome outcomes[3] = { { 0 } };

  export_in (fixture, context);
  for (guint i = 0; i < 3; i++)
    {
      depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);
      while (depot_state_get_n_handled (fixture->state) == i)
        g_main_context_iteration (context, FALSE);
    }
  g_clear_object (&fixture->export);
  for (guint i = 0; i < 3; i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_nonnull (strstr (outcomes[i].error->message, "Depot.Hold was interrupted: the service is not available any more"));
      outcome_assert (&outcomes[i], NORPC_ERROR, NORPC_ERROR_CLOSED);
    }

  /* A thread that runs the context later does not answer again. */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NorpcCall) call = depot_state_wait_held (fixture->state);

      norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
    }
  while (g_main_context_iteration (context, FALSE))
    ;
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (outcomes[i].n, ==, 0);
}

static void
add_twice (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  norpc_nats_export_add_interface (fixture->export, depot_admin_interface_info (), &error);
  g_assert_no_error (error);
  g_assert_false (norpc_nats_export_add_interface (fixture->export, depot_depot_interface_info (), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
}

/* Another interface of the export, which this service does not implement. */
static void
test_interfaces (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (DepotAdminProxy) admin = depot_admin_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_admin_proxy_call_reset_sync (admin, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  run_in_thread (fixture->thread, add_twice, fixture);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  g_assert_false (depot_admin_proxy_call_reset_sync (admin, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

static void
add_tests (void)
{
  TEST ("/nats/calls/echo", test_echo);
  TEST ("/nats/calls/context-not-pushed", test_context_not_pushed);
  TEST ("/nats/calls/types", test_types);
  TEST ("/nats/calls/arguments-released", test_arguments_released);
  TEST ("/nats/calls/errors", test_errors);
  TEST ("/nats/calls/described-errors", test_described_errors);
  TEST ("/nats/calls/long-errors", test_long_errors);
  TEST ("/nats/calls/not-portable", test_not_portable);
  TEST ("/nats/calls/handles", test_handles);
  TEST ("/nats/calls/time-left", test_time_left);
  TEST ("/nats/calls/cancel", test_cancel);
  TEST ("/nats/calls/timeout", test_timeout);
  TEST ("/nats/calls/one-way", test_one_way);
  TEST ("/nats/calls/no-responders", test_no_responders);
  TEST_WITH_CAPACITY ("/nats/calls/capacity", 2, test_capacity);
  TEST ("/nats/calls/endpoint-capacity", test_endpoint_capacity);
  TEST ("/nats/calls/unexport", test_unexport);
  TEST ("/nats/calls/context-ends", test_context_ends);
  TEST ("/nats/calls/interfaces", test_interfaces);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
