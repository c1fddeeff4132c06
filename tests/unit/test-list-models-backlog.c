/* test-list-models-backlog.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Changes of lists for a client that does not run: what they cost. */

#include "library-fixture.h"

/* A client that does not run gets the newest state. */
static void
test_slow_client (LibraryFixture *fixture,
                  gconstpointer   unused)
{
  follow (fixture, get_songs (fixture));
  for (guint i = 0; i < 1000; i++)
    run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&fixture->log, "0-0+1000; ");
}

static int n_songs_alive; /* atomic */

static void
song_freed_cb (gpointer  data,
               GObject  *song)
{
  g_atomic_int_add (&n_songs_alive, -1);
}

static void
replace_all_and_tell (LibraryService *service,
                      gpointer        data)
{
  for (guint round = 0; round < 30; round++)
    {
      g_list_store_remove_all (service->store);
      library_service_add (service, 0, 500);
      for (guint i = 0; i < 500; i++)
        {
          g_autoptr (GObject) song = g_list_model_get_item (G_LIST_MODEL (service->store), i);

          g_atomic_int_inc (&n_songs_alive);
          g_object_weak_ref (song, song_freed_cb, NULL);
        }
      library_library_emit_reached (LIBRARY_LIBRARY (service), round);
    }
}

/* The memory for a client that does not run does not grow with the number of changes, also if signals
 * keep these apart.
 */
static void
test_backlog (LibraryFixture *fixture,
              gconstpointer   unused)
{
  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->proxy, "reached", G_CALLBACK (reached_cb), fixture);
  run_blocking (fixture, replace_all_and_tell, NULL);

  /* The thread pool releases long lists. */
  while (g_atomic_int_get (&n_songs_alive) > 500 + 500 + 1000)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&n_songs_alive), >=, 1000);

  iterate ();
  g_assert_true (g_str_has_suffix (fixture->log.text->str, "reached 29 at 500; "));
  g_assert_true (strstr (fixture->log.text->str, "0-0+500; reached 27 at 500; 0-500+500; reached 28 at 500; ") != NULL);
}

static void
do_signal (LibraryService *service,
           gpointer        data)
{
  add_songs (service, GUINT_TO_POINTER (1));
  library_library_emit_reached (LIBRARY_LIBRARY (service), service->version);
}

/* Nor does the number of events. */
static void
test_backlog_of_events (LibraryFixture *fixture,
                        gconstpointer   unused)
{
  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->proxy, "reached", G_CALLBACK (reached_cb), fixture);
  for (guint i = 0; i < 1005; i++)
    run_blocking (fixture, do_signal, NULL);
  iterate ();
  g_assert_true (g_str_has_prefix (fixture->log.text->str, "0-0+6; reached 6 at 6; 6-0+1; reached 7 at 7; "));
  g_assert_true (g_str_has_suffix (fixture->log.text->str, "reached 1005 at 1005; "));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/list-models-backlog/slow-client", test_slow_client);
  LIBRARY_TEST ("/list-models-backlog/items", test_backlog);
  LIBRARY_TEST ("/list-models-backlog/events", test_backlog_of_events);

  return g_test_run ();
}
