/* test-list-models-batch.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which changes of a list reach a client together, and how few they are. */

#include "library-fixture.h"

static void
replace_some (LibraryService *service,
              gpointer        data)
{
  g_list_store_remove (service->store, 1);
  library_service_add (service, 1, 1);
  g_list_store_remove (service->store, 8);
  g_list_store_remove (service->store, 7);
  library_service_add (service, 0, 2);
}

/* The changes of one dispatch arrive together, and are few. */
static void
test_batch (LibraryFixture *fixture,
            gconstpointer   unused)
{
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (10));
  follow (fixture, get_songs (fixture));
  run_blocking (fixture, replace_some, NULL);
  iterate ();
  titles_assert (fixture->model, "12 13 1 11 3 4 5 6 7 10");
  log_assert (&fixture->log, "0-0+2; 3-1+1; 9-2+0; ");
}

typedef struct
{
  int removed; /* atomic */
  int seen;    /* atomic: the client has run since */
} Meeting;

static void
replace_slowly (LibraryService *service,
                gpointer        data)
{
  Meeting *meeting = data;

  g_list_store_remove (service->store, 1);
  g_atomic_int_set (&meeting->removed, TRUE);
  while (!g_atomic_int_get (&meeting->seen))
    g_thread_yield ();
  library_service_add (service, 1, 1);
}

/* A client that runs while the service is in the middle of a batch sees nothing of it. */
static void
test_batch_whole (LibraryFixture *fixture,
                  gconstpointer   unused)
{
  Meeting meeting = { FALSE, FALSE };

  wait_ready (fixture);
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (3));
  follow (fixture, get_songs (fixture));
  library_service_set_func (replace_slowly, &meeting);
  library_library_proxy_call_run (fixture->proxy, NULL, replied_cb, fixture);
  while (!g_atomic_int_get (&meeting.removed))
    g_thread_yield ();
  iterate ();
  log_assert (&fixture->log, "");
  g_atomic_int_set (&meeting.seen, TRUE);
  settle (fixture);
  log_assert (&fixture->log, "1-1+1; reply at 3; ");
}

static void
move_back_and_forth (LibraryService *service,
                     gpointer        data)
{
  g_autoptr (GObject) song = g_list_model_get_item (G_LIST_MODEL (service->store), 2);

  g_list_store_remove (service->store, 2);
  g_list_store_insert (service->store, 2, song);
}

/* Replaces all songs by the same songs, but for the one at a position. */
static void
splice_one (LibraryService *service,
            gpointer        data)
{
  guint position = GPOINTER_TO_UINT (data);
  guint n_songs = g_list_model_get_n_items (G_LIST_MODEL (service->store));
  g_autoptr (GPtrArray) songs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_songs; i++)
    g_ptr_array_add (songs, g_list_model_get_item (G_LIST_MODEL (service->store), i));
  g_object_unref (songs->pdata[position]);
  songs->pdata[position] = library_song_new ("new", 0);
  g_list_store_splice (service->store, 0, n_songs, songs->pdata, n_songs);
}

/* Items that stay where they are do not belong to a change. */
static void
test_minimal (LibraryFixture *fixture,
              gconstpointer   unused)
{
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (5));
  follow (fixture, get_songs (fixture));

  run_blocking (fixture, splice_one, GUINT_TO_POINTER (3));
  iterate ();
  log_assert (&fixture->log, "3-1+1; ");
  titles_assert (fixture->model, "1 2 3 new 5");

  run_blocking (fixture, move_back_and_forth, NULL);
  iterate ();
  log_assert (&fixture->log, "");

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (4995));
  iterate ();
  log_assert (&fixture->log, "5-0+4995; ");
  run_blocking (fixture, splice_one, GUINT_TO_POINTER (2500));
  iterate ();
  log_assert (&fixture->log, "2500-1+1; ");
}

static void
nested_cb (GListModel     *model,
           guint           position,
           guint           n_removed,
           guint           n_added,
           LibraryFixture *fixture)
{
  if (n_added == 2)
    {
      g_string_append (fixture->log.text, "(");
      settle (fixture);
      g_string_append (fixture->log.text, ") ");
    }
}

/* A handler runs the context, so that a batch arrives while another one is being applied. */
static void
test_nested (LibraryFixture *fixture,
             gconstpointer   unused)
{
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (10));
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->model, "items-changed", G_CALLBACK (nested_cb), fixture);
  run_blocking (fixture, replace_some, NULL);
  run (fixture, add_songs, GUINT_TO_POINTER (1));
  iterate ();
  titles_assert (fixture->model, "12 13 1 11 3 4 5 6 7 10 14 15");
  log_assert (&fixture->log, "0-0+2; (3-1+1; 9-2+0; 10-0+1; reply at 11; 11-0+1; ) ");
  g_signal_handlers_disconnect_by_func (fixture->model, nested_cb, fixture);
  assert_followed (fixture);
}

static void
insert_before_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  gpointer    user_data)
{
  static gboolean inserts = TRUE;

  if (inserts)
    {
      inserts = FALSE;
      library_service_add (user_data, 0, 1);
    }
}

static void
insert_from_handler (LibraryService *service,
                     gpointer        data)
{
  add_songs (service, GUINT_TO_POINTER (2));
}

static void
connect_first (LibraryService *service,
               gpointer        data)
{
  g_signal_connect (service->store, "items-changed", G_CALLBACK (insert_before_cb), service);
}

/* A handler changes the list before the runtime knows of the change that it handles. */
static void
test_changed_by_handler (LibraryFixture *fixture,
                         gconstpointer   unused)
{
  g_autoptr (LibraryLibraryProxy) proxy = g_steal_pointer (&fixture->proxy);

  fixture->proxy = g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint", norpc_server_get_channel (fixture->server),
                                 "load-properties", FALSE, NULL);
  g_clear_object (&proxy);
  do
    iterate (); /* the values for the first proxy may be on their way */
  while (get_is_followed (fixture));

  run_blocking (fixture, connect_first, NULL);
  follow (fixture, get_songs (fixture));
  run_blocking (fixture, insert_from_handler, NULL);
  iterate ();
  titles_assert (fixture->model, "3 1 2");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/list-models-batch/dispatch", test_batch);
  LIBRARY_TEST ("/list-models-batch/whole", test_batch_whole);
  LIBRARY_TEST ("/list-models-batch/minimal", test_minimal);
  LIBRARY_TEST ("/list-models-batch/nested", test_nested);
  LIBRARY_TEST ("/list-models-batch/changed-by-handler", test_changed_by_handler);

  return g_test_run ();
}
