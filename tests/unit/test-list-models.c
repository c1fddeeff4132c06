/* test-list-models.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* List models of a service, which clients follow. */

#include "fixture.h"
#include "library-service.h"

/* A server with a library, and a follower of one of its lists. */
typedef struct
{
  NorpcServer         *server; /* (owned) */
  LibraryLibraryProxy *proxy;  /* (owned) */
  GListModel          *model;  /* (owned) (nullable): that is followed */
  GPtrArray           *items;  /* (owned): what the signals of the model tell */
  GString             *log;    /* (owned) */
  GThread             *thread;
} Library;

static void
log_add (Library    *fixture,
         const char *format,
         ...)
{
  va_list args;

  g_assert_true (fixture->thread == g_thread_self ());
  va_start (args, format);
  g_string_append_vprintf (fixture->log, format, args);
  va_end (args);
}

#define log_assert(fixture, expected) \
  G_STMT_START { \
    g_assert_cmpstr ((fixture)->log->str, ==, expected); \
    g_string_truncate ((fixture)->log, 0); \
  } G_STMT_END

/* The model is what its signals say. */
static void
assert_followed (Library *fixture)
{
  g_assert_cmpuint (g_list_model_get_n_items (fixture->model), ==, fixture->items->len);
  for (guint i = 0; i < fixture->items->len; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (fixture->model, i);

      g_assert_true (item == fixture->items->pdata[i]);
    }
  g_assert_null (g_list_model_get_item (fixture->model, fixture->items->len));
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  Library    *fixture)
{
  log_add (fixture, "%u-%u+%u; ", position, n_removed, n_added);
  g_assert_cmpuint (position + n_removed, <=, fixture->items->len);
  if (n_removed > 0)
    g_ptr_array_remove_range (fixture->items, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (fixture->items, position + i, g_list_model_get_item (model, position + i));
  assert_followed (fixture);
}

/* Takes ownership of @model. */
static void
follow (Library    *fixture,
        GListModel *model)
{
  if (fixture->model != NULL)
    g_signal_handlers_disconnect_by_data (fixture->model, fixture);
  g_clear_object (&fixture->model);
  g_ptr_array_set_size (fixture->items, 0);

  fixture->model = model;
  if (model == NULL)
    return;
  g_assert_true (g_list_model_get_item_type (model) == LIBRARY_TYPE_SONG);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (fixture->items, g_list_model_get_item (model, i));
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

/* The titles in the model, such as "1 2 3". */
static char *
get_titles (GListModel *model)
{
  GString *titles = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (LibrarySong) song = g_list_model_get_item (model, i);

      g_string_append_printf (titles, "%s%s", i > 0 ? " " : "", library_song_get_title (song));
    }

  return g_string_free (titles, FALSE);
}

#define titles_assert(model, expected) \
  G_STMT_START { \
    g_autofree char *titles = get_titles (model); \
    g_assert_cmpstr (titles, ==, expected); \
  } G_STMT_END

static void
set_up (Library       *fixture,
        gconstpointer  unused)
{
  g_autoptr (GObject) service = g_object_new (LIBRARY_TYPE_SERVICE, NULL);
  g_autoptr (GError) error = NULL;

  fixture->server = norpc_server_new (service);
  fixture->log = g_string_new (NULL);
  fixture->items = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->thread = g_thread_self ();
  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
  fixture->proxy = library_library_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Library       *fixture,
           gconstpointer  unused)
{
  follow (fixture, NULL);
  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->server);
  iterate ();
  g_ptr_array_unref (fixture->items);
  g_string_free (fixture->log, TRUE);
}

/* Has @func run in the service's context. The client's context does not run meanwhile. */
static void
run_blocking (Library     *fixture,
              LibraryFunc  func,
              gpointer     data)
{
  g_autoptr (GError) error = NULL;

  library_service_set_func (func, data);
  g_assert_true (library_library_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

static void
get_songs_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  GListModel **model = user_data;
  g_autoptr (GError) error = NULL;

  *model = library_library_proxy_call_find_songs_finish (LIBRARY_LIBRARY_PROXY (object), result, &error);
  g_assert_no_error (error);
}

static GListModel *
get_songs (Library *fixture)
{
  GListModel *model = NULL;

  library_library_proxy_call_find_songs (fixture->proxy, NULL, get_songs_cb, &model);
  while (model == NULL)
    g_main_context_iteration (NULL, TRUE);

  return model;
}

static void
add (LibraryService *service,
     gpointer        n_songs)
{
  library_service_add (service, g_list_model_get_n_items (G_LIST_MODEL (service->store)), GPOINTER_TO_UINT (n_songs));
}

/* A result has what the list was, and follows it. */
static void
test_result (Library       *fixture,
             gconstpointer  unused)
{
  run_blocking (fixture, add, GUINT_TO_POINTER (3));
  follow (fixture, get_songs (fixture));
  titles_assert (fixture->model, "1 2 3");
  log_assert (fixture, "");

  run_blocking (fixture, add, GUINT_TO_POINTER (2));
  titles_assert (fixture->model, "1 2 3");
  iterate ();
  titles_assert (fixture->model, "1 2 3 4 5");
  log_assert (fixture, "3-0+2; ");
}


static void
reached_cb (LibraryLibrary *library,
            guint           version,
            Library        *fixture)
{
  log_add (fixture, "reached %u at %u; ", version, g_list_model_get_n_items (fixture->model));
}

static void
version_cb (LibraryLibrary *library,
            GParamSpec     *pspec,
            Library        *fixture)
{
  log_add (fixture, "version %u at %u; ", library_library_get_version (library),
           g_list_model_get_n_items (fixture->model));
}

static void
replied_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Library *fixture = user_data;

  g_assert_true (library_library_proxy_call_run_finish (LIBRARY_LIBRARY_PROXY (object), result, NULL));
  log_add (fixture, "reply at %u; ", g_list_model_get_n_items (fixture->model));
}

static void
do_nothing (LibraryService *service,
            gpointer        data)
{
}

/* The service has handled what was sent before, and the context has seen the answers. */
static void
settle (Library *fixture)
{
  run_blocking (fixture, do_nothing, NULL);
  iterate ();
}

/* Has @func run in the service's context, while the client's context does not run. Its reply arrives
 * later.
 */
static void
run (Library     *fixture,
     LibraryFunc  func,
     gpointer     data)
{
  library_service_set_func (func, data);
  library_library_proxy_call_run (fixture->proxy, NULL, replied_cb, fixture);
  /* A reply that arrives in the same iteration is deferred. */
  run_blocking (fixture, func, data);
}

static void
add_and_tell (LibraryService *service,
              gpointer        data)
{
  if (data != NULL && *(gboolean *) data)
    return;
  if (data != NULL)
    *(gboolean *) data = TRUE;

  add (service, GUINT_TO_POINTER (1));
  library_library_emit_reached (LIBRARY_LIBRARY (service), 1);
  add (service, GUINT_TO_POINTER (1));
  g_object_notify (G_OBJECT (service), "version");
  add (service, GUINT_TO_POINTER (1));
}

static void
wait_ready (Library *fixture)
{
  while (!norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
}

/* Changes of the list arrive between signals, properties and replies as they were made. */
static void
test_order (Library       *fixture,
            gconstpointer  unused)
{
  gboolean done = FALSE;

  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->proxy, "reached", G_CALLBACK (reached_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::version", G_CALLBACK (version_cb), fixture);

  run (fixture, add_and_tell, &done);
  log_assert (fixture, "");
  settle (fixture);
  log_assert (fixture, "0-0+1; reached 1 at 1; 1-0+1; version 2 at 2; 2-0+1; reply at 3; ");
}

static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  LibraryLibraryScanStream *stream = LIBRARY_LIBRARY_SCAN_STREAM (object);
  Library *fixture = user_data;
  guint version;

  if (!library_library_scan_stream_next_finish (stream, result, &version, NULL))
    {
      log_add (fixture, "end; ");
      return;
    }

  log_add (fixture, "item %u at %u; ", version, g_list_model_get_n_items (fixture->model));
  library_library_scan_stream_next_async (stream, NULL, next_cb, fixture);
}

/* Nor do changes and the items of a stream pass each other. */
static void
test_order_of_stream (Library       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (LibraryLibraryScanStream) stream = NULL;

  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  stream = library_library_proxy_open_scan (fixture->proxy, NULL);
  library_library_scan_stream_next_async (stream, NULL, next_cb, fixture);
  while (!g_str_has_suffix (fixture->log->str, "end; "))
    g_main_context_iteration (NULL, TRUE);
  log_assert (fixture, "0-0+1; item 1 at 1; 0-0+1; item 2 at 2; 0-0+1; item 3 at 3; end; ");
}

static void
follow_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Library *fixture = user_data;
  GListModel *model = NULL;

  get_songs_cb (object, result, &model);
  follow (fixture, model);
  log_add (fixture, "got %u; ", g_list_model_get_n_items (model));
}

/* A reply has the list as it was when the service answered, whatever has changed since. */
static void
test_order_of_result (Library       *fixture,
                      gconstpointer  unused)
{
  wait_ready (fixture);
  for (guint i = 0; i < 2; i++)
    {
      run_blocking (fixture, add, GUINT_TO_POINTER (1));
      library_library_proxy_call_find_songs (fixture->proxy, NULL, follow_cb, fixture);
    }
  run_blocking (fixture, add, GUINT_TO_POINTER (2));
  settle (fixture);
  log_assert (fixture, "got 1; 1-0+1; got 2; 2-0+2; ");
}

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
test_batch (Library       *fixture,
            gconstpointer  unused)
{
  run_blocking (fixture, add, GUINT_TO_POINTER (10));
  follow (fixture, get_songs (fixture));
  run_blocking (fixture, replace_some, NULL);
  iterate ();
  titles_assert (fixture->model, "12 13 1 11 3 4 5 6 7 10");
  log_assert (fixture, "0-0+2; 3-1+1; 9-2+0; ");
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
test_batch_whole (Library       *fixture,
                  gconstpointer  unused)
{
  Meeting meeting = { FALSE, FALSE };

  wait_ready (fixture);
  run_blocking (fixture, add, GUINT_TO_POINTER (3));
  follow (fixture, get_songs (fixture));
  library_service_set_func (replace_slowly, &meeting);
  library_library_proxy_call_run (fixture->proxy, NULL, replied_cb, fixture);
  while (!g_atomic_int_get (&meeting.removed))
    g_thread_yield ();
  iterate ();
  log_assert (fixture, "");
  g_atomic_int_set (&meeting.seen, TRUE);
  settle (fixture);
  log_assert (fixture, "1-1+1; reply at 3; ");
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
test_minimal (Library       *fixture,
              gconstpointer  unused)
{
  run_blocking (fixture, add, GUINT_TO_POINTER (5));
  follow (fixture, get_songs (fixture));

  run_blocking (fixture, splice_one, GUINT_TO_POINTER (3));
  iterate ();
  log_assert (fixture, "3-1+1; ");
  titles_assert (fixture->model, "1 2 3 new 5");

  run_blocking (fixture, move_back_and_forth, NULL);
  iterate ();
  log_assert (fixture, "");

  run_blocking (fixture, add, GUINT_TO_POINTER (4995));
  iterate ();
  log_assert (fixture, "5-0+4995; ");
  run_blocking (fixture, splice_one, GUINT_TO_POINTER (2500));
  iterate ();
  log_assert (fixture, "2500-1+1; ");
}

/* A client that does not run gets the newest state. */
static void
test_slow_client (Library       *fixture,
                  gconstpointer  unused)
{
  follow (fixture, get_songs (fixture));
  for (guint i = 0; i < 1000; i++)
    run_blocking (fixture, add, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (fixture, "0-0+1000; ");
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
test_backlog (Library       *fixture,
              gconstpointer  unused)
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
  g_assert_true (g_str_has_suffix (fixture->log->str, "reached 29 at 500; "));
  g_assert_true (strstr (fixture->log->str, "0-0+500; reached 27 at 500; 0-500+500; reached 28 at 500; ") != NULL);
}

static void
do_signal (LibraryService *service,
           gpointer        data)
{
  add (service, GUINT_TO_POINTER (1));
  library_library_emit_reached (LIBRARY_LIBRARY (service), service->version);
}

/* Nor does the number of events. */
static void
test_backlog_of_events (Library       *fixture,
                        gconstpointer  unused)
{
  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->proxy, "reached", G_CALLBACK (reached_cb), fixture);
  for (guint i = 0; i < 1005; i++)
    run_blocking (fixture, do_signal, NULL);
  iterate ();
  g_assert_true (g_str_has_prefix (fixture->log->str, "0-0+6; reached 6 at 6; 6-0+1; reached 7 at 7; "));
  g_assert_true (g_str_has_suffix (fixture->log->str, "reached 1005 at 1005; "));
}

static void
use_others (LibraryService *service,
            gpointer        data)
{
  service->others = g_object_ref (service->songs);
}

static void
get_others_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  GListModel **models = user_data;
  g_autoptr (GError) error = NULL;

  library_library_proxy_call_find_others_finish (LIBRARY_LIBRARY_PROXY (object), result, &models[0], &models[1], &error);
  g_assert_no_error (error);
}

/* One list has one mirror in a context. */
static void
test_same_mirror (Library       *fixture,
                  gconstpointer  unused)
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
  run_blocking (fixture, add, GUINT_TO_POINTER (1));
  iterate ();
  g_assert_cmpuint (g_list_model_get_n_items (songs), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (other), ==, 0);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpuint (g_list_model_get_n_items (other), ==, 1);
}

static void
songs_cb (LibraryLibrary *library,
          GParamSpec     *pspec,
          Library        *fixture)
{
  GListModel *songs = library_library_get_songs (library);

  if (songs == NULL)
    log_add (fixture, "none; ");
  else
    log_add (fixture, "songs %u; ", g_list_model_get_n_items (songs));
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
test_property (Library       *fixture,
               gconstpointer  unused)
{
  wait_ready (fixture);
  g_signal_connect (fixture->proxy, "notify::songs", G_CALLBACK (songs_cb), fixture);
  follow (fixture, library_library_dup_songs (LIBRARY_LIBRARY (fixture->proxy)));
  run_blocking (fixture, add, GUINT_TO_POINTER (2));
  iterate ();
  log_assert (fixture, "0-0+2; ");

  run_blocking (fixture, replace_songs, "");
  iterate ();
  log_assert (fixture, "songs 1; ");
  titles_assert (library_library_get_songs (LIBRARY_LIBRARY (fixture->proxy)), "other");
  titles_assert (fixture->model, "1 2");
  /* The former list is still followed. */
  run_blocking (fixture, add, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (fixture, "2-0+1; ");

  run_blocking (fixture, replace_songs, NULL);
  iterate ();
  log_assert (fixture, "none; ");
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
                 Library        *fixture)
{
  songs_cb (library, pspec, fixture);
  follow (fixture, library_library_dup_songs (library));
}

/* A notification brings the list as it was then. */
static void
test_property_order (Library       *fixture,
                     gconstpointer  unused)
{
  wait_ready (fixture);
  g_signal_connect (fixture->proxy, "notify::songs", G_CALLBACK (follow_songs_cb), fixture);
  run_blocking (fixture, replace_and_add, NULL);
  iterate ();
  log_assert (fixture, "songs 1; 1-0+1; ");
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
test_property_loaded_elsewhere (Library       *fixture,
                                gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Elsewhere elsewhere = { g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint",
                                        norpc_server_get_channel (fixture->server), "load-properties", FALSE, NULL),
                          context };

  g_thread_join (g_thread_new ("elsewhere", load_elsewhere, &elsewhere));
  iterate ();
  follow (fixture, library_library_dup_songs (LIBRARY_LIBRARY (elsewhere.proxy)));
  run_blocking (fixture, add, GUINT_TO_POINTER (2));
  iterate ();
  log_assert (fixture, "0-0+2; ");
  g_object_unref (elsewhere.proxy);
}

static void
is_followed (LibraryService *service,
             gpointer        data)
{
  *(gboolean *) data = g_signal_handler_find (service->store, G_SIGNAL_MATCH_ID,
                                              g_signal_lookup ("items-changed", G_TYPE_LIST_MODEL),
                                              0, NULL, NULL, NULL) != 0;
}

static gboolean
get_is_followed (Library *fixture)
{
  gboolean followed;

  run_blocking (fixture, is_followed, &followed);

  return followed;
}

/* Without mirrors, a list is not followed, and may be followed again. */
static void
test_released (Library       *fixture,
               gconstpointer  unused)
{
  LibraryLibraryProxy *proxy = g_steal_pointer (&fixture->proxy);

  fixture->proxy = g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint", norpc_server_get_channel (fixture->server),
                                 "load-properties", FALSE, NULL);
  g_object_unref (proxy);

  for (guint i = 0; i < 2; i++)
    {
      follow (fixture, get_songs (fixture));
      g_assert_true (get_is_followed (fixture));
      run_blocking (fixture, add, GUINT_TO_POINTER (1));
      iterate ();
      g_assert_cmpuint (g_list_model_get_n_items (fixture->model), ==, i + 1);
      run_blocking (fixture, add, GUINT_TO_POINTER (0));
      follow (fixture, NULL);
      while (get_is_followed (fixture))
        g_thread_yield ();
    }
}

static void
keep_store (LibraryService *service,
            gpointer        data)
{
  *(GListStore **) data = g_object_ref (service->store);
}

/* A mirror outlives the server. */
static void
test_stopped (Library       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GListStore) store = NULL;
  GListModel *model = NULL;

  run_blocking (fixture, add, GUINT_TO_POINTER (3));
  run_blocking (fixture, keep_store, &store);
  follow (fixture, get_songs (fixture));
  library_library_proxy_call_find_songs (fixture->proxy, NULL, get_songs_cb, &model);
  run_blocking (fixture, add, GUINT_TO_POINTER (1));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  g_list_store_remove_all (store);

  iterate ();
  g_assert_true (model == fixture->model);
  g_object_unref (model);
  log_assert (fixture, "3-0+1; ");
  titles_assert (fixture->model, "1 2 3 4");
}

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
                         "clients are not told of changes any more");
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
test_wrong_item (Library       *fixture,
                 gconstpointer  unused)
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
answer_held (gpointer data)
{
  LibraryService *service = data;

  library_library_complete_hold (LIBRARY_LIBRARY (service), service->held);

  return NULL;
}

static void
add_and_answer_elsewhere (LibraryService *service,
                          gpointer        data)
{
  add (service, GUINT_TO_POINTER (2));
  g_thread_join (g_thread_new ("answer", answer_held, service));
  add (service, GUINT_TO_POINTER (1));
  g_clear_pointer (&service->held, norpc_call_unref);
}

static void
held_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Library *fixture = user_data;

  g_assert_true (library_library_proxy_call_hold_finish (LIBRARY_LIBRARY_PROXY (object), result, NULL));
  log_add (fixture, "held at %u; ", g_list_model_get_n_items (fixture->model));
}

/* A reply that another thread gives does not overtake what the service has changed in the dispatch
 * that is running.
 */
static void
test_answered_elsewhere (Library       *fixture,
                         gconstpointer  unused)
{
  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  library_service_set_func (add_and_answer_elsewhere, NULL);
  library_library_proxy_call_hold (fixture->proxy, NULL, held_cb, fixture);
  while (fixture->log->len == 0 || fixture->items->len < 3)
    g_main_context_iteration (NULL, TRUE);
  log_assert (fixture, "0-0+2; held at 2; 2-0+1; ");
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
test_returned_elsewhere (Library       *fixture,
                         gconstpointer  unused)
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

static void
nested_cb (GListModel *model,
           guint       position,
           guint       n_removed,
           guint       n_added,
           Library    *fixture)
{
  if (n_added == 2)
    {
      g_string_append (fixture->log, "(");
      settle (fixture);
      g_string_append (fixture->log, ") ");
    }
}

/* A handler runs the context, so that a batch arrives while another one is being applied. */
static void
test_nested (Library       *fixture,
             gconstpointer  unused)
{
  run_blocking (fixture, add, GUINT_TO_POINTER (10));
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->model, "items-changed", G_CALLBACK (nested_cb), fixture);
  run_blocking (fixture, replace_some, NULL);
  run (fixture, add, GUINT_TO_POINTER (1));
  iterate ();
  titles_assert (fixture->model, "12 13 1 11 3 4 5 6 7 10 14 15");
  log_assert (fixture, "0-0+2; (3-1+1; 9-2+0; 10-0+1; reply at 11; 11-0+1; ) ");
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
  add (service, GUINT_TO_POINTER (2));
}

static void
connect_first (LibraryService *service,
               gpointer        data)
{
  g_signal_connect (service->store, "items-changed", G_CALLBACK (insert_before_cb), service);
}

/* A handler changes the list before the runtime knows of the change that it handles. */
static void
test_changed_by_handler (Library       *fixture,
                         gconstpointer  unused)
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

/* A proxy as a service passes lists on. */
static void
test_forwarded (Library       *fixture,
                gconstpointer  unused)
{
  g_autoptr (LibraryLibraryProxy) inner =
    g_object_new (LIBRARY_TYPE_LIBRARY_PROXY, "endpoint", norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (inner));
  LibraryLibraryProxy *proxy = g_steal_pointer (&fixture->proxy);

  g_clear_object (&inner);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  fixture->proxy = library_library_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  follow (fixture, get_songs (fixture));
  run_blocking (fixture, add, GUINT_TO_POINTER (2));
  while (g_list_model_get_n_items (fixture->model) < 2)
    g_main_context_iteration (NULL, TRUE);
  log_assert (fixture, "0-0+2; ");
  wait_ready (fixture);
  g_assert_true (library_library_get_songs (LIBRARY_LIBRARY (fixture->proxy)) == fixture->model);

  g_object_unref (fixture->proxy);
  fixture->proxy = proxy;
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
}

/* Results pass layers on both sides. */
static void
test_layers (Library       *fixture,
             gconstpointer  unused)
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
  run_blocking (fixture, add, GUINT_TO_POINTER (2));
  settle (fixture);
  log_assert (fixture, "got 0; 0-0+2; ");
  g_clear_object (&fixture->proxy);
  g_clear_object (&retry);
}

/* A service without a runtime. */
static void
test_direct (Library       *fixture,
             gconstpointer  unused)
{
  g_autoptr (LibraryService) service = g_object_new (LIBRARY_TYPE_SERVICE, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));

  g_object_unref (fixture->proxy);
  fixture->proxy = library_library_proxy_new (NORPC_ENDPOINT (direct));
  follow (fixture, get_songs (fixture));
  g_assert_true (fixture->model != service->songs);
  wait_ready (fixture);
  add (service, GUINT_TO_POINTER (1));
  add (service, GUINT_TO_POINTER (1));
  log_assert (fixture, "");
  iterate ();
  log_assert (fixture, "0-0+2; ");

  g_object_unref (fixture->proxy);
  fixture->proxy = NULL;
  g_clear_object (&direct);
  titles_assert (fixture->model, "1 2");
}

/* Without an element-type, a list model is an object as others; so is an item. */
static void
test_plain (Library       *fixture,
            gconstpointer  unused)
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
test_n_items (Library       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GSocketClient) target = g_socket_client_new ();
  GType item_type;

  follow (fixture, get_songs (fixture));
  g_object_bind_property (fixture->model, "n-items", target, "timeout", G_BINDING_SYNC_CREATE);
  run_blocking (fixture, add, GUINT_TO_POINTER (3));
  iterate ();
  g_assert_cmpuint (g_socket_client_get_timeout (target), ==, 3);
  g_object_get (fixture->model, "item-type", &item_type, NULL);
  g_assert_true (item_type == LIBRARY_TYPE_SONG);
}

/* The contents of the list at each version. */
typedef struct
{
  GMutex     lock;
  GPtrArray *states; /* (owned) [lock]: of owned strings, by version */
} History;

static void
change_randomly (LibraryService *service,
                 gpointer        data)
{
  History *history = data;
  guint n_changes = g_random_int_range (0, 6);

  for (guint i = 0; i < n_changes; i++)
    {
      guint n_items = g_list_model_get_n_items (G_LIST_MODEL (service->store));
      guint position = g_random_int_range (0, n_items + 1);
      guint n_removed = g_random_int_range (0, MIN (n_items - position, n_items > 60 ? 20 : 3) + 1);

      g_list_store_splice (service->store, position, n_removed, NULL, 0);
      library_service_add (service, position, g_random_int_range (0, 4));
    }

  g_mutex_lock (&history->lock);
  g_ptr_array_add (history->states, get_titles (G_LIST_MODEL (service->store)));
  library_library_emit_reached (LIBRARY_LIBRARY (service), history->states->len - 1);
  g_mutex_unlock (&history->lock);
  library_service_add (service, 0, 1);
}

typedef struct
{
  Library *fixture;
  History *history;
} Check;

static void
check_version_cb (LibraryLibrary *library,
                  guint           version,
                  Check          *check)
{
  g_mutex_lock (&check->history->lock);
  titles_assert (check->fixture->model, check->history->states->pdata[version]);
  g_mutex_unlock (&check->history->lock);
}

/* At each signal, the mirror has what the list had when the service emitted it. */
static void
test_random (Library       *fixture,
             gconstpointer  unused)
{
  History history = { .states = g_ptr_array_new_with_free_func (g_free) };
  Check check = { fixture, &history };

  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->proxy, "reached", G_CALLBACK (check_version_cb), &check);
  library_service_set_func (change_randomly, &history);
  for (guint i = 0; i < 2000; i++)
    {
      if (g_test_rand_bit ())
        library_library_proxy_call_run_sync (fixture->proxy, NULL, NULL);
      else
        library_library_proxy_call_run (fixture->proxy, NULL, NULL, NULL);
      if (g_test_rand_int_range (0, 4) == 0)
        g_main_context_iteration (NULL, FALSE);
      g_string_truncate (fixture->log, 0);
    }
  run_blocking (fixture, change_randomly, &history);
  iterate ();
  g_assert_cmpuint (history.states->len, ==, 2001);
  g_signal_handlers_disconnect_by_data (fixture->proxy, &check);
  g_ptr_array_unref (history.states);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define T(path, func) g_test_add ("/list-models/" path, Library, NULL, set_up, func, tear_down)
  T ("result", test_result);
  T ("order", test_order);
  T ("order/result", test_order_of_result);
  T ("order/stream", test_order_of_stream);
  T ("batch", test_batch);
  T ("batch/whole", test_batch_whole);
  T ("minimal", test_minimal);
  T ("slow-client", test_slow_client);
  T ("backlog", test_backlog);
  T ("backlog/events", test_backlog_of_events);
  T ("same-mirror", test_same_mirror);
  T ("property", test_property);
  T ("property/order", test_property_order);
  T ("property/loaded-elsewhere", test_property_loaded_elsewhere);
  T ("released", test_released);
  T ("stopped", test_stopped);
  T ("wrong-item", test_wrong_item);
  T ("answered-elsewhere", test_answered_elsewhere);
  T ("returned-elsewhere", test_returned_elsewhere);
  T ("nested", test_nested);
  T ("changed-by-handler", test_changed_by_handler);
  T ("forwarded", test_forwarded);
  T ("layers", test_layers);
  T ("direct", test_direct);
  T ("plain", test_plain);
  T ("n-items", test_n_items);
  T ("random", test_random);

  return g_test_run ();
}
