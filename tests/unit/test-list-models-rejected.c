/* test-list-models-rejected.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lists that a service cannot return. */

#include "library-fixture.h"

static void
add_icon (LibraryService *service,
          gpointer        data)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  g_autoptr (LibrarySong) song = library_song_new ("song", 1);
  g_autoptr (GIcon) icon = g_themed_icon_new ("icon");

  g_list_store_append (store, song);
  if (data != NULL)
    g_list_store_append (store, icon);
  g_set_object (&service->others, G_LIST_MODEL (store));
}

static void
add_icon_later (LibraryService *service,
                gpointer        data)
{
  g_autoptr (GIcon) icon = g_themed_icon_new ("icon");

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "GListStore: item 0: expected a value of type LibrarySong, got one of type GThemedIcon; "
                         "clients are no longer notified of changes");
  g_list_store_insert (G_LIST_STORE (service->others), 0, icon);
  g_test_assert_expected_messages ();
  g_list_store_remove (G_LIST_STORE (service->others), 0);
}

static void
failed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GListModel *others = NULL;

  library_library_proxy_call_find_others_finish (LIBRARY_LIBRARY_PROXY (object), result, &others, NULL, user_data);
  g_assert_null (others);
}

/* Items of another type do not reach clients. */
static void
test_wrong_item (LibraryFixture *fixture,
                 gconstpointer   unused)
{
  g_autoptr (GError) error = NULL;
  GListModel *models[2] = { NULL, NULL };

  run_blocking (fixture, add_icon, "");
  library_library_proxy_call_find_others (fixture->proxy, NULL, failed_cb, &error);
  settle (fixture);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Library.FindOthers: result 'others': item 1: expected a value of type LibrarySong, "
                   "got one of type GThemedIcon");

  run_blocking (fixture, add_icon, NULL);
  library_library_proxy_call_find_others (fixture->proxy, NULL, get_others_cb, models);
  settle (fixture);
  run_blocking (fixture, add_icon_later, NULL);
  iterate ();
  titles_assert (models[0], "song");

  /* It is followed again. */
  g_object_unref (models[0]);
  g_object_unref (models[1]);
  library_library_proxy_call_find_others (fixture->proxy, NULL, get_others_cb, models);
  settle (fixture);
  titles_assert (models[0], "song");
  g_object_unref (models[0]);
  g_object_unref (models[1]);
}

static gpointer
answer_with_list (gpointer data)
{
  g_autoptr (GListStore) store = g_list_store_new (LIBRARY_TYPE_SONG);
  GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };

  g_value_init (&values[0], G_TYPE_LIST_MODEL);
  g_value_set_object (&values[0], store);
  g_value_init (&values[1], G_TYPE_LIST_MODEL);
  norpc_call_return_values (data, 2, values);
  g_value_unset (&values[0]);

  return NULL;
}

static gboolean
answer_others_elsewhere (LibraryLibrary  *library,
                         NorpcCall       *call,
                         GError         **error)
{
  g_thread_join (g_thread_new ("answer", answer_with_list, call));

  return TRUE;
}

static gboolean
answer_others_here (LibraryLibrary  *library,
                    NorpcCall       *call,
                    GError         **error)
{
  answer_with_list (call);

  return TRUE;
}

/* Only the service's context may return a list that is not followed yet. */
static void
test_returned_elsewhere (LibraryFixture *fixture,
                         gconstpointer   unused)
{
  LibraryLibraryInterface *iface = g_type_interface_peek (g_type_class_peek (LIBRARY_TYPE_SERVICE), LIBRARY_TYPE_LIBRARY);
  gpointer handler = iface->handle_find_others;
  g_autoptr (GError) error = NULL;
  GListModel *models[2] = { NULL, NULL };

  iface->handle_find_others = answer_others_elsewhere;
  library_library_proxy_call_find_others (fixture->proxy, NULL, failed_cb, &error);
  settle (fixture);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Library.FindOthers: result 'others': "
                   "a list model can only be returned in the main context of its service");

  iface->handle_find_others = answer_others_here;
  library_library_proxy_call_find_others (fixture->proxy, NULL, get_others_cb, models);
  settle (fixture);
  titles_assert (models[0], "");
  g_object_unref (models[0]);
  iface->handle_find_others = handler;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/list-models-rejected/wrong-item", test_wrong_item);
  LIBRARY_TEST ("/list-models-rejected/returned-elsewhere", test_returned_elsewhere);

  return g_test_run ();
}
