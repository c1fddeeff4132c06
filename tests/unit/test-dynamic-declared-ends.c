/* test-dynamic-declared-ends.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls with values of declared types that are held, or end without an answer: cancellation, deadlines, stops, deadlocks
 * and limits.
 */

#include "atlas-fixture.h"

/* A service that keeps its call. */
static NorpcCall *held;       /* (owned) (nullable), atomic */
static int was_cancelled;     /* atomic: the cancellable of the held call */

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  g_atomic_int_set (&was_cancelled, TRUE);
}

static void
hold (AtlasFixture *fixture,
      NorpcCall    *call)
{
  g_cancellable_connect (norpc_call_get_cancellable (call), G_CALLBACK (cancelled_cb), NULL, NULL);
  norpc_call_ref (call);
  call = g_atomic_pointer_exchange (&held, call);
  g_clear_pointer (&call, norpc_call_unref);
}

static NorpcCall *
take_held (void)
{
  NorpcCall *call;

  while ((call = g_atomic_pointer_exchange (&held, NULL)) == NULL)
    g_main_context_iteration (NULL, FALSE);

  return call;
}

static void
done_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  GError **error = data;
  g_autoptr (NorpcReply) reply = norpc_proxy_call_finish (NORPC_PROXY (object), result, error);

  if (reply != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED_HANDLED, "It was answered");
}

static void
wait_for_error (GError **error)
{
  while (*error == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* The client may hear of it first. */
static void
wait_until_cancelled (NorpcCall *call)
{
  while (!g_atomic_int_get (&was_cancelled))
    g_thread_yield ();
  g_assert_true (norpc_call_is_cancelled (call));
}

/* Cancelling reaches both sides. */
static void
test_cancel (AtlasFixture  *fixture,
             gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;

  was_cancelled = FALSE;
  atlas_set_func (fixture, hold);
  norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), cancellable, done_cb,
                    &error);
  call = take_held ();
  g_cancellable_cancel (cancellable);
  wait_for_error (&error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until_cancelled (call);

  /* An answer that is too late is not an error. */
  norpc_call_return_variant (call, g_variant_new ("((iims))", 1, 2, NULL));
}

/* A deadline passes on both sides. On a busy machine, it may pass before the service gets the call. */
static void
test_timeout (AtlasFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;

  was_cancelled = FALSE;
  atlas_set_func (fixture, hold);
  norpc_proxy_set_timeout (fixture->proxy, 50);
  while (call == NULL)
    {
      g_clear_error (&error);
      norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), NULL, done_cb,
                        &error);
      wait_for_error (&error);
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
      call = g_atomic_pointer_exchange (&held, NULL);
    }
  wait_until_cancelled (call);
}

/* A server that stops fails the calls that its service keeps. */
static void
test_stop (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;

  was_cancelled = FALSE;
  atlas_set_func (fixture, hold);
  norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), NULL, done_cb, &error);
  call = take_held ();
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, NULL));
  wait_for_error (&error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  wait_until_cancelled (call);
}

/* A service that calls itself. */
static void
call_itself (AtlasFixture *fixture,
             NorpcCall    *call)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (atlas_run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  atlas_return_point (fixture, call);
}

/* Another service, which calls the atlas, and which the atlas calls. */
static Fixture other;

static void
call_back (AtlasFixture *fixture,
           NorpcCall    *call)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (other.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  atlas_return_point (fixture, call);
}

static void
call_atlas (ProbeService *service,
            NorpcCall    *call,
            gpointer      fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = atlas_run (fixture, &error);

  g_assert_no_error (error);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_deadlock (AtlasFixture  *fixture,
               gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  atlas_set_func (fixture, call_itself);
  reply = atlas_run (fixture, &error);
  g_assert_no_error (error);
  atlas_assert_point (reply, "((4, 5, 'now'),)");

  fixture_set_up (&other, NULL);
  other.state->run = call_atlas;
  other.state->run_data = fixture;
  atlas_set_func (fixture, call_back);
  g_assert_true (probe_probe_proxy_call_run_sync (other.proxy, NULL, &error));
  g_assert_no_error (error);
  fixture_tear_down (&other, NULL);
}

static void
test_direct (AtlasFixture  *fixture,
             gconstpointer  kind)
{
  g_autoptr (GObject) service = atlas_service_new (fixture->kind, fixture->info);
  g_autoptr (NorpcEndpoint) direct = NORPC_ENDPOINT (norpc_direct_new (service));
  g_autoptr (NorpcProxy) proxy = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  proxy = g_object_new (G_OBJECT_TYPE (fixture->proxy), "endpoint", direct, NULL);
  g_set_object (&fixture->proxy, proxy);
  atlas_set_func (fixture, atlas_return_point);
  reply = atlas_run (fixture, &error);
  g_assert_no_error (error);
  atlas_assert_point (reply, "((4, 5, 'now'),)");

  atlas_set_func (fixture, hold);
  g_assert_null (atlas_run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  norpc_call_unref (take_held ());
}

/* The number of calls that a service may have open counts those of clients. */
static void
test_max_open (AtlasFixture  *fixture,
               gconstpointer  kind)
{
  GError *errors[2] = { NULL, NULL };
  g_autoptr (NorpcCall) first = NULL;
  g_autoptr (NorpcCall) second = NULL;

  norpc_server_set_max_open_calls (fixture->server, 1);
  atlas_set_func (fixture, hold);
  for (guint i = 0; i < 2; i++)
    norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), NULL, done_cb,
                      &errors[i]);
  first = take_held ();
  g_assert_null (g_atomic_pointer_get (&held));
  norpc_call_return_variant (first, g_variant_new ("((iims))", 1, 2, NULL));
  wait_for_error (&errors[0]);
  second = take_held ();
  norpc_call_return_variant (second, g_variant_new ("((iims))", 1, 2, NULL));
  wait_for_error (&errors[1]);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_error (errors[i], G_IO_ERROR, G_IO_ERROR_FAILED_HANDLED);
      g_error_free (errors[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  atlas_add_tests ("cancel", test_cancel);
  atlas_add_tests ("timeout", test_timeout);
  atlas_add_tests ("stop", test_stop);
  atlas_add_tests ("deadlock", test_deadlock);
  atlas_add_tests ("direct", test_direct);
  atlas_add_tests ("max-open", test_max_open);

  return g_test_run ();
}
