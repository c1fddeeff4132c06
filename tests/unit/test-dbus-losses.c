/* test-dbus-losses.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Emissions that an export loses, and notices of them. */

#include "dbus-events-fixture.h"

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
  g_signal_connect (proxy, "finished", G_CALLBACK (log_finished_cb), log);
  g_signal_connect (proxy, "counted", G_CALLBACK (counted_cb), log);
  g_signal_connect (proxy, "happened", G_CALLBACK (log_happened_cb), log);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (log_volume_cb), log);
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
  dbus_fixture_catch_up (fixture);
}

/* As many happenings as are kept, and three more. */
static void
emit_too_many (WireWire *service,
               gpointer  data)
{
  wire_wire_emit_counted (service, 1);
  wire_wire_set_volume (service, 0.25);
  for (guint i = 1; i <= 1003; i++)
    emit_happened (service, i);
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
  dbus_fixture_load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  dbus_fixture_catch_up (fixture);
  run_while_paused (fixture, emit_too_many);
  log_assert (&log, expected->str);
  log_truncate (&log);
  dbus_fixture_run (fixture, emit_all, NULL);
  dbus_fixture_catch_up (fixture);
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
  dbus_fixture_load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  dbus_fixture_catch_up (fixture);
  run_while_paused (fixture, count_too_far);
  log_assert (&log, "counted 1; counted 2; counted 3; counted 4; counted 5; volume 0.25; closed counted; "
              "finished; ");
  log_truncate (&log);

  next = wire_wire_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_signal_connect (next, "counted", G_CALLBACK (counted_cb), &log);
  dbus_fixture_run (fixture, count_on, NULL);
  dbus_fixture_catch_up (fixture);
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
  dbus_fixture_load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  dbus_fixture_catch_up (fixture);
  dbus_fixture_invoke (fixture, lose_wrongly);
  dbus_fixture_run (fixture, emit_all, NULL);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "happened 1 Main; finished; happened 2 Main; ");
  log_clear (&log);
}

static void
send_loss (DBusFixture *fixture,
           guint        n_lost)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (fixture->served, NULL, DBUS_PATH, "org.norpc.Calls1", "Lost",
                                 g_variant_new ("(ssu)", "org.example.Wire", "Finished", n_lost), &error);
  g_assert_no_error (error);
}

static void
send_emission (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (fixture->served, NULL, DBUS_PATH, "org.example.Wire", "Finished", NULL, &error);
  g_assert_no_error (error);
}

static void
lose_three (DBusFixture *fixture)
{
  send_loss (fixture, 3);
}

static void
lose_between (DBusFixture *fixture)
{
  send_loss (fixture, 2);
  send_emission (fixture);
  send_loss (fixture, 4);
  send_loss (fixture, 1);
}

/* Has what was sent arrive, while the context of the proxies does not run. */
static void
receive (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  g_assert_true (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_no_error (error);
}

/* Proxies learn of a loss also if no emission follows, and each in its place. */
static void
test_last (DBusFixture   *fixture,
           gconstpointer  kind)
{
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  connect_all (NORPC_PROXY (fixture->proxy), &log);
  dbus_fixture_catch_up (fixture);
  dbus_fixture_invoke (fixture, lose_three);
  while (*log.text->str == '\0')
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "lost finished 3; ");

  log_truncate (&log);
  dbus_fixture_invoke (fixture, lose_between);
  receive (fixture);
  while (strstr (log.text->str, "5") == NULL)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "lost finished 2; finished; lost finished 5; ");
  log_clear (&log);
}

/* A proxy can be released while it is to learn of a loss. */
static void
test_released (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWireProxy) other = NULL;
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  other = wire_wire_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  connect_all (NORPC_PROXY (other), &log);
  dbus_fixture_catch_up (fixture);
  dbus_fixture_invoke (fixture, lose_between);
  receive (fixture);
  g_clear_object (&other);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "");
  log_clear (&log);
}

typedef struct
{
  guint   n_ended;
  GError *error; /* (owned) (nullable) */
} Wait;

static void
next_cb (GObject      *watch,
         GAsyncResult *result,
         gpointer      data)
{
  Wait *self = data;
  g_autoptr (NorpcEmission) emission = norpc_signal_watch_next_finish (NORPC_SIGNAL_WATCH (watch), result, &self->error);

  self->n_ended++;
}

static void
wait_for_next (NorpcSignalWatch *watch,
               const char       *message)
{
  Wait wait = { 0 };

  norpc_signal_watch_next_async (watch, NULL, next_cb, &wait);
  while (wait.n_ended == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (wait.error != NULL ? wait.error->message : NULL, ==, message);
  g_clear_error (&wait.error);
}

/* A wait for an emission ends when others were lost, also if none follows. */
static void
test_watch (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (NorpcSignalWatch) watch = NULL;

  dbus_fixture_load (fixture);
  watch = norpc_signal_watch_new (NORPC_PROXY (fixture->proxy), "finished");
  dbus_fixture_catch_up (fixture);
  dbus_fixture_invoke (fixture, lose_three);
  wait_for_next (watch, "3 emissions of the signal 'finished' were lost");

  dbus_fixture_invoke (fixture, lose_between);
  wait_for_next (watch, "2 emissions of the signal 'finished' were lost");
  wait_for_next (watch, NULL);
  dbus_fixture_catch_up (fixture);
  wait_for_next (watch, "5 emissions of the signal 'finished' were lost");
}

static void
emit_some (WireWire *service,
           gpointer  data)
{
  for (guint i = 0; i < 10; i++)
    wire_wire_emit_counted (service, i);
}

/* An export that has ended gets no emission any more, though its proxy of the service still waits for the first values. */
static void
test_ended (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  NorpcDBusExport *export = norpc_dbus_export_new (fixture->served, "/org/example/Ended", fixture->served_endpoint,
                                                   wire_wire_interface_info (), &error);

  g_assert_no_error (error);
  dbus_fixture_run (fixture, emit_some, NULL);
  g_object_unref (export);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-losses/lost", test_lost);
  dbus_add_tests ("/dbus-losses/closed-by-loss", test_closed_by_loss);
  dbus_add_tests ("/dbus-losses/last", test_last);
  dbus_add_tests ("/dbus-losses/released", test_released);
  dbus_add_tests ("/dbus-losses/watch", test_watch);
  dbus_add_tests ("/dbus-losses/ended", test_ended);
  dbus_add_tests ("/dbus-losses/lost-wrongly", test_lost_wrongly);

  return g_test_run ();
}
