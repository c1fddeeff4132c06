/* test-list-models-endpoints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* List models by way of other endpoints than a channel: proxies of proxies, layers, and direct ones. */

#include "library-fixture.h"

/* A proxy as a service passes lists on. */
static void
test_forwarded (LibraryFixture *fixture,
                gconstpointer   unused)
{
  g_autoptr (LibraryLibraryProxy) inner =
    g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint", norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (inner));
  LibraryLibraryProxy *proxy = g_steal_pointer (&fixture->proxy);

  g_clear_object (&inner);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  fixture->proxy = library_library_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  follow (fixture, get_songs (fixture));
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  while (g_list_model_get_n_items (fixture->model) < 2)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&fixture->log, "0-0+2; ");
  wait_ready (fixture);
  g_assert_true (library_library_get_songs (LIBRARY_LIBRARY (fixture->proxy)) == fixture->model);

  g_object_unref (fixture->proxy);
  fixture->proxy = proxy;
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
}

/* Results pass layers on both sides. */
static void
test_layers (LibraryFixture *fixture,
             gconstpointer   unused)
{
  g_autoptr (GObject) service = g_object_new (LIBRARY_TYPE_SERVICE, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (NorpcEndpoint) retry = NULL;

  g_clear_object (&service);
  norpc_server_add_layer (server, norpc_retry_new (2));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  retry = NORPC_ENDPOINT (g_object_ref_sink (norpc_retry_new (2)));
  norpc_layer_set_endpoint (NORPC_LAYER (retry), NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_object_unref (fixture->proxy);
  fixture->proxy = library_library_proxy_new (retry);
  wait_ready (fixture);

  library_library_proxy_call_find_songs (fixture->proxy, NULL, follow_cb, fixture);
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  settle (fixture);
  log_assert (&fixture->log, "got 0; 0-0+2; ");
  g_clear_object (&fixture->proxy);
  g_clear_object (&retry);
}

/* A service without a runtime. */
static void
test_direct (LibraryFixture *fixture,
             gconstpointer   unused)
{
  g_autoptr (LibraryService) service = g_object_new (LIBRARY_TYPE_SERVICE, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));

  g_object_unref (fixture->proxy);
  fixture->proxy = library_library_proxy_new (NORPC_ENDPOINT (direct));
  follow (fixture, get_songs (fixture));
  g_assert_true (fixture->model != service->songs);
  wait_ready (fixture);
  add_songs (service, GUINT_TO_POINTER (1));
  add_songs (service, GUINT_TO_POINTER (1));
  log_assert (&fixture->log, "");
  iterate ();
  log_assert (&fixture->log, "0-0+2; ");

  g_object_unref (fixture->proxy);
  fixture->proxy = NULL;
  g_clear_object (&direct);
  titles_assert (fixture->model, "1 2");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/list-models-endpoints/forwarded", test_forwarded);
  LIBRARY_TEST ("/list-models-endpoints/layers", test_layers);
  LIBRARY_TEST ("/list-models-endpoints/direct", test_direct);

  return g_test_run ();
}
