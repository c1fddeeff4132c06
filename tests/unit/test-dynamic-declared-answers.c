/* test-dynamic-declared-answers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Answers with values of declared types, when one side has a description that was read at run time: at once, later, in
 * other threads, never, and through several endpoints.
 */

#include "atlas-fixture.h"

static void
return_wrong_point (AtlasFixture *fixture,
                    NorpcCall    *call)
{
  norpc_call_return_variant (call, g_variant_new ("(s)", "no point"));
}

static void
fail (AtlasFixture *fixture,
      NorpcCall    *call)
{
  norpc_call_return_error (call, G_IO_ERROR, G_IO_ERROR_BUSY, "Not now");
}

static void
drop (AtlasFixture *fixture,
      NorpcCall    *call)
{
}

/* Each answer of a handler reaches the client. */
static void
test_answers (AtlasFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  atlas_set_func (fixture, atlas_return_point);
  reply = atlas_run (fixture, &error);
  g_assert_no_error (error);
  atlas_assert_point (reply, "((4, 5, 'now'),)");

  atlas_set_func (fixture, return_wrong_point);
  g_assert_null (atlas_run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  atlas_set_func (fixture, fail);
  g_assert_null (atlas_run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);

  atlas_set_func (fixture, drop);
  g_assert_null (atlas_run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

static gpointer
answer_thread (gpointer data)
{
  g_autoptr (NorpcCall) call = data;

  norpc_call_return_variant (call, g_variant_new ("((iims))", 6, 7, NULL));

  return NULL;
}

static void
answer_in_thread (AtlasFixture *fixture,
                  NorpcCall    *call)
{
  g_thread_join (g_thread_new ("answer", answer_thread, norpc_call_ref (call)));
}

static gboolean
answer_cb (gpointer data)
{
  answer_thread (data);

  return G_SOURCE_REMOVE;
}

static void
answer_later (AtlasFixture *fixture,
              NorpcCall    *call)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, answer_cb, norpc_call_ref (call), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* The last reference is released in another thread, after the handler. */
static gpointer
drop_thread (gpointer data)
{
  norpc_call_unref (data);

  return NULL;
}

static gboolean
drop_cb (gpointer data)
{
  g_thread_join (g_thread_new ("drop", drop_thread, data));

  return G_SOURCE_REMOVE;
}

static void
drop_later (AtlasFixture *fixture,
            NorpcCall    *call)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, drop_cb, norpc_call_ref (call), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
test_later (AtlasFixture  *fixture,
            gconstpointer  kind)
{
  AtlasFunc answers[] = { answer_in_thread, answer_later };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GVariant) reply = NULL;

      atlas_set_func (fixture, answers[i]);
      reply = atlas_run (fixture, &error);
      g_assert_no_error (error);
      atlas_assert_point (reply, "((6, 7, nothing),)");
    }

  atlas_set_func (fixture, drop_later);
  g_assert_null (atlas_run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

/* Layers copy and keep calls; a proxy is the service of another server; a service is called directly. */
static void
test_endpoints (AtlasFixture  *fixture,
                gconstpointer  kind)
{
  g_autoptr (NorpcServer) forwarder = norpc_server_new (G_OBJECT (fixture->proxy));
  NorpcEndpoint *endpoints[] = {
    NORPC_ENDPOINT (norpc_retry_new (2)),
    NORPC_ENDPOINT (norpc_concurrency_limit_new (1)),
    NORPC_ENDPOINT (norpc_server_get_channel (forwarder)),
  };
  g_autoptr (NorpcEndpoint) stack = norpc_stack_newv (endpoints, G_N_ELEMENTS (endpoints));
  g_autoptr (NorpcDynamicProxy) dynamic = norpc_dynamic_proxy_new (stack, fixture->info);
  g_autoptr (AtlasAtlasProxy) compiled = atlas_atlas_proxy_new (stack);
  g_autoptr (AtlasPoint) point = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  atlas_set_func (fixture, answer_later);
  g_assert_true (norpc_server_start (forwarder, NULL, NULL));
  reply = norpc_dynamic_proxy_call_method_sync (dynamic, "Run", g_variant_new ("(i)", 10), NULL, &error);
  g_assert_no_error (error);
  atlas_assert_point (reply, "((6, 7, nothing),)");
  point = atlas_atlas_proxy_call_run_sync (compiled, ATLAS_MODE_SLOW, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (point->y, ==, 7);
  g_assert_true (norpc_server_stop (forwarder, NORPC_STOP_FINISH, NULL, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  atlas_add_tests ("answers", test_answers);
  atlas_add_tests ("later", test_later);
  atlas_add_tests ("endpoints", test_endpoints);

  return g_test_run ();
}
