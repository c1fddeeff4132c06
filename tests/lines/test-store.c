/* test-store.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Both stores do the same. */

#ifdef BY_HAND
#include "store-by-hand.h"

#define CALL_GET hand_store_get_async
#define CALL_GET_FINISH hand_store_get_finish
#define CALL_GET_SYNC hand_store_get_sync
#define CALL_SET_SYNC hand_store_set_sync
#define CALL_REMOVE_SYNC hand_store_remove_sync
typedef HandStore Client;
#else
#include "store-generated.h"

#define CALL_GET demo_store_proxy_call_get
#define CALL_GET_FINISH demo_store_proxy_call_get_finish
#define CALL_GET_SYNC demo_store_proxy_call_get_sync
#define CALL_SET_SYNC demo_store_proxy_call_set_sync
#define CALL_REMOVE_SYNC demo_store_proxy_call_remove_sync
typedef DemoStoreProxy Client;
#endif

typedef struct
{
  GObject *server; /* (owned): the store itself, by hand */
  Client  *client; /* (owned) */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

#ifdef BY_HAND
  fixture->client = hand_store_new (&error);
  g_assert_no_error (error);
  fixture->server = g_object_ref (G_OBJECT (fixture->client));
#else
  NorpcServer *server = store_serve (&error);

  g_assert_no_error (error);
  fixture->server = G_OBJECT (server);
  fixture->client = demo_store_proxy_new (norpc_server_get_endpoint (server));
#endif
}

static void
stop (Fixture *fixture)
{
#ifdef BY_HAND
  hand_store_stop (fixture->client);
#else
  norpc_server_stop (NORPC_SERVER (fixture->server), NORPC_STOP_FINISH, NULL, NULL);
#endif
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  unused)
{
  g_object_unref (fixture->client);
  g_object_unref (fixture->server);
}

static void
test_calls (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("1", 1);
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;
  gboolean existed = TRUE;

  g_assert_true (CALL_GET_SYNC (fixture->client, "a", &found, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (found);
  g_assert_true (CALL_SET_SYNC (fixture->client, "a", value, NULL, &error));
  g_assert_true (CALL_GET_SYNC (fixture->client, "a", &found, NULL, &error));
  g_assert_true (g_bytes_equal (found, value));
  g_assert_true (CALL_REMOVE_SYNC (fixture->client, "b", &existed, NULL, &error));
  g_assert_false (existed);
  g_assert_true (CALL_REMOVE_SYNC (fixture->client, "a", &existed, NULL, &error));
  g_assert_true (existed);
}

typedef struct
{
  guint   n;
  GError *error; /* (owned) (nullable) */
} Outcome;

static void
got_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (GBytes) value = NULL;

  outcome->n++;
  g_assert_true (CALL_GET_FINISH ((Client *) source_object, result, &value, &outcome->error) ==
                 (outcome->error == NULL));
}

static void
wait_for (Outcome *outcome)
{
  while (outcome->n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (outcome->n, ==, 1);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0, NULL };

  g_cancellable_cancel (cancellable);
  CALL_GET (fixture->client, "a", cancellable, got_cb, &outcome);
  g_assert_cmpuint (outcome.n, ==, 0);
  wait_for (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
}

static void
test_stopped (Fixture       *fixture,
              gconstpointer  unused)
{
  Outcome before = { 0, NULL }, after = { 0, NULL };

  CALL_GET (fixture->client, "a", NULL, got_cb, &before);
  stop (fixture);
  CALL_GET (fixture->client, "a", NULL, got_cb, &after);
  wait_for (&before);
  wait_for (&after);
  g_assert_no_error (before.error);
  g_assert_nonnull (after.error);
  g_clear_error (&after.error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/store/calls", Fixture, NULL, set_up, test_calls, tear_down);
  g_test_add ("/store/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  g_test_add ("/store/stopped", Fixture, NULL, set_up, test_stopped, tear_down);

  return g_test_run ();
}
