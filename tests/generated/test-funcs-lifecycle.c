/* test-funcs-lifecycle.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a service that consists of functions starts and ends, and its types. */

#include "funcs-service.h"

static void
test_lifecycle (Fixture       *fixture,
                gconstpointer  unused)
{
  Observer *observer = &fixture->observer;

  stop (fixture);
  g_assert_cmpuint (observer->n_starts, ==, 1);
  g_assert_cmpuint (observer->n_stops, ==, 1);
  g_assert_cmpuint (observer->n_frees, ==, 1);
  g_assert_true (observer->started_in != g_thread_self ());
  g_assert_true (observer->stopped_in == observer->started_in);
  g_assert_true (observer->freed_in == observer->started_in);
}

/* The data is freed in the service's thread, although another one keeps the service. */
static void
test_kept (void)
{
  Observer observer = { 0 };
  g_autoptr (TestIndex) service = make_service (&observer);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (GError) error = NULL;

  server = norpc_serve (g_object_ref (service), &error);
  g_assert_no_error (error);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_frees, ==, 1);
  g_assert_true (observer.freed_in == observer.started_in);

  g_assert_null (norpc_serve (g_object_ref (service), &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (observer.n_starts, ==, 1);
  g_free (observer.title);
}

static gboolean
start_never (gpointer   service G_GNUC_UNUSED,
             GError   **error G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

/* Functions that are set when the service has started would not run, or only half of them. */
static void
test_too_late (void)
{
  Observer observer = { 0 };
  g_autoptr (TestIndex) service = make_service (&observer);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (GError) error = NULL;

  server = norpc_serve (g_object_ref (service), &error);
  g_assert_no_error (error);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*TestIndex*has been started; set its functions before");
  norpc_simple_service_set_lifecycle (service, start_never, NULL);
  g_test_assert_expected_messages ();

  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_starts, ==, 1);
  g_assert_cmpuint (observer.n_stops, ==, 1);
  g_free (observer.title);
}

/* An object whose calls nothing describes. */
static void
test_no_interface (void)
{
  g_autoptr (GError) error = NULL;
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GObject *action = G_OBJECT (g_simple_action_new ("a", NULL));

  g_object_add_weak_pointer (object, (gpointer *) &object);
  g_assert_null (norpc_serve (object, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "GObject implements no interface of a description, so it cannot be called");
  g_assert_null (object);
  g_clear_error (&error);

  g_assert_null (norpc_serve (action, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
}

/* Two servers may have one service, on one thread. */
static void
test_shared (void)
{
  Observer observer = { 0 };
  g_autoptr (TestIndex) service = make_service (&observer);
  g_autoptr (NorpcThread) thread = norpc_thread_new ("shared");
  g_autoptr (NorpcServer) first = norpc_server_new_on_thread (G_OBJECT (service), thread);
  g_autoptr (NorpcServer) second = norpc_server_new_on_thread (G_OBJECT (service), thread);
  g_autoptr (TestIndexProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start (first, NULL, NULL) && norpc_server_start (second, NULL, NULL));
  norpc_server_stop (first, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_frees, ==, 0);
  proxy = test_index_proxy_new (norpc_server_get_endpoint (second));
  g_assert_true (test_index_proxy_call_add_sync (proxy, "a", NULL, NULL, &error));
  norpc_server_stop (second, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_frees, ==, 1);
  g_free (observer.title);
}

static void
test_fails_to_start (void)
{
  Observer observer = { .fails = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_serve (make_service (&observer), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (observer.n_stops, ==, 0);
  g_assert_cmpuint (observer.n_frees, ==, 1);
  g_assert_true (observer.freed_in == observer.started_in);
}

static void
test_never_started (void)
{
  Observer observer = { 0 };

  g_object_unref (make_service (&observer));
  g_assert_cmpuint (observer.n_starts, ==, 0);
  g_assert_cmpuint (observer.n_frees, ==, 1);
}

/* Functions are compared, not where they are. */
static void
test_types (void)
{
  TestIndexInterface funcs = get_funcs ();
  TestIndexInterface same = get_funcs ();
  TestEmptyInterface no_funcs = { { 0, 0 } };
  g_autoptr (TestIndex) first = test_index_new_for_funcs (&funcs, NULL, index_free);
  g_autoptr (TestIndex) second = test_index_new_for_funcs (&same, NULL, NULL);
  g_autoptr (TestEmpty) empty = test_empty_new_for_funcs (&no_funcs, NULL, NULL);
  g_autoptr (TestIndex) other = NULL;

  g_assert_true (G_OBJECT_TYPE (first) == G_OBJECT_TYPE (second));
  funcs.inspect = NULL;
  other = test_index_new_for_funcs (&funcs, NULL, NULL);
  g_assert_true (G_OBJECT_TYPE (first) != G_OBJECT_TYPE (other));
  g_assert_true (TEST_IS_EMPTY (empty) && !TEST_IS_EMPTY (other));
  g_assert_true (NORPC_IS_SIMPLE_SERVICE (empty));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST ("lifecycle/order", NULL, test_lifecycle);
  g_test_add_func ("/funcs/lifecycle/kept", test_kept);
  g_test_add_func ("/funcs/lifecycle/shared", test_shared);
  g_test_add_func ("/funcs/lifecycle/too-late", test_too_late);
  g_test_add_func ("/funcs/lifecycle/no-interface", test_no_interface);
  g_test_add_func ("/funcs/lifecycle/fails-to-start", test_fails_to_start);
  g_test_add_func ("/funcs/lifecycle/never-started", test_never_started);
  g_test_add_func ("/funcs/lifecycle/types", test_types);

  return g_test_run ();
}
