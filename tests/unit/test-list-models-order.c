/* test-list-models-order.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The order of the changes of a list, and of signals, properties, replies and items of streams. */

#include "library-fixture.h"

static void
version_cb (LibraryLibrary *library,
            GParamSpec     *pspec,
            LibraryFixture *fixture)
{
  log_add (&fixture->log, "version %u at %u; ", library_library_get_version (library),
           g_list_model_get_n_items (fixture->model));
}

static void
add_and_tell (LibraryService *service,
              gpointer        data)
{
  if (data != NULL && *(gboolean *) data)
    return;
  if (data != NULL)
    *(gboolean *) data = TRUE;

  add_songs (service, GUINT_TO_POINTER (1));
  library_library_emit_reached (LIBRARY_LIBRARY (service), 1);
  add_songs (service, GUINT_TO_POINTER (1));
  g_object_notify (G_OBJECT (service), "version");
  add_songs (service, GUINT_TO_POINTER (1));
}

/* Changes of the list arrive between signals, properties and replies as they were made. */
static void
test_order (LibraryFixture *fixture,
            gconstpointer   unused)
{
  gboolean done = FALSE;

  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  g_signal_connect (fixture->proxy, "reached", G_CALLBACK (reached_cb), fixture);
  g_signal_connect (fixture->proxy, "notify::version", G_CALLBACK (version_cb), fixture);

  run (fixture, add_and_tell, &done);
  log_assert (&fixture->log, "");
  settle (fixture);
  log_assert (&fixture->log, "0-0+1; reached 1 at 1; 1-0+1; version 2 at 2; 2-0+1; reply at 3; ");
}

static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  LibraryLibraryScanStream *stream = LIBRARY_LIBRARY_SCAN_STREAM (object);
  LibraryFixture *fixture = user_data;
  guint version;

  if (!library_library_scan_stream_next_finish (stream, result, &version, NULL))
    {
      log_add (&fixture->log, "end; ");
      return;
    }

  log_add (&fixture->log, "item %u at %u; ", version, g_list_model_get_n_items (fixture->model));
  library_library_scan_stream_next_async (stream, NULL, next_cb, fixture);
}

/* Nor do changes and the items of a stream pass each other. */
static void
test_order_of_stream (LibraryFixture *fixture,
                      gconstpointer   unused)
{
  g_autoptr (LibraryLibraryScanStream) stream = NULL;

  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  stream = library_library_proxy_open_scan (fixture->proxy, NULL);
  library_library_scan_stream_next_async (stream, NULL, next_cb, fixture);
  while (!g_str_has_suffix (fixture->log.text->str, "end; "))
    g_main_context_iteration (NULL, TRUE);
  log_assert (&fixture->log, "0-0+1; item 1 at 1; 0-0+1; item 2 at 2; 0-0+1; item 3 at 3; end; ");
}

/* A reply has the list as it was when the service answered, whatever has changed since. */
static void
test_order_of_result (LibraryFixture *fixture,
                      gconstpointer   unused)
{
  wait_ready (fixture);
  for (guint i = 0; i < 2; i++)
    {
      run_blocking (fixture, add_songs, GUINT_TO_POINTER (1));
      library_library_proxy_call_find_songs (fixture->proxy, NULL, follow_cb, fixture);
    }
  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  settle (fixture);
  log_assert (&fixture->log, "got 1; 1-0+1; got 2; 2-0+2; ");
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
  add_songs (service, GUINT_TO_POINTER (2));
  g_thread_join (g_thread_new ("answer", answer_held, service));
  add_songs (service, GUINT_TO_POINTER (1));
  g_clear_pointer (&service->held, norpc_call_unref);
}

static void
held_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  LibraryFixture *fixture = user_data;

  g_assert_true (library_library_proxy_call_hold_finish (LIBRARY_LIBRARY_PROXY (object), result, NULL));
  log_add (&fixture->log, "held at %u; ", g_list_model_get_n_items (fixture->model));
}

/* A reply that another thread gives does not overtake what the service has changed in the dispatch
 * that is running.
 */
static void
test_answered_elsewhere (LibraryFixture *fixture,
                         gconstpointer   unused)
{
  wait_ready (fixture);
  follow (fixture, get_songs (fixture));
  library_service_set_func (add_and_answer_elsewhere, NULL);
  library_library_proxy_call_hold (fixture->proxy, NULL, held_cb, fixture);
  while (fixture->log.text->len == 0 || fixture->items->len < 3)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&fixture->log, "0-0+2; held at 2; 2-0+1; ");
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
  LibraryFixture *fixture;
  History        *history;
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
test_random (LibraryFixture *fixture,
             gconstpointer   unused)
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
      log_truncate (&fixture->log);
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

  LIBRARY_TEST ("/list-models-order/events", test_order);
  LIBRARY_TEST ("/list-models-order/result", test_order_of_result);
  LIBRARY_TEST ("/list-models-order/stream", test_order_of_stream);
  LIBRARY_TEST ("/list-models-order/answered-elsewhere", test_answered_elsewhere);
  LIBRARY_TEST ("/list-models-order/random", test_random);

  return g_test_run ();
}
