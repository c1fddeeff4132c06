/* test-list-models.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* List models of a service, which clients follow. */

#include "library-fixture.h"

/* A result has what the list was, and follows it. */
static void
test_result (LibraryFixture *fixture,
             gconstpointer   unused)
{
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (3));
  follow (fixture, get_songs (fixture));
  titles_assert (fixture->model, "1 2 3");
  log_assert (&fixture->log, "");

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  titles_assert (fixture->model, "1 2 3");
  iterate ();
  titles_assert (fixture->model, "1 2 3 4 5");
  log_assert (&fixture->log, "3-0+2; ");
}

static void
use_others (LibraryService *service,
            gpointer        data)
{
  service->others = g_object_ref (service->songs);
}

/* One list has one mirror in a context. */
static void
test_same_mirror (LibraryFixture *fixture,
                  gconstpointer   unused)
{
  g_autoptr (GListModel) songs = get_songs (fixture);
  g_autoptr (GListModel) again = get_songs (fixture);
  g_autoptr (GListModel) sync = library_library_proxy_call_find_songs_sync (fixture->proxy, NULL, NULL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GListModel) other = NULL;
  GListModel *models[2] = { NULL, NULL };

  wait_ready (fixture);
  g_assert_true (songs == again);
  g_assert_true (songs == sync);
  g_assert_true (library_library_get_songs (LIBRARY_LIBRARY (fixture->proxy)) == songs);

  library_library_proxy_call_find_others (fixture->proxy, NULL, get_others_cb, models);
  settle (fixture);
  g_assert_null (models[0]);
  run_blocking (fixture, use_others, NULL);
  library_library_proxy_call_find_others (fixture->proxy, NULL, get_others_cb, models);
  settle (fixture);
  g_assert_true (models[0] == songs && models[1] == songs);
  g_object_unref (models[0]);
  g_object_unref (models[1]);

  g_main_context_push_thread_default (context);
  other = library_library_proxy_call_find_songs_sync (fixture->proxy, NULL, NULL);
  g_main_context_pop_thread_default (context);
  g_assert_true (other != songs);
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
  iterate ();
  g_assert_cmpuint (g_list_model_get_n_items (songs), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (other), ==, 0);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (g_list_model_get_n_items (other), ==, 1);
}

/* Without an element-type, a list model is an object as others; so is an item. */
static void
test_plain (LibraryFixture *fixture,
            gconstpointer   unused)
{
  g_autoptr (LibrarySong) song = library_song_new ("one", 1);
  g_autoptr (GPtrArray) songs = NULL;
  g_autoptr (GListModel) plain = NULL;
  g_autoptr (GListStore) store = NULL;

  run_blocking (fixture, keep_store, &store);
  g_assert_true (library_library_proxy_call_sort_sync (fixture->proxy, song, &songs, &plain, NULL, NULL));
  g_assert_true (plain == G_LIST_MODEL (store));
  g_assert_cmpuint (songs->len, ==, 1);
  g_assert_true (songs->pdata[0] == song);
}

/* The properties that models of GTK have. */
static void
test_n_items (LibraryFixture *fixture,
              gconstpointer   unused)
{
  g_autoptr (GSocketClient) target = g_socket_client_new ();
  GType item_type;

  follow (fixture, get_songs (fixture));
  g_object_bind_property (fixture->model, "n-items", target, "timeout", G_BINDING_SYNC_CREATE);
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (3));
  iterate ();
  g_assert_cmpuint (g_socket_client_get_timeout (target), ==, 3);
  g_object_get (fixture->model, "item-type", &item_type, NULL);
  g_assert_true (item_type == LIBRARY_TYPE_SONG);
}

/* Without mirrors, a list is not followed, and may be followed again. */
static void
test_released (LibraryFixture *fixture,
               gconstpointer   unused)
{
  LibraryLibraryProxy *proxy = g_steal_pointer (&fixture->proxy);

  fixture->proxy = g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint", norpc_server_get_channel (fixture->server),
                                 "load-properties", FALSE, NULL);
  g_object_unref (proxy);

  for (guint i = 0; i < 2; i++)
    {
      follow (fixture, get_songs (fixture));
      g_assert_true (get_is_followed (fixture));
      run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
      iterate ();
      g_assert_cmpuint (g_list_model_get_n_items (fixture->model), ==, i + 1);
      run_blocking (fixture, add_songs, GUINT_TO_POINTER (0));
      follow (fixture, NULL);
      while (get_is_followed (fixture))
        g_thread_yield ();
    }
}

/* A mirror outlives the server. */
static void
test_stopped (LibraryFixture *fixture,
              gconstpointer   unused)
{
  g_autoptr (GListStore) store = NULL;
  GListModel *model = NULL;

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (3));
  run_blocking (fixture, keep_store, &store);
  follow (fixture, get_songs (fixture));
  library_library_proxy_call_find_songs (fixture->proxy, NULL, get_songs_cb, &model);
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  g_list_store_remove_all (store);

  iterate ();
  g_assert_true (model == fixture->model);
  g_object_unref (model);
  log_assert (&fixture->log, "3-0+1; ");
  titles_assert (fixture->model, "1 2 3 4");
}

/* The mirror belongs to the reply, and stays if the function takes a reference. */
static void
keep_songs_cb (GListModel   *songs,
               const GError *error,
               gpointer      user_data)
{
  g_assert_no_error (error);
  *(GListModel **) user_data = g_object_ref (songs);
}

static void
keep_others_cb (GListModel   *others,
                GListModel   *again,
                const GError *error,
                gpointer      n_replies)
{
  g_assert_no_error (error);
  g_assert_null (others);
  g_assert_null (again);
  ++*(guint *) n_replies;
}

static void
test_reply_func (LibraryFixture *fixture,
                 gconstpointer   unused)
{
  GListModel *model = NULL;
  guint n_replies = 0;

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (3));
  library_library_proxy_call_find_songs_with_reply (fixture->proxy, NULL, keep_songs_cb, &model);
  library_library_proxy_call_find_others_with_reply (fixture->proxy, NULL, keep_others_cb, &n_replies);
  while (n_replies == 0)
    g_main_context_iteration (NULL, TRUE);
  follow (fixture, model);
  titles_assert (fixture->model, "1 2 3");

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  iterate ();
  titles_assert (fixture->model, "1 2 3 4 5");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/list-models/result", test_result);
  LIBRARY_TEST ("/list-models/same-mirror", test_same_mirror);
  LIBRARY_TEST ("/list-models/plain", test_plain);
  LIBRARY_TEST ("/list-models/n-items", test_n_items);
  LIBRARY_TEST ("/list-models/released", test_released);
  LIBRARY_TEST ("/list-models/stopped", test_stopped);
  LIBRARY_TEST ("/list-models/reply-func", test_reply_func);

  return g_test_run ();
}
