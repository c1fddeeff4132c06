/* test-dbus-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams from one process to another: their items, flow control and order. */

#include "dbus-fixture.h"

/* Writes an item as the service. Its text is NULL for every second number. */
static gboolean
pour (HeldStream  *held,
      guint        number,
      GError     **error)
{
  g_autofree char *text = number % 2 == 1 ? g_strdup_printf ("item %u", number) : NULL;

  return wire_wire_pour_stream_write (held->stream, number, text, WIRE_MODE_FAST, error);
}

static void
assert_poured (WireWirePourStream *stream,
               guint               expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected_text = expected % 2 == 1 ? g_strdup_printf ("item %u", expected) : NULL;
  guint number;
  WireMode mode;
  gboolean has_item = wire_wire_pour_stream_next_sync (stream, &number, &text, &mode, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (has_item);
  g_assert_cmpuint (number, ==, expected);
  g_assert_cmpstr (text, ==, expected_text);
  g_assert_cmpint (mode, ==, WIRE_MODE_FAST);
}

static void
assert_end (WireWirePourStream *stream)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (wire_wire_pour_stream_next_sync (stream, NULL, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
test_items (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;
  g_autofree char *label = NULL;
  guint total;

  for (guint i = 1; i <= 3; i++)
    g_assert_true (pour (held, i, NULL));
  for (guint i = 1; i <= 3; i++)
    assert_poured (stream, i);
  g_assert_true (pour (held, 4, NULL));
  wire_wire_complete_pour (held->service, held->call, 10, "full");
  assert_poured (stream, 4);
  assert_end (stream);
  g_assert_true (wire_wire_pour_stream_outcome_sync (stream, &total, &label, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (total, ==, 10);
  g_assert_cmpstr (label, ==, "full");
}

static gboolean
is_ready_soon (HeldStream *held)
{
  for (int i = 0; i < 10000 && !norpc_stream_is_ready (held->stream); i++)
    g_usleep (1000);

  return norpc_stream_is_ready (held->stream);
}

/* As many items as the backlog are not read, wherever they are; each that is read makes room for one. */
static void
test_flow (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 4; i++)
    g_assert_true (pour (held, i, NULL));
  g_assert_false (pour (held, 5, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);

  for (guint i = 1; i <= 100; i++)
    {
      assert_poured (stream, i);
      g_assert_true (is_ready_soon (held));
      g_assert_true (pour (held, i + 4, NULL));
      g_assert_false (norpc_stream_is_ready (held->stream));
    }
}

static guint
get_many (void)
{
  return g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 50 : 2000;
}

static gpointer
pour_many (gpointer data)
{
  HeldStream *held = data;

  for (guint i = 1; i <= get_many (); i++)
    {
      g_autoptr (GError) error = NULL;

      while (!pour (held, i, &error))
        {
          g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
          g_clear_error (&error);
          g_thread_yield ();
        }
    }
  wire_wire_complete_pour (held->service, held->call, get_many (), NULL);

  return NULL;
}

static void
test_many (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  GThread *thread = g_thread_new ("pour", pour_many, held);

  for (guint i = 1; i <= get_many (); i++)
    assert_poured (stream, i);
  assert_end (stream);
  g_thread_join (thread);
}

/* A client that only waits for the outcome does not delay the service. */
static void
test_outcome_only (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  GThread *thread = g_thread_new ("pour", pour_many, held);
  g_autoptr (GError) error = NULL;
  g_autofree char *label = NULL;
  guint total;

  wire_wire_pour_stream_outcome_sync (stream, &total, &label, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (total, ==, get_many ());
  g_assert_null (label);
  g_thread_join (thread);
}

static void
note_ready_cb (GObject      *stream,
               GAsyncResult *result,
               gpointer      data)
{
  g_autoptr (GError) error = NULL;

  norpc_stream_ready_finish (NORPC_STREAM (stream), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

/* A service that waits for its client goes on as soon as that has read an item, however few it reads. */
static void
test_ready (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  gboolean ready = FALSE;

  for (guint i = 1; i <= 4; i++)
    g_assert_true (pour (held, i, NULL));
  norpc_stream_ready_async (held->stream, NULL, note_ready_cb, &ready);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (ready);
  assert_poured (stream, 1);
  while (!ready)
    g_main_context_iteration (NULL, TRUE);
}

static void
fill (WireWireFillStream *stream,
      guint               number)
{
  g_autofree char *text = number % 2 == 1 ? g_strdup_printf ("item %u", number) : NULL;
  g_autoptr (GError) error = NULL;

  for (;;)
    {
      wire_wire_fill_stream_write (stream, number, text, &error);
      if (!g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
        break;
      g_clear_error (&error);
      g_thread_yield ();
    }
  g_assert_no_error (error);
}

static void
assert_filled (HeldStream *held,
               guint       expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *expected_text = expected % 2 == 1 ? g_strdup_printf ("item %u", expected) : NULL;
  guint number;

  g_assert_true (wire_wire_fill_stream_next_sync (held->stream, &number, &text, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (number, ==, expected);
  g_assert_cmpstr (text, ==, expected_text);
}

static gpointer
fill_many (gpointer stream)
{
  for (guint i = 1; i <= get_many (); i++)
    fill (stream, i);
  norpc_stream_end (stream);

  return NULL;
}

static void
test_items_in (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWireFillStream) stream = wire_wire_proxy_open_fill (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  GThread *thread = g_thread_new ("fill", fill_many, stream);
  g_autoptr (GError) error = NULL;
  guint total;

  for (guint i = 1; i <= get_many (); i++)
    assert_filled (held, i);
  g_assert_false (wire_wire_fill_stream_next_sync (held->stream, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  wire_wire_complete_fill (held->service, held->call, get_many ());
  g_assert_true (wire_wire_fill_stream_outcome_sync (stream, &total, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (total, ==, get_many ());
}

/* A large backlog does not exceed the number of replies that a bus lets a client wait for. */
static void
test_large_backlog (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (WireWireLoadStream) stream = wire_wire_proxy_open_load (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;
  guint number;

  dbus_fixture_pause (fixture);
  for (guint i = 1; i <= 300; i++)
    g_assert_true (wire_wire_load_stream_write (stream, i, NULL));
  g_assert_false (norpc_stream_is_ready (NORPC_STREAM (stream)));
  norpc_stream_end (NORPC_STREAM (stream));
  dbus_fixture_resume (fixture);
  for (guint i = 1; i <= 300; i++)
    {
      g_assert_true (wire_wire_load_stream_next_sync (held->stream, &number, NULL, &error));
      g_assert_cmpuint (number, ==, i);
    }
  g_assert_false (wire_wire_load_stream_next_sync (held->stream, &number, NULL, &error));
  g_assert_no_error (error);
}

/* The client writes until as many items as the backlog were not read by the service. */
static void
test_flow_in (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (WireWireFillStream) stream = wire_wire_proxy_open_fill (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  HeldStream client = { .stream = stream };
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 4; i++)
    g_assert_true (wire_wire_fill_stream_write (stream, i, i % 2 == 1 ? "x" : NULL, NULL));
  for (guint i = 1; i <= 50; i++)
    {
      g_assert_false (wire_wire_fill_stream_write (stream, 0, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
      g_clear_error (&error);
      g_assert_true (wire_wire_fill_stream_next_sync (held->stream, NULL, NULL, NULL, NULL));
      g_assert_true (is_ready_soon (&client));
      g_assert_true (wire_wire_fill_stream_write (stream, i + 4, NULL, NULL));
    }
}

/* Signals, changes and items, in the order in which they arrive. */
typedef struct
{
  GString   *log; /* (owned) */
  guint      n;
} Log;

static void
happened_cb (WireWire  *proxy,
             guint      number,
             WirePlace *place,
             Log       *log)
{
  g_string_append_printf (log->log, "signal %u; ", number);
  log->n++;
}

static void
notify_cb (GObject    *proxy,
           GParamSpec *pspec,
           Log        *log)
{
  double volume;

  g_object_get (proxy, "volume", &volume, NULL);
  g_string_append_printf (log->log, "volume %g; ", volume);
  log->n++;
}

static void
item_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (GError) error = NULL;
  Log *log = data;
  guint number;

  if (wire_wire_pour_stream_next_finish (WIRE_WIRE_POUR_STREAM (object), result, &number, NULL, NULL, &error))
    {
      g_string_append_printf (log->log, "item %u; ", number);
      wire_wire_pour_stream_next_async (WIRE_WIRE_POUR_STREAM (object), NULL, item_cb, log);
    }
  else
    {
      g_string_append (log->log, "end; ");
    }
  log->n++;
}

/* Two streams, which are used in the service's context. */
typedef struct
{
  HeldStream *first;
  HeldStream *second;
} Both;

static void
interleave (WireWire *service,
            gpointer  data)
{
  Both *both = data;
  g_autoptr (WirePlace) place = wire_service_new_place ("S");

  for (guint i = 1; i <= 3; i++)
    {
      g_assert_true (pour (both->first, i, NULL));
      wire_wire_emit_happened (service, i, place);
      g_assert_true (pour (both->second, i + 10, NULL));
      wire_wire_set_volume (service, i);
    }
  wire_wire_emit_happened (service, 4, place);
  wire_wire_complete_pour (service, both->second->call, 1, NULL);
  wire_wire_emit_happened (service, 5, place);
  wire_wire_complete_pour (service, both->first->call, 1, NULL);
}

/* Items of two streams, signals, changes of a property and outcomes come in the order in which the service made them. */
static void
test_order (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) first = NULL;
  g_autoptr (WireWirePourStream) second = NULL;
  g_autoptr (HeldStream) held_first = NULL;
  g_autoptr (HeldStream) held_second = NULL;
  Log log = { g_string_new (NULL), 0 };

  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "happened", G_CALLBACK (happened_cb), &log);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (notify_cb), &log);
  first = wire_wire_proxy_open_pour (fixture->proxy, "first", NULL);
  held_first = wire_state_wait_stream (fixture->state);
  second = wire_wire_proxy_open_pour (fixture->proxy, "second", NULL);
  held_second = wire_state_wait_stream (fixture->state);
  wire_wire_pour_stream_next_async (first, NULL, item_cb, &log);
  wire_wire_pour_stream_next_async (second, NULL, item_cb, &log);

  dbus_fixture_run (fixture, interleave, &(Both) { held_first, held_second });
  while (log.n < 16)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (log.log->str, ==,
                   "item 1; signal 1; item 11; volume 1; "
                   "item 2; signal 2; item 12; volume 2; "
                   "item 3; signal 3; item 13; volume 3; "
                   "signal 4; end; signal 5; end; ");
  g_string_free (log.log, TRUE);
}

static void
finished_cb (WireWire *proxy,
             Log      *log)
{
  g_string_append (log->log, "finished; ");
  log->n++;
}

/* The order also holds for the items that a service writes as soon as the stream is opened. */
static void
test_order_at_once (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = NULL;
  Log log = { g_string_new (NULL), 0 };

  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "finished", G_CALLBACK (finished_cb), &log);
  stream = wire_wire_proxy_open_pour (fixture->proxy, "at once", NULL);
  wire_wire_pour_stream_next_async (stream, NULL, item_cb, &log);
  while (log.n < 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (log.log->str, ==, "item 1; finished; item 2; finished; end; ");
  g_string_free (log.log, TRUE);
}

static void
test_refused (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (WireWireLocalItemsStream) local = wire_wire_proxy_open_local_items (fixture->proxy, NULL);
  g_autoptr (WireWireOpenFilesStream) files = wire_wire_proxy_open_open_files (fixture->proxy, NULL);
  g_autoptr (WireWireLastFileStream) last = wire_wire_proxy_open_last_file (fixture->proxy, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (wire_wire_local_items_stream_outcome_sync (local, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.LocalItems cannot be called over D-Bus: "
                                       "the item 'cancellable' of the stream cannot be sent");
  g_clear_error (&error);
  g_assert_false (wire_wire_open_files_stream_outcome_sync (files, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.OpenFiles cannot be called over D-Bus: "
                                       "the item 'file' of the stream cannot have a file descriptor there");
  g_clear_error (&error);
  g_assert_false (wire_wire_last_file_stream_outcome_sync (last, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.LastFile cannot be called over D-Bus: "
                                       "the result 'file' of the stream cannot have a file descriptor there");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_relayed_tests ("/dbus/streams/items", test_items);
  dbus_add_relayed_tests ("/dbus/streams/flow", test_flow);
  dbus_add_relayed_tests ("/dbus/streams/many", test_many);
  dbus_add_relayed_tests ("/dbus/streams/outcome-only", test_outcome_only);
  dbus_add_relayed_tests ("/dbus/streams/ready", test_ready);
  dbus_add_relayed_tests ("/dbus/streams/items-in", test_items_in);
  dbus_add_relayed_tests ("/dbus/streams/flow-in", test_flow_in);
  dbus_add_relayed_tests ("/dbus/streams/large-backlog", test_large_backlog);
  dbus_add_relayed_tests ("/dbus/streams/order", test_order);
  dbus_add_relayed_tests ("/dbus/streams/order/at-once", test_order_at_once);
  dbus_add_relayed_tests ("/dbus/streams/refused", test_refused);

  return g_test_run ();
}
