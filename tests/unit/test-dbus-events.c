/* test-dbus-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals and properties of a service in another process. */

#include <math.h>

#include "dbus-fixture.h"
#include "log.h"

static void
happened_cb (WireWire        *proxy,
             guint            number,
             const WirePlace *place,
             Log             *log)
{
  log_add (log, "happened %u %s; ", number, place->street);
}

static void
finished_cb (WireWire *proxy,
             Log      *log)
{
  log_add (log, "finished; ");
}

static void
notify_cb (WireWireProxy *proxy,
           GParamSpec    *pspec,
           Log           *log)
{
  if (g_str_equal (pspec->name, "volume"))
    log_add (log, "volume %g; ", wire_wire_get_volume (WIRE_WIRE (proxy)));
  else
    log_add (log, "%s; ", pspec->name);
}

static void
happen (WireWire *service,
        guint     number)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Main");

  wire_wire_emit_happened (service, number, place);
}

/* Waits for the answer to a call, and so for all that the service has sent before. */
static void
answer_cb (GObject      *proxy,
           GAsyncResult *result,
           gpointer      data)
{
  gint64 left;
  g_autoptr (GError) error = NULL;

  wire_wire_proxy_call_time_left_finish (WIRE_WIRE_PROXY (proxy), result, &left, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
catch_up (DBusFixture *fixture)
{
  gboolean answered = FALSE;

  wire_wire_proxy_call_time_left (fixture->proxy, NULL, answer_cb, &answered);
  while (!answered)
    g_main_context_iteration (NULL, TRUE);
}

static void
load (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error);
  g_assert_no_error (error);
}

static void
emit_all (WireWire *service,
          gpointer  data)
{
  happen (service, 1);
  wire_wire_emit_finished (service);
  happen (service, 2);
}

static void
test_signals (DBusFixture   *fixture,
              gconstpointer  kind)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "happened", G_CALLBACK (happened_cb), &log);
  g_signal_connect (fixture->proxy, "finished", G_CALLBACK (finished_cb), &log);
  catch_up (fixture);
  dbus_fixture_run (fixture, emit_all, NULL);
  catch_up (fixture);
  log_assert (&log, "happened 1 Main; finished; happened 2 Main; ");
  log_clear (&log);
}

static void
change_all (WireWire *service,
            gpointer  data)
{
  happen (service, 1);
  wire_wire_set_volume (service, 0.25);
  happen (service, 2);
  wire_wire_set_volume (service, 0.5);
  wire_wire_emit_finished (service);
}

/* Signals and changes arrive in the order in which the service made them. */
static void
test_order (DBusFixture   *fixture,
            gconstpointer  kind)
{
  Log log;

  log_init (&log);
  load (fixture);
  g_signal_connect (fixture->proxy, "happened", G_CALLBACK (happened_cb), &log);
  g_signal_connect (fixture->proxy, "finished", G_CALLBACK (finished_cb), &log);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (notify_cb), &log);
  catch_up (fixture);
  dbus_fixture_run (fixture, change_all, NULL);
  catch_up (fixture);
  log_assert (&log, "happened 1 Main; volume 0.25; happened 2 Main; volume 0.5; finished; ");
  log_clear (&log);
}

static void
ran_cb (GObject      *proxy,
        GAsyncResult *result,
        gpointer      log)
{
  g_autoptr (GError) error = NULL;

  wire_wire_proxy_call_run_finish (WIRE_WIRE_PROXY (proxy), result, &error);
  g_assert_no_error (error);
  log_add (log, "ran; ");
}

/* Writes a property, and calls a method that changes it and emits signals. The proxy shows what it has written at once,
 * and then what the service does, in that order.
 */
static void
log_write (DBusFixture *fixture,
           NorpcProxy  *proxy,
           Log         *log)
{
  g_autoptr (GError) error = NULL;

  norpc_proxy_load_sync (proxy, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (proxy, "happened", G_CALLBACK (happened_cb), log);
  g_signal_connect (proxy, "finished", G_CALLBACK (finished_cb), log);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (notify_cb), log);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  log_truncate (log);

  g_mutex_lock (&fixture->state->lock);
  fixture->state->func = change_all;
  g_mutex_unlock (&fixture->state->lock);
  g_object_set (proxy, "volume", 0.75, NULL);
  wire_wire_proxy_call_run (WIRE_WIRE_PROXY (proxy), NULL, ran_cb, log);
  while (strstr (log->text->str, "ran; ") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (proxy, log);
}

static void
test_order_of_writes (DBusFixture   *fixture,
                      gconstpointer  kind)
{
  g_autoptr (WireWireProxy) near = wire_wire_proxy_new (fixture->served_endpoint);
  g_autofree char *text = NULL;
  Log log;

  log_init (&log);
  log_write (fixture, NORPC_PROXY (near), &log);
  text = g_strdup (log.text->str);
  log_write (fixture, NORPC_PROXY (fixture->proxy), &log);
  log_assert (&log, text);
  log_clear (&log);
}

static void
set_initial (WireWire *service,
             gpointer  data)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Side");
  g_autoptr (GPtrArray) places = g_ptr_array_new ();

  g_ptr_array_add (places, place);
  g_object_set (service, "volume", 0.75, "title", "Song", "mode", WIRE_MODE_FAST, "place", places, "position", 5,
                "model", "X", "load", 3, NULL);
}

static void
test_load (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autofree char *title = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GPtrArray) places = NULL;
  double volume;
  WireMode mode;
  guint position;
  guint load_value;

  dbus_fixture_run (fixture, set_initial, NULL);
  load (fixture);
  g_object_get (fixture->proxy, "volume", &volume, "title", &title, "mode", &mode, "place", &places, "position",
                &position, "model", &model, "load", &load_value, NULL);
  g_assert_cmpfloat (volume, ==, 0.75);
  g_assert_cmpstr (title, ==, "Song");
  g_assert_cmpint (mode, ==, WIRE_MODE_FAST);
  g_assert_cmpuint (places->len, ==, 1);
  g_assert_cmpstr (((WirePlace *) places->pdata[0])->street, ==, "Side");
  g_assert_cmpuint (position, ==, 5);
  g_assert_cmpstr (model, ==, "X");
  g_assert_cmpuint (load_value, ==, 3);
}

static void
change_title (WireWire *service,
              gpointer  data)
{
  g_object_set (service, "title", "Other", "position", 9, "load", 8, NULL);
}

static void
wait_for_position (DBusFixture *fixture,
                   guint        expected)
{
  guint position = 0;

  while (position != expected)
    {
      g_object_get (fixture->proxy, "position", &position, NULL);
      if (position != expected)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* One property tells its value, one only that it has changed, and one nothing. */
static void
test_changes (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autofree char *title = NULL;

  dbus_fixture_run (fixture, set_initial, NULL);
  load (fixture);
  dbus_fixture_run (fixture, change_title, NULL);
  catch_up (fixture);
  wait_for_position (fixture, 9);
  g_object_get (fixture->proxy, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "Other");
}

static void
test_write (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GVariant) read = NULL;
  g_autofree char *text = NULL;
  g_autofree char *label = NULL;

  load (fixture);
  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 0.125);
  norpc_proxy_write_value_sync (NORPC_PROXY (fixture->proxy), "volume", &value, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (wire_wire_get_volume (WIRE_WIRE (fixture->proxy)), ==, 0.125);

  read = dbus_fixture_call (fixture, "org.freedesktop.DBus.Properties", "Get",
                            g_variant_new ("(ss)", "org.example.Wire", "Volume"), &error);
  g_assert_no_error (error);
  text = g_variant_print (read, FALSE);
  g_assert_cmpstr (text, ==, "(<0.125>,)");

  g_value_unset (&value);
  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, "blue");
  norpc_proxy_write_value_sync (NORPC_PROXY (fixture->proxy), "label", &value, NULL, &error);
  g_assert_no_error (error);
  g_object_get (fixture->proxy, "label", &label, NULL);
  g_assert_cmpstr (label, ==, "blue");
}

/* An infinity and a NaN are values like others, which cause no warning on either side. */
static void
test_write_infinite (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  const double values[] = { INFINITY, -INFINITY, NAN, 1.0 };
  g_auto (GValue) value = G_VALUE_INIT;

  load (fixture);
  g_value_init (&value, G_TYPE_DOUBLE);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      double shown;

      g_value_set_double (&value, values[i]);
      norpc_proxy_write_value_sync (NORPC_PROXY (fixture->proxy), "volume", &value, NULL, &error);
      g_assert_no_error (error);
      shown = wire_wire_get_volume (WIRE_WIRE (fixture->proxy));
      g_assert_true (isnan (values[i]) ? isnan (shown) : shown == values[i]);
    }
}

static void
write_failed_cb (WireWireProxy *proxy,
                 const char    *property,
                 GError        *failure,
                 Log           *log)
{
  log_add (log, "%s failed; ", property);
}

/* A property that cannot cross is not written, and the proxy says so. */
static void
test_write_failed (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Log log;

  log_init (&log);
  load (fixture);
  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (write_failed_cb), &log);
  g_object_set (fixture->proxy, "handle", cancellable, NULL);
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "handle failed; ");
  log_clear (&log);
}

/* Called for the signals that a plain client gets. */
static void
signal_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface_name,
           const char      *member,
           GVariant        *args,
           gpointer         data)
{
  g_autofree char *text = g_variant_print (args, FALSE);

  log_add (data, "%s %s; ", member, text);
}

static void
change_for_others (WireWire *service,
                   gpointer  data)
{
  wire_wire_set_volume (service, 0.25);
  g_object_set (service, "position", 6, "load", 7, NULL);
  wire_wire_emit_finished (service);
}

static void
test_others (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  Log log;
  guint id;

  log_init (&log);
  reply = dbus_fixture_call (fixture, "org.example.Wire", "TimeLeft", NULL, &error);
  id = g_dbus_connection_signal_subscribe (fixture->used, NULL, NULL, NULL, DBUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                           signal_cb, &log, NULL);
  catch_up (fixture);
  g_assert_no_error (error);
  log_truncate (&log);
  dbus_fixture_run (fixture, change_for_others, NULL);
  while (strstr (log.text->str, "Finished") == NULL || strstr (log.text->str, "Position") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (log.text->str, "PropertiesChanged ('org.example.Wire', {'Volume': <0.25>}, "));
  g_assert_nonnull (strstr (log.text->str, "['Position']"));
  g_assert_null (strstr (log.text->str, "Load"));
  g_dbus_connection_signal_unsubscribe (fixture->used, id);
  log_clear (&log);
}

static void
change_volume (WireWire *service,
               gpointer  data)
{
  wire_wire_set_volume (service, 0.25);
}

/* The first values of a service are no changes. */
static void
test_exported (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  Log log;
  guint id;

  log_init (&log);
  g_clear_object (&fixture->proxy);
  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  id = g_dbus_connection_signal_subscribe (fixture->used, NULL, NULL, NULL, DBUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                           signal_cb, &log, NULL);
  reply = dbus_fixture_call (fixture, "org.freedesktop.DBus.Peer", "Ping", NULL, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  log_truncate (&log);
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  dbus_fixture_run (fixture, change_volume, NULL);
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "PropertiesChanged ('org.example.Wire', {'Volume': <0.25>}, []); ");
  g_dbus_connection_signal_unsubscribe (fixture->used, id);
  log_clear (&log);
}

/* A process may serve an object later than it can be called: its first change makes proxies request the values. */
static void
test_exported_later (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autofree char *title = NULL;

  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  endpoint = norpc_dbus_endpoint_new (fixture->used, kind == GINT_TO_POINTER (DBUS_ON_BUS) ? DBUS_NAME : NULL, DBUS_PATH);
  g_clear_object (&fixture->proxy);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "could not load the properties of org.example.Wire: *");
  fixture->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_test_assert_expected_messages ();

  dbus_fixture_invoke (fixture, dbus_fixture_export);
  dbus_fixture_run (fixture, change_volume, NULL);
  while (wire_wire_get_volume (WIRE_WIRE (fixture->proxy)) != 0.25)
    g_main_context_iteration (NULL, TRUE);
  g_object_get (fixture->proxy, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "Song");
}

static void
connected_cb (NorpcProxy *proxy,
              GParamSpec *pspec,
              Log        *log)
{
  log_add (log, "%s; ", norpc_proxy_is_connected (proxy) ? "connected" : "alone");
}

/* A proxy does not notify of a service that was there before it. */
static void
test_no_news (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  endpoint = norpc_dbus_endpoint_new (fixture->used, kind == GINT_TO_POINTER (DBUS_ON_BUS) ? DBUS_NAME : NULL, DBUS_PATH);
  proxy = wire_wire_proxy_new_sync (NORPC_ENDPOINT (endpoint), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_set_object (&fixture->proxy, proxy);
  catch_up (fixture);
  log_assert (&log, "");
  g_signal_handlers_disconnect_by_data (proxy, &log);
  log_clear (&log);
}

static void
own_name (DBusFixture *fixture,
          const char  *method,
          GVariant    *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (fixture->served, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                 "org.freedesktop.DBus", method, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

/* Another process takes over: the proxy gets its values. */
static void
test_next_owner (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  Log log;

  log_init (&log);
  load (fixture);
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  catch_up (fixture);
  log_truncate (&log);
  own_name (fixture, "ReleaseName", g_variant_new ("(s)", DBUS_NAME));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "alone; ");
  dbus_fixture_run (fixture, set_initial, NULL);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, 0));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "connected; ");
  while (wire_wire_get_volume (WIRE_WIRE (fixture->proxy)) != 0.75)
    g_main_context_iteration (NULL, TRUE);
  log_clear (&log);
}

/* A proxy notifies when it is known that nobody has the name, and when somebody takes it. */
static void
test_no_owner (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  Log log;

  log_init (&log);
  g_clear_object (&fixture->proxy);
  own_name (fixture, "ReleaseName", g_variant_new ("(s)", DBUS_NAME));

  /* It is known after the proxy has been made. */
  dbus_thread_block ();
  endpoint = norpc_dbus_endpoint_new (fixture->used, DBUS_NAME, DBUS_PATH);
  proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  dbus_thread_unblock ();
  while (strstr (log.text->str, "alone; ") == NULL)
    g_main_context_iteration (NULL, TRUE);
  log_truncate (&log);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, 0));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "connected; ");
  g_signal_handlers_disconnect_by_data (proxy, &log);
  log_clear (&log);
}

/* Another process takes the name from its owner: the proxy stays connected, and gets the values of the next one. */
static void
test_replaced_owner (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  GDBusConnection *first = fixture->served;
  NorpcDBusExport *first_export = fixture->export;
  g_autoptr (GDBusConnection) second = NULL;
  NorpcDBusExport *second_export;
  Log log;

  log_init (&log);
  load (fixture);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT));
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (notify_cb), &log);
  catch_up (fixture);
  log_truncate (&log);

  second = dbus_connect_to_bus (fixture->bus);
  fixture->served = second;
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  second_export = fixture->export;
  /* Only the next owner tells of the change. */
  fixture->export = first_export;
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_REPLACE));
  dbus_fixture_run (fixture, change_volume, NULL);
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  catch_up (fixture);
  log_assert (&log, "volume 0.25; ");

  fixture->export = second_export;
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  fixture->served = first;
  g_signal_handlers_disconnect_by_data (fixture->proxy, &log);
  log_clear (&log);
}

static void
lost_cb (NorpcProxy *proxy,
         const char *name,
         guint       n_lost,
         Log        *log)
{
  log_add (log, "lost %s %u; ", name, n_lost);
}

static void
closed_cb (NorpcProxy *proxy,
           const char *name,
           Log        *log)
{
  log_add (log, "closed %s; ", name);
}

static void
counted_cb (WireWire *proxy,
            guint     number,
            Log      *log)
{
  log_add (log, "counted %u; ", number);
}

static void
connect_all (NorpcProxy *proxy,
             Log        *log)
{
  g_signal_connect (proxy, "finished", G_CALLBACK (finished_cb), log);
  g_signal_connect (proxy, "counted", G_CALLBACK (counted_cb), log);
  g_signal_connect (proxy, "happened", G_CALLBACK (happened_cb), log);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (notify_cb), log);
  g_signal_connect (proxy, "signals-lost", G_CALLBACK (lost_cb), log);
  g_signal_connect (proxy, "signal-closed", G_CALLBACK (closed_cb), log);
}

/* The service emits while the context of the export does not run. */
static void
run_while_paused (DBusFixture *fixture,
                  void       (*func) (WireWire *service,
                                      gpointer  data))
{
  dbus_fixture_pause (fixture);
  dbus_fixture_run (fixture, func, NULL);
  dbus_fixture_resume (fixture);
  catch_up (fixture);
}

/* As many happenings as are kept, and three more. */
static void
emit_too_many (WireWire *service,
               gpointer  data)
{
  wire_wire_emit_counted (service, 1);
  wire_wire_set_volume (service, 0.25);
  for (guint i = 1; i <= 1003; i++)
    happen (service, i);
  wire_wire_emit_finished (service);
}

/* An export whose context does not run for a while loses the oldest emissions. The proxies learn how many of which signal,
 * in their place among the others.
 */
static void
test_lost (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (GString) expected = g_string_new ("counted 1; volume 0.25; lost happened 3; ");
  Log log;

  for (guint i = 4; i <= 1003; i++)
    g_string_append_printf (expected, "happened %u Main; ", i);
  g_string_append (expected, "finished; ");
  log_init (&log);
  load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  catch_up (fixture);
  run_while_paused (fixture, emit_too_many);
  log_assert (&log, expected->str);
  log_truncate (&log);
  dbus_fixture_run (fixture, emit_all, NULL);
  catch_up (fixture);
  log_assert (&log, "happened 1 Main; finished; happened 2 Main; ");
  log_clear (&log);
}

static void
count_too_far (WireWire *service,
               gpointer  data)
{
  for (guint i = 1; i <= 5; i++)
    wire_wire_emit_counted (service, i);
  wire_wire_set_volume (service, 0.25);
  wire_wire_emit_counted (service, 6);
  wire_wire_emit_counted (service, 7);
  wire_wire_emit_finished (service);
}

static void
count_on (WireWire *service,
          gpointer  data)
{
  wire_wire_emit_counted (service, 8);
  wire_wire_emit_finished (service);
}

/* A signal that is not to have gaps is closed for the proxies that there are, at once. The export goes on with it for later
 * ones.
 */
static void
test_closed_by_loss (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (WireWireProxy) next = NULL;
  Log log;

  log_init (&log);
  load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  catch_up (fixture);
  run_while_paused (fixture, count_too_far);
  log_assert (&log, "counted 1; counted 2; counted 3; counted 4; counted 5; volume 0.25; closed counted; "
              "finished; ");
  log_truncate (&log);

  next = wire_wire_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_signal_connect (next, "counted", G_CALLBACK (counted_cb), &log);
  dbus_fixture_run (fixture, count_on, NULL);
  catch_up (fixture);
  log_assert (&log, "counted 8; finished; ");
  log_clear (&log);
}

/* Sends notices of losses that are not valid: the description has no such signal, nothing was lost, the interface or the
 * types of the notice are other ones, or it comes from a process that is not the service.
 */
static void
lose_wrongly (DBusFixture *fixture)
{
  GVariant *wrong[] = {
    g_variant_new ("(ssu)", "org.example.Wire", "Nothing", 1),
    g_variant_new ("(ssu)", "org.example.Other", "Finished", 1),
    g_variant_new ("(ssu)", "org.example.Wire", "Counted", 0),
    g_variant_new ("(ss)", "org.example.Wire", "Finished")
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_dbus_connection_emit_signal (fixture->served, NULL, DBUS_PATH, "org.norpc.Calls1", "Lost", wrong[i], &error);
      g_assert_no_error (error);
    }
  if (fixture->kind == DBUS_ON_BUS)
    g_dbus_connection_emit_signal (fixture->used, g_dbus_connection_get_unique_name (fixture->used), DBUS_PATH,
                                   "org.norpc.Calls1", "Lost", g_variant_new ("(ssu)", "org.example.Wire", "Finished", 1),
                                   &error);
  g_assert_no_error (error);
}

static void
test_lost_wrongly (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  Log log;

  log_init (&log);
  load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  catch_up (fixture);
  dbus_fixture_invoke (fixture, lose_wrongly);
  dbus_fixture_run (fixture, emit_all, NULL);
  catch_up (fixture);
  log_assert (&log, "happened 1 Main; finished; happened 2 Main; ");
  log_clear (&log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-events/signals", test_signals);
  dbus_add_tests ("/dbus-events/order", test_order);
  dbus_add_tests ("/dbus-events/order-of-writes", test_order_of_writes);
  dbus_add_tests ("/dbus-events/lost", test_lost);
  dbus_add_tests ("/dbus-events/closed-by-loss", test_closed_by_loss);
  dbus_add_tests ("/dbus-events/lost-wrongly", test_lost_wrongly);
  dbus_add_tests ("/dbus-events/load", test_load);
  dbus_add_tests ("/dbus-events/changes", test_changes);
  dbus_add_tests ("/dbus-events/write", test_write);
  dbus_add_tests ("/dbus-events/write-infinite", test_write_infinite);
  dbus_add_tests ("/dbus-events/write-failed", test_write_failed);
  dbus_add_tests ("/dbus-events/others", test_others);
  dbus_add_tests ("/dbus-events/exported", test_exported);
  dbus_add_tests ("/dbus-events/exported-later", test_exported_later);
  dbus_add_tests ("/dbus-events/no-news", test_no_news);
  g_test_add ("/dbus-events/next-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_next_owner, dbus_fixture_tear_down);
  g_test_add ("/dbus-events/no-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_no_owner, dbus_fixture_tear_down);
  g_test_add ("/dbus-events/replaced-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_replaced_owner, dbus_fixture_tear_down);

  return g_test_run ();
}
