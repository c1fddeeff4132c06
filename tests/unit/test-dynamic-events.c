/* test-dynamic-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals and properties between clients and services of which one or both have a description that was read
 * at run time.
 */

#include "meter-fixture.h"

static void
meter_changed_cb (NorpcProxy *proxy,
                  double      level,
                  const char *why,
                  Log        *log)
{
  double shown;

  g_object_get (proxy, "level", &shown, NULL);
  log_add (log, "changed %g %s, shows %g; ", level, why != NULL ? why : "-", shown);
}

static void
level_cb (NorpcProxy *proxy,
          GParamSpec *pspec,
          Log        *log)
{
  double shown;

  g_object_get (proxy, "level", &shown, NULL);
  log_add (log, "level %g; ", shown);
}

static void
raised_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      log)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcReply) reply = norpc_proxy_call_finish (NORPC_PROXY (object), result, &error);

  g_assert_no_error (error);
  log_add (log, "raised; ");
}

/* Makes the service raise the level. Returns when the reply is there. */
static void
raise_level (MeterFixture *fixture,
             double        by)
{
  const NorpcInterfaceInfo *info = fixture->kind & METER_DYNAMIC_CLIENT ? fixture->info : meter_meter_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Raise"));

  g_assert_true (norpc_call_set_args_variant (call, g_variant_new ("(d)", by), NULL));
  norpc_proxy_call (fixture->proxy, call, NULL, raised_cb, &fixture->log);
  log_wait (&fixture->log, "raised; ");
}

static void
connect_log (MeterFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_proxy_load_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  iterate ();
  g_signal_connect (fixture->proxy, "changed", G_CALLBACK (meter_changed_cb), &fixture->log);
  g_signal_connect (fixture->proxy, "notify::level", G_CALLBACK (level_cb), &fixture->log);
}

/* Signals, changes and replies arrive in the order in which the service makes them. */
static void
test_order (MeterFixture  *fixture,
            gconstpointer  kind)
{
  connect_log (fixture);
  raise_level (fixture, 2);
  log_assert (&fixture->log, "changed 0 -, shows 0; level 2; changed 2 raised, shows 2; raised; ");
  raise_level (fixture, 3);
  log_assert (&fixture->log, "changed 2 -, shows 2; level 5; changed 5 raised, shows 5; raised; ");
}

static void
count_cb (NorpcProxy *proxy,
          double      level,
          const char *why,
          guint      *n)
{
  (*n)++;
}

/* Proxies in one context get the same emissions, whatever the place of the signal in their descriptions. */
static void
test_together (MeterFixture  *fixture,
               gconstpointer  kind)
{
  const char *xml = "<node><interface name='org.example.Meter'>"
    "<signal name='Cleared'/>"
    "<signal name='Changed'><arg type='d'/><arg type='ms'/></signal></interface></node>";
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, NULL);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  NorpcProxy *proxies[4];
  guint n_changes[4] = { 0 };

  for (guint i = 0; i < 4; i++)
    {
      proxies[i] = i % 2 == 0 ? NORPC_PROXY (meter_meter_proxy_new (channel))
                              : NORPC_PROXY (norpc_dynamic_proxy_new (channel, info));
      g_signal_connect (proxies[i], "changed", G_CALLBACK (count_cb), &n_changes[i]);
    }
  /* The service emits before it raises the level, and after that. */
  raise_level (fixture, 2);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpuint (n_changes[i], ==, 2);
      g_assert_finalize_object (proxies[i]);
    }
}

static void
test_values (MeterFixture  *fixture,
             gconstpointer  kind)
{
  g_autofree char *title = NULL;
  g_auto (GStrv) tags = NULL;
  g_autoptr (GVariant) extra = NULL;

  connect_log (fixture);
  g_object_get (fixture->proxy, "title", &title, "tags", &tags, "extra", &extra, NULL);
  g_assert_cmpstr (title, ==, "meter");
  g_assert_cmpuint (g_strv_length (tags), ==, 0);
  g_assert_cmpstr (g_variant_get_type_string (extra), ==, "a{sv}");
  g_assert_true (norpc_proxy_is_ready (fixture->proxy));
}

/* A value that is written is there at once, and reaches the service. */
static void
test_write (MeterFixture  *fixture,
            gconstpointer  kind)
{
  g_autoptr (NorpcProxy) other = NULL;
  const char * const tags[] = { "a", "b", NULL };
  g_auto (GStrv) got = NULL;
  double level;

  connect_log (fixture);
  g_object_set (fixture->proxy, "level", 4.0, "tags", tags, NULL);
  log_assert (&fixture->log, "level 4; ");

  other = g_object_new (norpc_dynamic_proxy_type_for (fixture->info), "endpoint",
                        norpc_server_get_channel (fixture->server), "load-properties", FALSE, NULL);
  g_assert_true (norpc_proxy_load_sync (other, NULL, NULL));
  g_object_get (other, "level", &level, "tags", &got, NULL);
  g_assert_cmpfloat (level, ==, 4.0);
  g_assert_cmpstrv (got, tags);
}

static void
write_failed_cb (NorpcProxy   *proxy,
                 const char   *property_name,
                 const GError *error,
                 Log          *log)
{
  log_add (log, "%s failed: %s; ", property_name, error->message);
}

/* The service decides whether it sets a value. */
static void
test_rejected (MeterFixture  *fixture,
               gconstpointer  kind)
{
  g_auto (GValue) low = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  connect_log (fixture);
  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (write_failed_cb), &fixture->log);
  g_object_set (fixture->proxy, "level", -1.0, NULL);
  log_wait (&fixture->log, "level failed: Too low; ");
  log_assert (&fixture->log, "level -1; level 0; level failed: Too low; ");

  g_value_init (&low, G_TYPE_INT);
  g_value_set_int (&low, -1);
  g_assert_false (norpc_proxy_write_value_sync (fixture->proxy, "level", &low, NULL, &error));
  name = norpc_interface_info_dup_error_name (fixture->info, error);
  g_assert_cmpstr (name, ==, "Failure.Lost");
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      log)
{
  g_autoptr (GError) error = NULL;

  if (norpc_proxy_write_value_finish (NORPC_PROXY (object), result, &error))
    log_add (log, "written; ");
  else
    log_add (log, "failed: %s; ", error->message);
}

static void
test_write_value (MeterFixture  *fixture,
                  gconstpointer  kind)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) text = G_VALUE_INIT;

  connect_log (fixture);
  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, 6);
  norpc_proxy_write_value_async (fixture->proxy, "level", &value, NULL, written_cb, &fixture->log);
  log_assert (&fixture->log, "");
  log_wait (&fixture->log, "written; ");
  log_assert (&fixture->log, "level 6; written; ");

  g_value_init (&text, G_TYPE_STRV);
  norpc_proxy_write_value_async (fixture->proxy, "level", &text, NULL, written_cb, &fixture->log);
  log_wait (&fixture->log, "gdouble, got one of type GStrv; ");
  log_truncate (&fixture->log);
  norpc_proxy_write_value_async (fixture->proxy, "none", &text, NULL, written_cb, &fixture->log);
  log_assert (&fixture->log, "");
  log_wait (&fixture->log, "has no property 'none'; ");
}

static void
seen_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      log)
{
  g_autoptr (NorpcEmission) emission = norpc_signal_watch_next_finish (NORPC_SIGNAL_WATCH (object), result, NULL);

  g_assert_nonnull (emission);
  log_add (log, "seen %g; ", g_value_get_double (norpc_emission_get_arg (emission, 0)));
}

/* A signal watch waits for emissions of either kind of service. */
static void
test_watch (MeterFixture  *fixture,
            gconstpointer  kind)
{
  g_autoptr (NorpcSignalWatch) watch = norpc_signal_watch_new (fixture->proxy, "changed");

  norpc_signal_watch_next_async (watch, NULL, seen_cb, &fixture->log);
  raise_level (fixture, 1);
  log_assert (&fixture->log, "seen 0; raised; ");
}

static void
not_reached_cb (void)
{
  g_assert_not_reached ();
}

/* A client that describes other properties requests the values when they change. */
static void
test_other_properties (MeterFixture  *fixture,
                       gconstpointer  kind)
{
  static const char xml[] =
    "<node><interface name='org.example.Meter'>"
    "<method name='Raise'><arg type='d'/></method>"
    "<signal name='Changed'><arg type='s'/></signal>"
    "<property name='Level' type='d' access='read'/></interface></node>";
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, NULL);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (channel, info);
  Log log;

  log_init (&log);
  while (!norpc_proxy_is_ready (NORPC_PROXY (proxy)))
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (proxy, "notify::level", G_CALLBACK (level_cb), &log);
  /* An emission with other arguments does not reach it, and a warning says so once. */
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING,
                         "org.example.Meter.Changed does not reach a client that describes the signal in another way: "
                         "argument 'unnamed_arg0' differs");
  g_signal_connect (proxy, "changed", G_CALLBACK (not_reached_cb), NULL);
  raise_level (fixture, 7);
  log_wait (&log, "level 7; ");
  g_test_assert_expected_messages ();
  log_clear (&log);
}

static const NorpcInterfaceInfo *
read_pair (const char *updates)
{
  g_autofree char *xml = g_strdup_printf (
    "<node><interface name='org.example.Pair'><property name='A' type='d' access='read'/>"
    "<property name='B' type='d' access='read'>"
    "<annotation name='org.freedesktop.DBus.Property.EmitsChangedSignal' value='%s'/></property></interface></node>",
    updates);

  return norpc_interface_info_new_for_xml (xml, NULL, NULL);
}

static void
wait_for_value (NorpcDynamicProxy *proxy,
                double             wanted)
{
  double value = -1;

  while (value != wanted)
    {
      g_main_context_iteration (NULL, TRUE);
      g_object_get (proxy, "a", &value, NULL);
    }
}

/* The service sends no values of a property that never changes, but the client expects them. */
static void
test_other_updates (void)
{
  g_autoptr (NorpcDynamicService) service = norpc_dynamic_service_new (read_pair ("const"), NULL, NULL, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (G_OBJECT (service), g_main_context_default ());
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)), read_pair ("true"));
  while (!norpc_proxy_is_ready (NORPC_PROXY (proxy)))
    g_main_context_iteration (NULL, TRUE);

  g_object_set (service, "a", 3.0, NULL);
  wait_for_value (proxy, 3.0);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
}

/* A value that the description does not allow is not kept. */
static void
test_wrong_value (void)
{
  g_autoptr (NorpcDynamicService) service = norpc_dynamic_service_new (read_pair ("true"), NULL, NULL, NULL);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_dynamic_service_set_value (service, "A", g_variant_new_double (2), &error));
  g_assert_false (norpc_dynamic_service_set_value (service, "A", g_variant_new_string ("x"), &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Pair: property 'A': expected a GVariant of type 'd', got one of type 's'");
  g_clear_error (&error);
  g_assert_false (norpc_dynamic_service_set_value (service, "C", g_variant_new_double (2), &error));
  g_assert_cmpstr (error->message, ==, "org.example.Pair has no property 'C'");
  g_clear_error (&error);
  value = norpc_dynamic_service_dup_value (service, "a", &error);
  g_assert_cmpfloat (g_variant_get_double (value), ==, 2.0);

  g_assert_false (norpc_dynamic_service_emit_variant (service, "None", NULL, &error));
  g_assert_cmpstr (error->message, ==, "org.example.Pair has no signal 'None'");
}

/* A proxy that has not loaded a value has none of its type: no value of another type is returned. */
static void
test_not_loaded (void)
{
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.NotLoaded'><property name='Tags' type='as' access='read'/>"
    "<property name='File' type='Gio.File' access='read'/><property name='Note' type='ms' access='read'/>"
    "</interface></node>", NULL, NULL);
  g_autoptr (NorpcFake) fake = norpc_fake_new (info);
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (fake), info);
  g_autoptr (GVariant) note = norpc_dynamic_proxy_dup_value (proxy, "Note", NULL);
  const char *names[] = { "Tags", "File" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (norpc_dynamic_proxy_dup_value (proxy, names[i], &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_suffix (error->message, ", got NULL"));
    }
  g_assert_cmpstr (g_variant_get_type_string (note), ==, "ms");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  meter_add_tests ("events/order", test_order);
  meter_add_tests ("events/together", test_together);
  meter_add_tests ("events/values", test_values);
  meter_add_tests ("events/write", test_write);
  meter_add_tests ("events/rejected", test_rejected);
  meter_add_tests ("events/write-value", test_write_value);
  meter_add_tests ("events/watch", test_watch);
  meter_add_tests ("events/other-properties", test_other_properties);

  g_test_add_func ("/dynamic/events/other-updates", test_other_updates);
  g_test_add_func ("/dynamic/events/wrong-value", test_wrong_value);
  g_test_add_func ("/dynamic/events/not-loaded", test_not_loaded);

  return g_test_run ();
}
