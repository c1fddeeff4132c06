/* test-dynamic-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls between clients and services of which one or both have a description that was read at run time. */

#include "meter-fixture.h"
#include "meter-service.h"

static void
test_results (MeterFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  guint64 size;

  reply = meter_call (fixture, "Double", g_variant_new ("(s)", "ab"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "(s)");
  g_clear_pointer (&reply, g_variant_unref);

  reply = meter_call (fixture, "Keep", g_variant_new ("(^ay)", "abc"), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(t)", &size);
  g_assert_cmpuint (size, ==, 4);
}

/* A declared error arrives with its domain and code. */
static void
test_error (MeterFixture  *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  g_assert_null (meter_call (fixture, "Double", g_variant_new ("(s)", ""), &error));
  name = norpc_interface_info_dup_error_name (fixture->info, error);
  g_assert_cmpstr (name, ==, "Failure.Broken");
  g_assert_cmpstr (error->message, ==, "There is no text");
  g_assert_cmpint (error->code, ==, METER_FAILURE_BROKEN);
}

static GVariant *
make_echo_args (gboolean with_null)
{
  static const char * const texts[] = { "a", "b", NULL };
  GVariantBuilder dict;

  g_variant_builder_init (&dict, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&dict, "{sv}", "key", g_variant_new_int32 (3));

  return g_variant_new ("(ybnqiuxtdsog^as@ao^aya{sv}v@ms@mi@ms@s)", 200, TRUE, -5, 60000, -70000, 4000000000u,
                        G_GINT64_CONSTANT (-5000000000), G_GUINT64_CONSTANT (18000000000000000000), 0.5, "text",
                        "/a/path", "a{sv}", texts, g_variant_new_objv ((const char * const[]) { "/b" }, 1), "data",
                        &dict, g_variant_new_string ("any"),
                        g_variant_new_maybe (G_VARIANT_TYPE_STRING, with_null ? NULL : g_variant_new_string ("maybe")),
                        g_variant_new_maybe (G_VARIANT_TYPE_INT32, with_null ? NULL : g_variant_new_int32 (9)),
                        g_variant_new_maybe (G_VARIANT_TYPE_STRING, with_null ? NULL : g_variant_new_string ("null")),
                        g_variant_new_string ("file:///tmp/file"));
}

/* Values of all types, and NULL, arrive as they were sent. */
static void
test_types (MeterFixture  *fixture,
            gconstpointer  kind)
{
  for (guint with_null = 0; with_null < 2; with_null++)
    {
      g_autoptr (GVariant) args = g_variant_ref_sink (make_echo_args (with_null));
      g_autoptr (GVariant) reply = NULL;
      g_autoptr (GError) error = NULL;

      reply = meter_call (fixture, "Echo", args, &error);
      g_assert_no_error (error);
      g_assert_cmpvariant (reply, args);
    }
}

static void
assert_problem (MeterFixture *fixture,
                const char   *method,
                GVariant     *args,
                const char   *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (meter_call (fixture, method, args, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
}

/* A wrong argument is not sent: statistics do not count it. */
static void
test_wrong_arguments (MeterFixture  *fixture,
                      gconstpointer  kind)
{
  g_autoptr (NorpcStats) stats = NULL;

  assert_problem (fixture, "Double", g_variant_new ("(i)", 1),
                  "org.example.Meter.Double: argument 'text': expected a GVariant of type 's', got one of type 'i'");
  assert_problem (fixture, "Double", NULL, "org.example.Meter.Double: expected 1 argument, got 0");
  assert_problem (fixture, "Double", g_variant_new ("(ss)", "a", "b"),
                  "org.example.Meter.Double: expected 1 argument, got 2");
  assert_problem (fixture, "Double", g_variant_new_string ("a"),
                  "org.example.Meter.Double: expected a tuple of arguments, got a GVariant of type 's'");
  assert_problem (fixture, "Double", g_variant_new ("(ms)", "a"),
                  "org.example.Meter.Double: argument 'text': expected a GVariant of type 's', got one of type 'ms'");

  stats = norpc_server_get_stats (fixture->server);
  g_assert_null (norpc_stats_get_method (stats, "Double"));
}

static void
test_one_way (MeterFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) none = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *noted = NULL;

  if (fixture->kind & METER_DYNAMIC_CLIENT)
    g_assert_true (norpc_dynamic_proxy_send_method (NORPC_DYNAMIC_PROXY (fixture->proxy), "Note",
                                                    g_variant_new ("(s)", "sent"), &error));
  else
    meter_meter_proxy_call_note (METER_METER_PROXY (fixture->proxy), "sent");
  g_assert_no_error (error);

  /* Handled after it. */
  reply = meter_call (fixture, "Double", g_variant_new ("(s)", "ab"), &error);
  g_assert_no_error (error);
  noted = meter_service_dup_noted ();
  g_assert_cmpstr (noted, ==, "sent");

  /* A client that waits for the end of such a call nevertheless hears of it. */
  none = meter_call (fixture, "Note", g_variant_new ("(s)", "waited"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (none), ==, "()");
}

/* The timeout of the description. */
static void
test_timeout (MeterFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (meter_call (fixture, "Wait", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

static void
test_stats (MeterFixture  *fixture,
            gconstpointer  kind)
{
  g_autoptr (GVariant) reply = meter_call (fixture, "Double", g_variant_new ("(s)", "ab"), NULL);
  g_autoptr (NorpcStats) stats = norpc_server_get_stats (fixture->server);
  NorpcMethodStats *method = norpc_stats_get_method (stats, "Double");

  g_assert_nonnull (reply);
  g_assert_nonnull (method);
  g_assert_cmpstr (norpc_method_stats_get_interface_name (method), ==, "org.example.Meter");
  g_assert_cmpuint (norpc_method_stats_get_n_calls (method), ==, 1);
}

/* A proxy is the service of another server, to which a proxy of the other kind sends its calls. */
static void
test_forwarded (MeterFixture  *fixture,
                gconstpointer  kind)
{
  g_autoptr (NorpcServer) forwarder = norpc_server_new (G_OBJECT (fixture->proxy));
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (forwarder));
  g_autoptr (NorpcDynamicProxy) dynamic = norpc_dynamic_proxy_new (channel, fixture->info);
  g_autoptr (MeterMeterProxy) compiled = meter_meter_proxy_new (channel);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *doubled = NULL;

  g_assert_true (norpc_server_start (forwarder, NULL, NULL));
  reply = norpc_dynamic_proxy_call_method_sync (dynamic, "Double", g_variant_new ("(s)", "ab"), NULL, &error);
  g_assert_no_error (error);
  doubled = meter_meter_proxy_call_double_sync (compiled, "ab", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (doubled, ==, "abab");
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (dynamic), NULL, &error));
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (compiled), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (norpc_server_stop (forwarder, NORPC_STOP_FINISH, NULL, NULL));
}

/* Layers copy and keep calls of either kind. */
static void
test_layers (MeterFixture  *fixture,
             gconstpointer  kind)
{
  NorpcEndpoint *endpoints[] = {
    NORPC_ENDPOINT (norpc_retry_new (2)),
    NORPC_ENDPOINT (norpc_concurrency_limit_new (1)),
    NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)),
  };
  g_autoptr (NorpcEndpoint) stack = norpc_stack_newv (endpoints, G_N_ELEMENTS (endpoints));
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_object_unref (fixture->proxy);
  fixture->proxy = fixture->kind & METER_DYNAMIC_CLIENT ? NORPC_PROXY (norpc_dynamic_proxy_new (stack, fixture->info))
                                                        : NORPC_PROXY (meter_meter_proxy_new (stack));
  reply = meter_call (fixture, "Double", g_variant_new ("(s)", "ab"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "(s)");
  g_assert_null (meter_call (fixture, "Double", g_variant_new ("(s)", ""), &error));
  g_assert_cmpint (error->code, ==, METER_FAILURE_BROKEN);
  g_clear_error (&error);
  g_assert_true (norpc_proxy_load_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

static const NorpcInterfaceInfo *
read_other (const char *members)
{
  g_autofree char *xml = g_strdup_printf ("<node><interface name='org.example.Meter'>%s</interface></node>", members);
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);

  g_assert_no_error (error);

  return info;
}

static void
assert_mismatch (NorpcDynamicProxy *proxy,
                 const char        *method,
                 GVariant          *args,
                 const char        *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_dynamic_proxy_call_method_sync (proxy, method, args, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  if (!g_pattern_match_simple (pattern, error->message))
    g_assert_cmpstr (error->message, ==, pattern);
}

/* A method that client and service describe in different ways is not called. */
static void
test_mismatch (MeterFixture  *fixture,
               gconstpointer  kind)
{
  const NorpcInterfaceInfo *other =
    read_other ("<method name='Double'><arg name='text' type='i'/><arg name='d' type='s' direction='out'/></method>"
                "<method name='Raise'><arg type='d'/><arg type='d'/></method>"
                "<method name='Count'><arg type='u'/><arg type='t' direction='out'/></method>"
                "<method name='Keep'><arg name='d' type='ay'/><arg name='size' type='t' direction='out'/></method>"
                "<method name='Unknown'/>"
                "<property name='Level' type='i' access='read'/>"
                "<property name='Title' type='s' access='readwrite'/>");
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy =
    g_object_new (norpc_dynamic_proxy_type_for (other), "endpoint", channel, "load-properties", FALSE, NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  assert_mismatch (proxy, "Double", g_variant_new ("(i)", 1), "*argument 'text' differs");
  assert_mismatch (proxy, "Raise", g_variant_new ("(dd)", 1.0, 2.0), "*one has 2 arguments, the other 1");
  assert_mismatch (proxy, "Count", g_variant_new ("(u)", 1), "*one is a stream*");
  assert_mismatch (proxy, "Unknown", NULL, "*there is no such method");
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_clear_error (&error);
  g_assert_false (norpc_dynamic_proxy_set_value_sync (proxy, "Title", g_variant_new_string ("x"), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_clear_error (&error);

  /* Those that are the same can be called. */
  reply = norpc_dynamic_proxy_call_method_sync (proxy, "Keep", g_variant_new ("(^ay)", ""), NULL, &error);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  meter_add_tests ("calls/results", test_results);
  meter_add_tests ("calls/error", test_error);
  meter_add_tests ("calls/types", test_types);
  meter_add_tests ("calls/wrong-arguments", test_wrong_arguments);
  meter_add_tests ("calls/one-way", test_one_way);
  meter_add_tests ("calls/timeout", test_timeout);
  meter_add_tests ("calls/stats", test_stats);
  meter_add_tests ("calls/forwarded", test_forwarded);
  meter_add_tests ("calls/layers", test_layers);
  meter_add_tests ("calls/mismatch", test_mismatch);

  return g_test_run ();
}
