/* test-nats-failures.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Connections without a thread, exports whose connection is closed while they subscribe, and endpoints that are
 * constructed without what they need.
 */

#define _GNU_SOURCE

#include <dlfcn.h>

#include <gmodule.h>
#include <norpc-glib-nats/norpc-glib-nats.h>

#include "depot.h"
#include "fake-server.h"
#include "norpc-nats-connection-private.h"

gboolean __wrap_norpc_nats_link_is_closed (NorpcNatsLink *self);
gboolean __real_norpc_nats_link_is_closed (NorpcNatsLink *self);

static GThread *main_thread; /* since the beginning */
static int no_threads;       /* atomic: no connection gets a thread */
static int n_left = -1;      /* of the main thread: how often it still asks until it sees a closed connection, or -1 */

/* The library norpc-glib-1 calls this function in place of that of GLib. */
G_MODULE_EXPORT GThread *
g_thread_try_new (const char   *name,
                  GThreadFunc   func,
                  gpointer      data,
                  GError      **error)
{
  GThread *(*original) (const char *, GThreadFunc, gpointer, GError **) = dlsym (RTLD_NEXT, "g_thread_try_new");

  if (!g_atomic_int_get (&no_threads) || g_strcmp0 (name, "nats") != 0)
    return original (name, func, data, error);

  g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "There are too many threads");

  return NULL;
}

gboolean
__wrap_norpc_nats_link_is_closed (NorpcNatsLink *self)
{
  if (g_thread_self () == main_thread && n_left >= 0 && n_left-- == 0)
    return TRUE;

  return __real_norpc_nats_link_is_closed (self);
}

/* An attempt to connect fails at once, and later ones do not. */
static void
test_no_thread (void)
{
  FakeServer *fake = fake_server_new ();
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&no_threads, TRUE);
  g_assert_null (norpc_nats_connection_new_sync (fake_server_get_url (fake), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_clear_error (&error);
  g_atomic_int_set (&no_threads, FALSE);
  connection = norpc_nats_connection_new_sync (fake_server_get_url (fake), NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&connection);
  fake_server_free (fake);
}

static NorpcNatsConnection *
connect_to (FakeServer *fake)
{
  g_autoptr (GError) error = NULL;
  NorpcNatsConnection *connection = norpc_nats_connection_new_sync (fake_server_get_url (fake), NULL, &error);

  g_assert_no_error (error);

  return connection;
}

static void
finalized_cb (gpointer  finalized,
              GObject  *object)
{
  g_atomic_int_set ((int *) finalized, TRUE);
}

/* Other threads may have the last reference for a moment; nothing may keep it. */
static void
release_and_wait (gpointer object)
{
  gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  int finalized = FALSE;

  g_object_weak_ref (object, finalized_cb, &finalized);
  g_object_unref (object);
  while (!g_atomic_int_get (&finalized))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* Returns an export (owned), or NULL if the connection is closed after @n subscriptions. */
static NorpcNatsExport *
try_export (NorpcNatsConnection *connection,
            int                  n)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, "test.other");
  g_autoptr (GError) error = NULL;
  NorpcNatsExport *export;

  n_left = n;
  export = norpc_nats_export_new (connection, "test.depot", NORPC_ENDPOINT (endpoint), depot_depot_interface_info (),
                                  &error);
  if (export == NULL)
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  n_left = -1;

  return export;
}

/* Wherever it fails, nothing keeps the connection. */
static void
test_export (void)
{
  FakeServer *fake = fake_server_new ();
  gboolean done = FALSE;
  int n;

  for (n = 0; !done; n++)
    {
      NorpcNatsConnection *connection = connect_to (fake);
      g_autoptr (NorpcNatsExport) export = try_export (connection, n);

      done = export != NULL;
      g_clear_object (&export);
      release_and_wait (connection);
    }
  g_assert_cmpint (n, >, 4);
  fake_server_free (fake);
}

/* An export that could not be announced is not, and can be announced again. */
static void
test_announce (void)
{
  FakeServer *fake = fake_server_new ();
  NorpcNatsConnection *connection = connect_to (fake);
  g_autoptr (NorpcNatsExport) export = try_export (connection, -1);
  g_autoptr (GError) error = NULL;
  int n;

  for (n = 0; n < 9; n++)
    {
      n_left = n;
      g_assert_false (norpc_nats_export_announce (export, "depot", "1.0.0", NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_null (norpc_nats_export_get_id (export));
    }
  n_left = -1;
  norpc_nats_export_announce (export, "depot", "1.0.0", NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (norpc_nats_export_get_id (export));
  g_clear_object (&export);
  release_and_wait (connection);
  fake_server_free (fake);
}

static void
ready_cb (GObject      *endpoint,
          GAsyncResult *result,
          gpointer      error)
{
  g_assert_false (norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, error));
}

/* Takes ownership of an endpoint, which has logged a critical. */
static void
check_unusable (NorpcEndpoint *endpoint)
{
  g_autoptr (NorpcEndpoint) owned = endpoint;
  g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new (endpoint);
  g_autoptr (GError) error = NULL;

  g_test_assert_expected_messages ();
  g_assert_true (norpc_endpoint_is_closed (endpoint));
  g_assert_false (norpc_endpoint_is_ready (endpoint));
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_assert_false (depot_gauge_proxy_call_run_sync (proxy, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
expect_critical (const char *pattern)
{
  g_test_expect_message ("NorpcNats", G_LOG_LEVEL_CRITICAL, pattern);
}

/* Languages other than C construct an endpoint by its properties. */
static void
test_properties (void)
{
  FakeServer *fake = fake_server_new ();
  NorpcNatsConnection *connection = connect_to (fake);
  g_autoptr (NorpcNatsConnection) never_connected = g_object_new (NORPC_NATS_TYPE_CONNECTION, NULL);

  expect_critical ("*'self->connection != NULL' failed*");
  check_unusable (g_object_new (NORPC_NATS_TYPE_ENDPOINT, "prefix", "test.depot", NULL));
  expect_critical ("*'norpc_nats_connection_get_link (self->connection) != NULL' failed*");
  check_unusable (g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", never_connected, "prefix", "test.depot", NULL));
  expect_critical ("*'self->prefix != NULL' failed*");
  check_unusable (g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", connection, NULL));
  expect_critical ("*'test depot' is not a valid prefix*");
  check_unusable (g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", connection, "prefix", "test depot", NULL));

  expect_critical ("*'norpc_nats_connection_get_link (self->connection) != NULL' failed*");
  g_assert_null (norpc_nats_endpoint_new (never_connected, "test.depot"));
  g_test_assert_expected_messages ();
  release_and_wait (connection);
  fake_server_free (fake);
}

int
main (int   argc,
      char *argv[])
{
  main_thread = g_thread_self ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nats/failures/no-thread", test_no_thread);
  g_test_add_func ("/nats/failures/export", test_export);
  g_test_add_func ("/nats/failures/announce", test_announce);
  g_test_add_func ("/nats/failures/properties", test_properties);

  return g_test_run ();
}
