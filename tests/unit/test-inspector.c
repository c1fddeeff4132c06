/* test-inspector.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The services that an inspector sees, the mistakes that it notices, and calls that are made by hand. */

#include "core/norpc-value-variant-private.h"
#include "inspector-fixture.h"

static void
test_services (Inspected     *self,
               gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  g_autoptr (NorpcServer) other = NULL;
  g_autoptr (NorpcThread) thread = norpc_thread_new ("shared");
  g_autoptr (GVariant) services = NULL;
  g_autoptr (GVariant) after = NULL;
  g_autoptr (GVariant) dict = NULL;
  g_autoptr (GVariant) methods = NULL;
  g_autoptr (GObject) service = G_OBJECT (store_store_new_for_funcs (&(StoreStoreInterface) { 0 }, NULL, NULL));
  g_auto (GStrv) interfaces = NULL;
  const char *interface, *method, *type;

  other = norpc_server_new_on_thread (service, thread);
  g_clear_object (&service);
  norpc_server_set_max_open_calls (other, 3);
  g_assert_true (norpc_server_start (other, NULL, NULL));

  services = norpc_inspector_list_services (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (services), ==, 3);
  assert_text (services, 0, "type", "ProbeService");
  assert_text (services, 0, "phase", "running");
  assert_text (services, 0, "thread", "ProbeService");
  g_assert_cmpuint (get_number (services, 0, "capacity"), ==, NORPC_CHANNEL_DEFAULT_CAPACITY);
  g_assert_cmpuint (get_number (services, 0, "max-open"), ==, 0);
  assert_text (services, 2, "thread", "shared");
  g_assert_cmpuint (get_number (services, 2, "max-open"), ==, 3);
  g_assert_cmpuint (get_number (services, 2, "context"), !=, get_number (services, 1, "context"));

  dict = g_variant_get_child_value (services, 1);
  g_assert_true (g_variant_lookup (dict, "interfaces", "^as", &interfaces));
  g_assert_cmpstrv (interfaces, ((const char * const[]) { "org.example.Store", NULL }));
  methods = g_variant_lookup_value (dict, "methods", G_VARIANT_TYPE ("a(sss)"));
  g_variant_get_child (methods, 1, "(&s&s&s)", &interface, &method, &type);
  g_assert_cmpstr (interface, ==, "org.example.Store");
  g_assert_cmpstr (method, ==, "Put");
  g_assert_cmpstr (type, ==, "(suas)");

  g_assert_true (norpc_server_stop (store, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_true (norpc_server_stop (other, NORPC_STOP_FINISH, NULL, NULL));
  after = norpc_inspector_list_services (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (after), ==, 1);
  norpc_thread_stop (thread);
}

/* The lengths of a queue. */
static void
test_queue (Inspected     *self,
            gconstpointer  unused)
{
  g_autoptr (GVariant) services = NULL;
  Outcome held = { 0 }, blocked = { 0 }, waiting = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (self->base.proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (self->base.state);
  probe_probe_proxy_call_block (self->base.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->base.state);
  probe_probe_proxy_call_noop (self->base.proxy, NULL, noop_cb, &waiting);

  services = norpc_inspector_list_services (self->inspector, NULL, NULL);
  g_assert_cmpuint (get_number (services, 0, "waiting"), ==, 1);
  g_assert_cmpuint (get_number (services, 0, "open"), ==, 1);

  probe_state_open_gate (self->base.state);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&held);
  outcome_wait (&blocked);
  outcome_wait (&waiting);
  outcome_clear (&held);
  outcome_clear (&blocked);
  outcome_clear (&waiting);
}

static GVariant *
wait_for_lint (NorpcInspector *inspector,
               const char     *name,
               guint          *index)
{
  for (;;)
    {
      GVariant *lints = norpc_inspector_list_lints (inspector, NULL, NULL);

      *index = find_entry (lints, "name", name);
      if (*index < g_variant_n_children (lints))
        return lints;
      g_variant_unref (lints);
      g_usleep (1000);
    }
}

/* It is noticed while the handler runs, and not again when it returns. */
static void
test_blocking (Inspected     *self,
               gconstpointer  unused)
{
  g_autoptr (GVariant) lints = NULL;
  g_autoptr (GVariant) after = NULL;
  Outcome blocked = { 0 };
  guint index;

  probe_probe_proxy_call_block (self->base.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->base.state);
  lints = wait_for_lint (self->inspector, "blocking-handler", &index);
  assert_text (lints, index, "interface", "org.example.Probe");
  assert_text (lints, index, "method", "Block");
  g_assert_cmpuint (get_number (lints, index, "count"), ==, 1);

  probe_state_open_gate (self->base.state);
  outcome_wait (&blocked);
  outcome_clear (&blocked);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  after = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (get_number (after, index, "count"), ==, 1);
}

/* Runs in the context of the probe. */
static void
sleep_long (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  g_usleep (17 * 1000);
  norpc_call_return_values (call, 0, NULL);
}

/* It is noticed when the handler has returned, with nobody looking meanwhile. */
static void
test_blocked (Inspected     *self,
              gconstpointer  unused)
{
  g_autoptr (GVariant) lints = NULL;
  guint index;

  self->base.state->run = sleep_long;
  for (guint i = 0; i < 2; i++)
    g_assert_true (probe_probe_proxy_call_run_sync (self->base.proxy, NULL, NULL));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  index = find_entry (lints, "name", "blocking-handler");
  g_assert_cmpuint (get_number (lints, index, "count"), ==, 2);
  assert_text (lints, index, "method", "Run");
}

static void
test_deadline (Inspected     *self,
               gconstpointer  unused)
{
  g_autoptr (GVariant) none = NULL;
  g_autoptr (GVariant) lints = NULL;
  Outcome outcome = { 0 };

  /* These have one. */
  g_assert_true (probe_probe_proxy_call_note_sync (self->base.proxy, 1, NULL, NULL));
  none = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (none), ==, 0);

  probe_probe_proxy_call_noop (self->base.proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (lints), ==, 1);
  assert_text (lints, 0, "name", "no-deadline");
  assert_text (lints, 0, "method", "Noop");
}

/* Runs in the context of the probe. */
static void
answer_twice (ProbeService *service,
              NorpcCall    *call,
              gpointer      data)
{
  norpc_call_return_values (call, 0, NULL);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_warning (Inspected     *self,
              gconstpointer  unused)
{
  g_autoptr (GVariant) lints = NULL;
  guint index;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*was answered twice*");
  self->base.state->run = answer_twice;
  g_assert_true (probe_probe_proxy_call_run_sync (self->base.proxy, NULL, NULL));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  g_test_assert_expected_messages ();

  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  index = find_entry (lints, "name", "warning");
  assert_text (lints, index, "text", "org.example.Probe.Run was answered twice; ignoring the second answer");
}

/* A queue for one call. */
static void
test_full (Inspected     *self,
           gconstpointer  unused)
{
  g_autoptr (GVariant) few = NULL;
  g_autoptr (GVariant) lints = NULL;
  g_autoptr (GVariant) again = NULL;
  Outcome blocked = { 0 }, waiting = { 0 };
  guint index;

  probe_probe_proxy_call_block (self->base.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->base.state);
  probe_probe_proxy_call_noop (self->base.proxy, NULL, noop_cb, &waiting);

  for (guint i = 0; i < 9; i++)
    g_assert_false (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  few = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (find_entry (few, "name", "full-queue"), ==, g_variant_n_children (few));
  g_assert_false (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  index = find_entry (lints, "name", "full-queue");
  g_assert_cmpuint (get_number (lints, index, "count"), ==, 10);
  assert_text (lints, index, "text", "10 of 12 calls found the queue full, which has a capacity of 1; "
                                     "limit the clients, or make the service faster");
  again = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (get_number (again, index, "count"), ==, 10);

  probe_state_open_gate (self->base.state);
  outcome_wait (&blocked);
  outcome_wait (&waiting);
  outcome_clear (&blocked);
  outcome_clear (&waiting);
}

/* The number of the last service. */
static guint
get_last_service (NorpcInspector *inspector)
{
  g_autoptr (GVariant) services = norpc_inspector_list_services (inspector, NULL, NULL);

  return (guint) get_number (services, (guint) g_variant_n_children (services) - 1, "service");
}

static void
assert_invoked (Inspected  *self,
                guint       service,
                const char *interface,
                const char *method,
                const char *args,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *results =
    norpc_inspector_invoke_sync (self->inspector, service, interface, method, args, NULL, &error);

  g_assert_cmpstr (results != NULL ? results : error->message, ==, expected);
}

static void
test_invoke (Inspected     *self,
             gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  guint last = get_last_service (self->inspector);
  guint probe = last - 1;

  assert_invoked (self, probe, "org.example.Probe", "Noop", "", "");
  assert_invoked (self, probe, "org.example.Probe", "Noop", " () ", "");
  assert_invoked (self, probe, "org.example.Probe", "Note", "3", "");
  assert_invoked (self, probe, "org.example.Probe", "Note", "(3,)", "");
  assert_invoked (self, probe, "org.example.Probe", "Echo", "b'abc'", "echo=b'abc'");
  assert_invoked (self, probe, "org.example.Probe", "Fail", "", "as told");
  assert_invoked (self, last, "org.example.Store", "Unlock", "'ada', 'right'", "");
  assert_invoked (self, last, "org.example.Store", "Unlock", "('ada', 'wrong')", "not this one");

  assert_invoked (self, probe, "org.example.Probe", "Nothing", "", "org.example.Probe has no method 'Nothing'");
  assert_invoked (self, 9999, "org.example.Probe", "Noop", "", "there is no service 9999");
  assert_invoked (self, probe, "org.example.Store", "Clear", "",
                  "service 1, a ProbeService, does not implement 'org.example.Store'");
  assert_invoked (self, probe, "org.example.Probe", "Note", "'text'",
                  "org.example.Probe.Note takes arguments of the type '(u)': "
                  "1-7:can not parse as value of type 'u'");
  assert_invoked (self, last, "org.example.Store", "Lend", "",
                  "org.example.Store.Lend has an argument of a type that has no form as text");
  assert_invoked (self, last, "org.example.Store", "Watch", "'a'",
                  "org.example.Store.Watch is a stream, which has no form as text");
  assert_invoked (self, last, "org.example.Store", "Forget", "'a'", "");
}

static void
invoked_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static void
test_invoke_async (Inspected     *self,
                   gconstpointer  unused)
{
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *results = NULL;
  guint probe = get_last_service (self->inspector);

  norpc_inspector_invoke (self->inspector, probe, "org.example.Probe", "Echo", "b'abc'", NULL, invoked_cb, &good);
  norpc_inspector_invoke (self->inspector, probe, "org.example.Probe", "Note", "x", NULL, invoked_cb, &bad);
  while (good == NULL || bad == NULL)
    g_main_context_iteration (NULL, TRUE);

  results = norpc_inspector_invoke_finish (self->inspector, good, NULL);
  g_assert_cmpstr (results, ==, "echo=b'abc'");
  g_assert_null (norpc_inspector_invoke_finish (self->inspector, bad, &error));
  g_assert_error (error, G_VARIANT_PARSE_ERROR, G_VARIANT_PARSE_ERROR_VALUE_EXPECTED);
}

/* Long values are shortened, but not in the middle of a character. */
static void
test_long (Inspected     *self,
           gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  g_autoptr (StoreStoreProxy) proxy = store_store_proxy_new (norpc_server_get_endpoint (store));
  g_autoptr (GString) key = g_string_new (NULL);
  g_autoptr (GVariant) events = NULL;
  g_autofree char *args = NULL;
  g_autofree char *bytes = g_malloc0 (100000);
  g_autoptr (GBytes) many = g_bytes_new_static (bytes, 100000);

  for (guint i = 0; i < 1000; i++)
    g_string_append (key, "ä");
  g_assert_false (store_store_proxy_call_get_sync (proxy, key->str, NULL, NULL, NULL));
  g_bytes_unref (probe_probe_proxy_call_echo_sync (self->base.proxy, many, NULL, NULL));

  events = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
  args = get_text (events, find_entry (events, "method", "Get"), "args");
  g_assert_true (g_utf8_validate (args, -1, NULL));
  g_assert_true (g_str_has_prefix (args, "key='ää"));
  g_assert_true (g_str_has_suffix (args, "ä…"));
  g_assert_cmpuint (strlen (args), <, 140);
  assert_text (events, find_entry (events, "method", "Echo"), "args", "bytes=<ay, 100000 bytes>");
}

/* A message about a sensitive value does not quote it, nor a part of it. */
static void
test_sensitive_messages (void)
{
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.Secrets'><method name='Use'>"
    "<arg name='born' type='GLib.DateTime' sensitive='true'/><arg name='known' type='GLib.DateTime'/>"
    "</method></interface></node>", "org.example.Secrets", &error);
  g_autoptr (GVariant) wrong = g_variant_ref_sink (g_variant_new_string ("never"));
  g_autofree char *secret = NULL;
  g_autofree char *known = NULL;
  GValue value = G_VALUE_INIT;

  g_assert_no_error (error);
  g_value_init (&value, G_TYPE_DATE_TIME);
  secret = norpc_value_set_variant ((const NorpcArgInfo *) info->methods[0]->dbus.in_args[0], &value, wrong);
  known = norpc_value_set_variant ((const NorpcArgInfo *) info->methods[0]->dbus.in_args[1], &value, wrong);
  g_assert_cmpstr (secret, ==, "the value is not a valid GDateTime; it is sensitive, and not shown");
  g_assert_cmpstr (known, ==, "'never' is not a valid GDateTime");
  g_value_unset (&value);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_INSPECTED ("/inspector/invoke", test_invoke);
  TEST_INSPECTED ("/inspector/invoke-async", test_invoke_async);
  TEST_INSPECTED ("/inspector/services", test_services);
  g_test_add_func ("/inspector/sensitive-messages", test_sensitive_messages);
  TEST_INSPECTED ("/inspector/queue", test_queue);
  TEST_INSPECTED ("/inspector/long", test_long);
  TEST_INSPECTED ("/inspector/lints/blocking", test_blocking);
  TEST_INSPECTED ("/inspector/lints/blocked", test_blocked);
  TEST_INSPECTED ("/inspector/lints/deadline", test_deadline);
  TEST_INSPECTED ("/inspector/lints/warning", test_warning);
  g_test_add ("/inspector/lints/full", Inspected, GUINT_TO_POINTER (1), inspected_set_up, test_full,
              inspected_tear_down);

  return g_test_run ();
}
