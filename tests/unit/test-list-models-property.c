/* test-list-models-property.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* List models that are properties. */

#include "library-fixture.h"

static void
songs_cb (LibraryLibrary *library,
          GParamSpec     *pspec,
          LibraryFixture *fixture)
{
  GListModel *songs = library_library_get_songs (library);

  if (songs == NULL)
    log_add (&fixture->log, "none; ");
  else
    log_add (&fixture->log, "songs %u; ", g_list_model_get_n_items (songs));
}

static void
replace_songs (LibraryService *service,
               gpointer        data)
{
  g_autoptr (GListStore) store = data != NULL ? g_list_store_new (LIBRARY_TYPE_SONG) : NULL;
  g_autoptr (LibrarySong) song = library_song_new ("other", 1);

  if (store != NULL)
    g_list_store_append (store, song);
  library_service_set_songs (service, (GListModel *) store);
}

/* A property shows the list of the service, and notifies if that has another one. */
static void
test_property (LibraryFixture *fixture,
               gconstpointer   unused)
{
  wait_ready (fixture);
  g_signal_connect (fixture->proxy, "notify::songs", G_CALLBACK (songs_cb), fixture);
  follow (fixture, library_library_dup_songs (LIBRARY_LIBRARY (fixture->proxy)));
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  iterate ();
  log_assert (&fixture->log, "0-0+2; ");

  run_blocking (fixture, replace_songs, "");
  iterate ();
  log_assert (&fixture->log, "songs 1; ");
  titles_assert (library_library_get_songs (LIBRARY_LIBRARY (fixture->proxy)), "other");
  titles_assert (fixture->model, "1 2");
  /* The former list is still followed. */
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&fixture->log, "2-0+1; ");

  run_blocking (fixture, replace_songs, NULL);
  iterate ();
  log_assert (&fixture->log, "none; ");
}

static void
replace_and_add (LibraryService *service,
                 gpointer        data)
{
  g_autoptr (LibrarySong) song = library_song_new ("another", 2);

  replace_songs (service, "");
  g_list_store_append (G_LIST_STORE (service->songs), song);
}

static void
follow_songs_cb (LibraryLibrary *library,
                 GParamSpec     *pspec,
                 LibraryFixture *fixture)
{
  songs_cb (library, pspec, fixture);
  follow (fixture, library_library_dup_songs (library));
}

/* A notification brings the list as it was then. */
static void
test_property_order (LibraryFixture *fixture,
                     gconstpointer   unused)
{
  wait_ready (fixture);
  g_signal_connect (fixture->proxy, "notify::songs", G_CALLBACK (follow_songs_cb), fixture);
  run_blocking (fixture, replace_and_add, NULL);
  iterate ();
  log_assert (&fixture->log, "songs 1; 1-0+1; ");
}

typedef struct
{
  LibraryLibraryProxy *proxy; /* (owned) (nullable) */
  GMainContext        *context;
} Elsewhere;

static gpointer
load_elsewhere (gpointer data)
{
  Elsewhere *elsewhere = data;

  g_main_context_push_thread_default (elsewhere->context);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (elsewhere->proxy), NULL, NULL));
  g_main_context_pop_thread_default (elsewhere->context);

  return NULL;
}

/* The mirror of a property is in the context of the proxy, whichever thread loads it. */
static void
test_property_loaded_elsewhere (LibraryFixture *fixture,
                                gconstpointer   unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Elsewhere elsewhere = { g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint",
                                        norpc_server_get_channel (fixture->server), "load-properties", FALSE, NULL),
                          context };

  g_thread_join (g_thread_new ("elsewhere", load_elsewhere, &elsewhere));
  iterate ();
  follow (fixture, library_library_dup_songs (LIBRARY_LIBRARY (elsewhere.proxy)));
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  iterate ();
  log_assert (&fixture->log, "0-0+2; ");
  g_object_unref (elsewhere.proxy);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/list-models-property/changes", test_property);
  LIBRARY_TEST ("/list-models-property/order", test_property_order);
  LIBRARY_TEST ("/list-models-property/loaded-elsewhere", test_property_loaded_elsewhere);

  return g_test_run ();
}
