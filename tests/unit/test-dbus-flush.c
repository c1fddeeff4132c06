/* test-dbus-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One-way calls that have left the process before it ends. */

#include "dbus-fixture.h"
#include "remote/norpc-dbus-endpoint-private.h"

/* How long a flush has to end too early, in microseconds. */
#define TIME_TO_FAIL (50 * G_TIME_SPAN_MILLISECOND)

/* How long a flush has to end at all, in microseconds. */
#define TIME_TO_END (20 * G_TIME_SPAN_SECOND)

/* A flush, and what was sent before its end. */
typedef struct
{
  int       n_sent; /* atomic */
  guint     filter;
  gboolean  ended;
  int       n_sent_before;
  GError   *error;  /* (owned) (nullable) */
} Flush;

/* Runs in GDBus's thread. Takes ownership of @message. */
static GDBusMessage *
count_notes (GDBusConnection *connection,
             GDBusMessage    *message,
             gboolean         incoming,
             gpointer         data)
{
  if (!incoming && g_strcmp0 (g_dbus_message_get_member (message), "Note") == 0)
    g_atomic_int_inc (&((Flush *) data)->n_sent);

  return message;
}

static int n_pool_jobs; /* atomic: that wait for one of the few threads of GIO */

void __wrap_g_task_run_in_thread (GTask           *task,
                                  GTaskThreadFunc  func);
void __real_g_task_run_in_thread (GTask           *task,
                                  GTaskThreadFunc  func);
void __wrap_g_task_run_in_thread_sync (GTask           *task,
                                       GTaskThreadFunc  func);
void __real_g_task_run_in_thread_sync (GTask           *task,
                                       GTaskThreadFunc  func);

/* Thread-safe. */
void
__wrap_g_task_run_in_thread (GTask           *task,
                             GTaskThreadFunc  func)
{
  g_atomic_int_inc (&n_pool_jobs);
  __real_g_task_run_in_thread (task, func);
}

/* Thread-safe. */
void
__wrap_g_task_run_in_thread_sync (GTask           *task,
                                  GTaskThreadFunc  func)
{
  g_atomic_int_inc (&n_pool_jobs);
  __real_g_task_run_in_thread_sync (task, func);
}

static int slows;      /* atomic: the flushes of GDBus take a while */
static int closes;     /* atomic: the connection is closed while GDBus flushes it, which says nothing of it */
static int holds;      /* atomic: the flushes of GDBus do not end, as if the other side did not read */
static int n_flushing; /* atomic: flushes of GDBus that run */
static int n_at_once;  /* atomic: that began while another one ran */

gboolean __wrap_g_dbus_connection_flush_sync (GDBusConnection  *connection,
                                              GCancellable     *cancellable,
                                              GError          **error);
gboolean __real_g_dbus_connection_flush_sync (GDBusConnection  *connection,
                                              GCancellable     *cancellable,
                                              GError          **error);

/* Thread-safe. */
gboolean
__wrap_g_dbus_connection_flush_sync (GDBusConnection  *connection,
                                     GCancellable     *cancellable,
                                     GError          **error)
{
  gboolean succeeded;

  if (g_atomic_int_add (&n_flushing, 1) > 0)
    g_atomic_int_inc (&n_at_once);
  if (g_atomic_int_get (&slows))
    g_usleep (TIME_TO_FAIL);
  while (g_atomic_int_get (&holds))
    g_usleep (1000);
  succeeded = __real_g_dbus_connection_flush_sync (connection, cancellable, error);
  if (g_atomic_int_get (&closes))
    {
      g_dbus_connection_close_sync (connection, NULL, NULL);
      while (!g_dbus_connection_is_closed (connection)) /* the thread of GDBus may notice it later */
        g_usleep (1000);
    }
  g_atomic_int_add (&n_flushing, -1);

  return succeeded;
}

static void
flushed_cb (GObject      *endpoint,
            GAsyncResult *result,
            gpointer      data)
{
  Flush *self = data;

  self->ended = TRUE;
  self->n_sent_before = g_atomic_int_get (&self->n_sent);
  norpc_dbus_endpoint_flush_finish (NORPC_DBUS_ENDPOINT (endpoint), result, &self->error);
}

static void
flush_begin (Flush             *self,
             NorpcDBusEndpoint *endpoint)
{
  gint64 end = g_get_monotonic_time () + TIME_TO_FAIL;

  norpc_dbus_endpoint_flush (endpoint, NULL, flushed_cb, self);
  while (!self->ended && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
}

static void
flush_end (Flush *self)
{
  while (!self->ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (self->error);
}

/* The call waits for the thread of D-Bus endpoints. */
static void
test_thread (DBusFixture   *fixture,
             gconstpointer  kind)
{
  Flush flush = { 0 };

  flush.filter = g_dbus_connection_add_filter (fixture->used, count_notes, &flush, NULL);
  dbus_thread_block ();
  wire_wire_proxy_call_note (fixture->proxy, 1);
  flush_begin (&flush, fixture->endpoint);
  dbus_thread_unblock ();
  flush_end (&flush);
  g_assert_cmpint (flush.n_sent_before, ==, 1);
  g_dbus_connection_remove_filter (fixture->used, flush.filter);
}

static void
held_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      ended)
{
  *(gboolean *) ended = TRUE;
}

/* A flush reports the calls that were not sent before it. */
static void
test_unsent (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", fixture->used,
                                                         "name", fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL,
                                                         "object-path", DBUS_PATH, "capacity", 1, NULL);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ended = FALSE;

  while (!norpc_proxy_is_ready (NORPC_PROXY (proxy)))
    g_main_context_iteration (NULL, TRUE);
  wire_wire_proxy_call_hold (proxy, NULL, held_cb, &ended);
  held = wire_state_wait_held (fixture->state);
  for (guint i = 0; i < 3; i++)
    wire_wire_proxy_call_note (proxy, i);
  g_assert_false (norpc_dbus_endpoint_flush_sync (endpoint, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_true (g_str_has_prefix (error->message, "org.example.Wire.Note was rejected: "));
  g_assert_true (g_str_has_suffix (error->message, " (and 2 more one-way calls were not sent)"));
  g_clear_error (&error);
  norpc_dbus_endpoint_flush_sync (endpoint, NULL, &error);
  g_assert_no_error (error);

  norpc_call_return_error_literal (held, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  while (!ended)
    g_main_context_iteration (NULL, TRUE);
}

/* The call waits until it is known whether the service has norpc-glib: nobody answers yet. */
static void
test_peer (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  Flush flush = { 0 };
  gboolean succeeded;

  flush.filter = g_dbus_connection_add_filter (fixture->used, count_notes, &flush, NULL);
  dbus_fixture_pause (fixture);
  endpoint = norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH);
  proxy = g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  wire_wire_proxy_call_note (proxy, 1);
  flush_begin (&flush, endpoint);
  dbus_fixture_resume (fixture);
  flush_end (&flush);
  g_assert_cmpint (flush.n_sent_before, ==, 1);

  wire_wire_proxy_call_note (proxy, 2);
  succeeded = norpc_dbus_endpoint_flush_sync (endpoint, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (succeeded);
  g_assert_cmpint (g_atomic_int_get (&flush.n_sent), ==, 2);
  g_dbus_connection_remove_filter (fixture->used, flush.filter);
}

static void
test_closed (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_close_sync (fixture->used, NULL, NULL);
  wire_wire_proxy_call_note (fixture->proxy, 1);
  g_assert_false (norpc_dbus_endpoint_flush_sync (fixture->endpoint, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* It returns although the thread of D-Bus endpoints does nothing. */
static void
test_cancelled (DBusFixture   *fixture,
                gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  dbus_thread_block ();
  g_cancellable_cancel (cancellable);
  g_assert_false (norpc_dbus_endpoint_flush_sync (fixture->endpoint, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  dbus_thread_unblock ();
}

static void
finalized_cb (gpointer  finalized,
              GObject  *connection)
{
  g_atomic_int_set ((int *) finalized, TRUE);
}

/* The endpoint is released while its only call waits. Nothing keeps the connection after that. */
static void
test_released (DBusFixture   *fixture,
               gconstpointer  kind)
{
  GDBusConnection *connection = dbus_connect_to_bus (fixture->bus);
  NorpcDBusEndpoint *endpoint = norpc_dbus_endpoint_new (connection, DBUS_NAME, DBUS_PATH);
  WireWireProxy *proxy = g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  int finalized = FALSE;

  g_object_weak_ref (G_OBJECT (connection), finalized_cb, &finalized);
  dbus_fixture_pause (fixture);
  wire_wire_proxy_call_note (proxy, 1);
  g_object_unref (proxy);
  g_object_unref (endpoint);
  g_object_unref (connection);
  dbus_thread_block (); /* after all that the thread was to do for the endpoint */
  dbus_thread_unblock ();
  dbus_fixture_resume (fixture);
  while (!g_atomic_int_get (&finalized))
    g_main_context_iteration (NULL, FALSE);
}

/* A flush that hangs leaves the threads of GIO to files and others. */
static void
test_pool (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  gboolean succeeded;
  Flush flush = { 0 };

  g_atomic_int_set (&n_pool_jobs, 0);
  flush_begin (&flush, fixture->endpoint);
  flush_end (&flush);
  succeeded = norpc_dbus_endpoint_flush_sync (fixture->endpoint, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (succeeded);
  g_assert_cmpint (g_atomic_int_get (&n_pool_jobs), ==, 0);
}

/* It returns at once, and does nothing when the thread of D-Bus endpoints goes on. */
static void
test_cancelled_later (DBusFixture   *fixture,
                      gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Flush flush = { 0 };

  dbus_thread_block ();
  norpc_dbus_endpoint_flush (fixture->endpoint, cancellable, flushed_cb, &flush);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (flush.ended);
  g_cancellable_cancel (cancellable);
  g_assert_false (flush.ended);
  while (!flush.ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (flush.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&flush.error);
  dbus_thread_unblock ();
}

static void
ended_cb (gpointer data)
{
}

/* Runs in GDBus's thread. */
static GDBusMessage *
keep_question (GDBusConnection *connection,
               GDBusMessage    *message,
               gboolean         incoming,
               gpointer         n_kept)
{
  if (incoming && g_strcmp0 (g_dbus_message_get_member (message), "Introspect") == 0)
    {
      g_atomic_int_inc ((int *) n_kept);
      g_clear_object (&message);
    }

  return message;
}

/* The process that has sent an object closes it before it has described it, and leaves the bus. */
static void
test_object_closed (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (GDBusConnection) owner = dbus_connect_to_bus (fixture->bus);
  g_autoptr (NorpcDBusEndpoint) endpoint =
    norpc_dbus_endpoint_new_received (fixture->used, g_dbus_connection_get_unique_name (owner), "/object", FALSE, ended_cb,
                                      NULL);
  g_autoptr (WireWireProxy) proxy =
    g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  gint64 end = g_get_monotonic_time () + TIME_TO_END;
  Flush flush = { 0 };
  int n_kept = 0;

  g_dbus_connection_add_filter (owner, keep_question, &n_kept, NULL);
  wire_wire_proxy_call_note (proxy, 1);
  flush_begin (&flush, endpoint);
  while (g_atomic_int_get (&n_kept) == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (flush.ended);
  g_dbus_connection_emit_signal (owner, g_dbus_connection_get_unique_name (fixture->used), "/object", "org.norpc.Calls1",
                                 "Closed", NULL, NULL);
  g_dbus_connection_flush_sync (owner, NULL, NULL);
  g_dbus_connection_close_sync (owner, NULL, NULL);
  while (!flush.ended && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (flush.ended);
  g_assert_error (flush.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&flush.error);
}

/* Flushes of GDBus that run at once can miss the end of each other, and then wait forever. */
static void
test_at_once (DBusFixture   *fixture,
              gconstpointer  kind)
{
  Flush flushes[3] = { { 0 } };

  dbus_fixture_catch_up (fixture);
  g_atomic_int_set (&n_at_once, 0);
  g_atomic_int_set (&slows, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (flushes); i++)
    norpc_dbus_endpoint_flush (fixture->endpoint, NULL, flushed_cb, &flushes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (flushes); i++)
    flush_end (&flushes[i]);
  g_atomic_int_set (&slows, FALSE);
  g_assert_cmpint (g_atomic_int_get (&n_at_once), ==, 0);
}

/* A flush that is cancelled while another one waits for the other side ends at once, and keeps no thread. */
static void
test_cancelled_behind (DBusFixture   *fixture,
                       gconstpointer  kind)
{
  GCancellable *cancellable = g_cancellable_new ();
  gint64 end = g_get_monotonic_time () + TIME_TO_END;
  Flush first = { 0 }, second = { 0 };
  int finalized = FALSE;

  g_object_weak_ref (G_OBJECT (cancellable), finalized_cb, &finalized);
  g_atomic_int_set (&holds, TRUE);
  norpc_dbus_endpoint_flush (fixture->endpoint, NULL, flushed_cb, &first);
  while (g_atomic_int_get (&n_flushing) == 0)
    g_main_context_iteration (NULL, FALSE);
  norpc_dbus_endpoint_flush (fixture->endpoint, cancellable, flushed_cb, &second);
  while (!second.ended && g_get_monotonic_time () < end - TIME_TO_END + TIME_TO_FAIL)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  while (!second.ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&second.error);

  g_object_unref (cancellable);
  while (!g_atomic_int_get (&finalized) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (g_atomic_int_get (&finalized));
  g_assert_false (first.ended);
  g_atomic_int_set (&holds, FALSE);
  flush_end (&first);
}

/* GDBus may not tell that the connection was closed before all was sent. */
static void
test_closed_meanwhile (DBusFixture   *fixture,
                       gconstpointer  kind)
{
  g_autoptr (GDBusConnection) connection = dbus_connect_to_bus (fixture->bus);
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (connection, DBUS_NAME, DBUS_PATH);
  Flush flush = { 0 };

  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_atomic_int_set (&closes, TRUE);
  norpc_dbus_endpoint_flush (endpoint, NULL, flushed_cb, &flush);
  while (!flush.ended)
    g_main_context_iteration (NULL, TRUE);
  g_atomic_int_set (&closes, FALSE);
  g_assert_error (flush.error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&flush.error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-flush/thread", test_thread);
  dbus_add_tests ("/dbus-flush/unsent", test_unsent);
  dbus_add_tests ("/dbus-flush/peer", test_peer);
  dbus_add_tests ("/dbus-flush/closed", test_closed);
  dbus_add_tests ("/dbus-flush/cancelled", test_cancelled);
  dbus_add_tests ("/dbus-flush/cancelled-later", test_cancelled_later);
  dbus_add_tests ("/dbus-flush/pool", test_pool);
  dbus_add_tests ("/dbus-flush/at-once", test_at_once);
  dbus_add_tests ("/dbus-flush/cancelled-behind", test_cancelled_behind);
  g_test_add ("/dbus-flush/closed-meanwhile", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_closed_meanwhile, dbus_fixture_tear_down);
  g_test_add ("/dbus-flush/released", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up, test_released,
              dbus_fixture_tear_down);

  g_test_add ("/dbus-flush/object-closed", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_object_closed, dbus_fixture_tear_down);

  return g_test_run ();
}
