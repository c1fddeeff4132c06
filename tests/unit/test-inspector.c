/* test-inspector.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The services that an inspector sees, and calls that are made by hand. */

#include "core/norpc-value-check-private.h"
#include "core/norpc-value-variant-private.h"
#include "inspector-fixture.h"

/* The types of records. */

static GType
register_record (const char *name)
{
  return g_boxed_type_register_static (name, (GBoxedCopyFunc) g_strdup, g_free);
}

static GType
get_card_type (void)
{
  static GType type;

  return type != 0 ? type : (type = register_record ("TestCard"));
}

static GType
get_open_type (void)
{
  static GType type;

  return type != 0 ? type : (type = register_record ("TestOpen"));
}

static GType
get_outer_type (void)
{
  static GType type;

  return type != 0 ? type : (type = register_record ("TestOuter"));
}

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
  g_assert_true (norpc_server_stop (store, NORPC_STOP_FINISH, NULL, NULL));
}

/* Arguments that are tuples, with and without the parentheses of all arguments, and of one. */
static void
test_invoke_tuples (Inspected     *self,
                    gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  guint number = get_last_service (self->inspector);

  assert_invoked (self, number, "org.example.Store", "Place", "(3, 4), 'a'", "");
  assert_invoked (self, number, "org.example.Store", "Place", " ((3, 4), 'a') ", "");
  assert_invoked (self, number, "org.example.Store", "Place", "((3, 4), 'a)')", "");
  assert_invoked (self, number, "org.example.Store", "Place", "((3, 4), '\\')')", "");
  assert_invoked (self, number, "org.example.Store", "Place", "(3, 4), \"(it's\"", "");
  assert_invoked (self, number, "org.example.Store", "Place", "@(ii) (3, 4), ')'", "");
  assert_invoked (self, number, "org.example.Store", "Move", "(3, 4)", "");
  assert_invoked (self, number, "org.example.Store", "Move", "((3, 4))", "");
  assert_invoked (self, number, "org.example.Store", "Move", "((3, 4),)", "");
  assert_invoked (self, number - 1, "org.example.Probe", "Note", "(3)", "");

  assert_invoked (self, number, "org.example.Store", "Place", "(3, 4)",
                  "org.example.Store.Place takes arguments of the type '((ii)s)': "
                  "1-2:can not parse as value of type '(ii)'");
  assert_invoked (self, number, "org.example.Store", "Place", "(3, 4), 'a",
                  "org.example.Store.Place takes arguments of the type '((ii)s)': 9-12:unterminated string constant");
  assert_invoked (self, number, "org.example.Store", "Move", "(3, 'a')",
                  "org.example.Store.Move takes arguments of the type '((ii))': "
                  "5-8:can not parse as value of type 'i'");
  assert_invoked (self, number - 1, "org.example.Probe", "Note", "('a')",
                  "org.example.Probe.Note takes arguments of the type '(u)': 1-4:can not parse as value of type 'u'");
  g_assert_true (norpc_server_stop (store, NORPC_STOP_FINISH, NULL, NULL));
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

/* A record with a secret in it is not shown, nor an array of such records, nor a record with one of them in it. */
static void
test_sensitive_fields (Inspected     *self,
                       gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  g_autoptr (StoreStoreProxy) proxy = store_store_proxy_new (norpc_server_get_endpoint (store));
  g_autoptr (StoreAccount) account = store_account_new ("ada", "lovelace");
  g_autoptr (StoreAccount) wrong = store_account_new ("ada", "lovelace\xff");
  g_autoptr (StoreAccount) first = NULL;
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_autoptr (StoreGroup) group = NULL;
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (others, account);
  group = store_group_new ("all", others);
  first = store_store_proxy_call_enroll_sync (proxy, account, others, group, 3, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->password, ==, "lovelace");
  events = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
  assert_text (events, find_entry (events, "method", "Enroll"), "args",
               "account=<sensitive>, others=<sensitive>, group=<sensitive>, count=3");

  assert_invoked (self, get_last_service (self->inspector), "org.example.Store", "Enroll",
                  "('ada', 'lovelace'), [('ada', 'lovelace')], nothing, 3", "first=<sensitive>");
  g_assert_null (store_store_proxy_call_enroll_sync (proxy, wrong, others, group, 3, NULL, &error));
  g_assert_cmpstr (error->message, ==, "org.example.Store.Enroll: argument 'account': "
                                       "the value is not valid; it is sensitive, and not shown");
  g_assert_true (norpc_server_stop (store, NORPC_STOP_FINISH, NULL, NULL));
}

/* The record of another library: generated code does not know its fields. */
static void
test_sensitive_foreign (void)
{
  static const NorpcFieldInfo fields[] = {
    { { { -1, (char *) "pin", (char *) "s", NULL }, NORPC_ARG_FLAGS_SENSITIVE, NULL, NULL }, 0 },
  };
  static const NorpcFieldInfo open_fields[] = {
    { { { -1, (char *) "name", (char *) "s", NULL }, NORPC_ARG_FLAGS_NONE, NULL, NULL }, 0 },
    { { { -1, (char *) "next", (char *) "", NULL }, NORPC_ARG_FLAGS_NULLABLE, get_open_type, NULL }, sizeof (char *) },
  };
  static const NorpcFieldInfo outer_fields[] = {
    { { { -1, (char *) "cards", (char *) "a(s)", NULL }, NORPC_ARG_FLAGS_NONE, g_ptr_array_get_type, get_card_type }, 0 },
  };
  NorpcArgInfo card = { { -1, (char *) "card", (char *) "(s)", NULL }, NORPC_ARG_FLAGS_NONE, get_card_type, NULL };
  NorpcArgInfo cards = card, open = card, outer = card;

  norpc_record_type_set_fields (get_card_type (), g_free, G_N_ELEMENTS (fields), fields);
  norpc_record_type_set_fields (get_open_type (), g_free, G_N_ELEMENTS (open_fields), open_fields);
  norpc_record_type_set_fields (get_outer_type (), g_free, G_N_ELEMENTS (outer_fields), outer_fields);
  cards.get_type = g_ptr_array_get_type;
  cards.get_element_type = get_card_type;
  open.get_type = get_open_type;
  outer.get_type = get_outer_type;

  g_assert_true (norpc_arg_info_is_sensitive (&card));
  g_assert_true (norpc_arg_info_is_sensitive (&cards));
  g_assert_true (norpc_arg_info_is_sensitive (&outer));
  g_assert_false (norpc_arg_info_is_sensitive (&open));
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
  g_autofree char *item = NULL;
  g_autoptr (StoreCard) card = store_card_new ("1234\xff");
  GValue value = G_VALUE_INIT;

  g_assert_no_error (error);
  g_value_init (&value, G_TYPE_DATE_TIME);
  secret = norpc_value_set_variant ((const NorpcArgInfo *) info->methods[0]->dbus.in_args[0], &value, wrong);
  known = norpc_value_set_variant ((const NorpcArgInfo *) info->methods[0]->dbus.in_args[1], &value, wrong);
  g_assert_cmpstr (secret, ==, "the value is not a valid GDateTime; it is sensitive, and not shown");
  g_assert_cmpstr (known, ==, "'never' is not a valid GDateTime");
  g_value_unset (&value);

  /* As an item of a list model. */
  item = norpc_object_find_problem (card, STORE_TYPE_CARD);
  g_assert_cmpstr (item, ==, "the value is not valid; it is sensitive, and not shown");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_INSPECTED ("/inspector/invoke", test_invoke);
  TEST_INSPECTED ("/inspector/invoke-tuples", test_invoke_tuples);
  TEST_INSPECTED ("/inspector/invoke-async", test_invoke_async);
  TEST_INSPECTED ("/inspector/services", test_services);
  g_test_add_func ("/inspector/sensitive-messages", test_sensitive_messages);
  TEST_INSPECTED ("/inspector/sensitive-fields", test_sensitive_fields);
  g_test_add_func ("/inspector/sensitive-foreign", test_sensitive_foreign);
  TEST_INSPECTED ("/inspector/queue", test_queue);
  TEST_INSPECTED ("/inspector/long", test_long);

  return g_test_run ();
}
