/* test-record-objects-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Records that are objects do not cross if a field is not what the description allows. */

#include "library-fixture.h"

/* Not valid, because a field that is not nullable is NULL. */
static LibraryLink *
new_wrong_link (void)
{
  return g_object_new (LIBRARY_TYPE_LINK, "name", NULL, NULL);
}

#define WRONG "field 'name' of LibraryLink: expected a value of type gchararray, got NULL"

static void
get_n_ties (LibraryService *service,
            gpointer        data)
{
  *(guint *) data = service->n_ties;
}

/* The handler is called only if no message is expected. */
static void
assert_tied (LibraryFixture    *fixture,
             LibraryLink       *link,
             LibraryKnot       *knot,
             LibraryEverything *everything,
             const char        *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) back = NULL;
  guint before, after;

  run_blocking (fixture, get_n_ties, &before);
  back = library_library_proxy_call_tie_sync (fixture->proxy, link, knot, everything, NULL, &error);
  run_blocking (fixture, get_n_ties, &after);
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, expected);
  g_assert_cmpuint (after - before, ==, expected == NULL ? 1 : 0);
  if (expected != NULL)
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
}

#define LINK(expected) "org.example.Library.Tie: argument 'link': " expected

static void
test_argument (LibraryFixture *fixture,
               gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  g_autoptr (LibraryLink) bare = g_object_new (LIBRARY_TYPE_LINK, NULL);
  g_autoptr (LibraryLink) wrong = new_wrong_link ();
  g_autoptr (LibraryLink) latin1 = g_object_new (LIBRARY_TYPE_LINK, "name", "\xff", NULL);

  assert_tied (fixture, link, NULL, NULL, NULL);
  assert_tied (fixture, bare, NULL, NULL, NULL);
  assert_tied (fixture, wrong, NULL, NULL, LINK (WRONG));
  assert_tied (fixture, latin1, NULL, NULL,
               LINK ("field 'name' of LibraryLink: expected valid UTF-8, got '\xef\xbf\xbd'"));
  /* It is found every time. */
  assert_tied (fixture, wrong, NULL, NULL, LINK (WRONG));
}

/* The path leads through objects, records and arrays. */
static void
test_path (LibraryFixture *fixture,
           gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  g_autoptr (LibraryLink) wrong = new_wrong_link ();
  g_autoptr (LibraryKnot) knot = library_knot_new (wrong);
  g_autoptr (LibraryLink) tied = library_link_new ("name", NULL, knot, NULL);
  g_autoptr (LibraryLink) before = library_link_new ("name", tied, NULL, NULL);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  g_autoptr (LibraryLink) several = NULL;
  g_autoptr (LibraryLink) hole = NULL;

  assert_tied (fixture, before, NULL, NULL,
               LINK ("field 'next' of LibraryLink: field 'knot' of LibraryLink: field 'link' of LibraryKnot: " WRONG));
  assert_tied (fixture, link, knot, NULL,
               "org.example.Library.Tie: argument 'knot': field 'link' of LibraryKnot: " WRONG);

  g_ptr_array_add (others, link);
  g_ptr_array_add (others, wrong);
  several = library_link_new ("name", NULL, NULL, others);
  assert_tied (fixture, several, NULL, NULL, LINK ("field 'others' of LibraryLink: element 1: " WRONG));

  g_ptr_array_index (others, 0) = NULL;
  hole = g_object_new (LIBRARY_TYPE_LINK, "others", others, NULL);
  assert_tied (fixture, hole, NULL, NULL,
               LINK ("field 'others' of LibraryLink: element 0: expected a value of type LibraryLink, got NULL"));
}

/* The fields that are given with their names; the others have their default values, if there are any. */
static void
assert_everything (LibraryFixture *fixture,
                   const char     *expected,
                   const char     *first,
                   ...)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  g_autoptr (LibraryEverything) everything = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, first);
  everything = LIBRARY_EVERYTHING (g_object_new_valist (LIBRARY_TYPE_EVERYTHING, first, args));
  va_end (args);
  if (expected != NULL)
    message = g_strdup_printf ("org.example.Library.Tie: argument 'everything': field %s", expected);
  assert_tied (fixture, link, NULL, everything, message);
}

/* Each kind of field. */
static void
test_fields (LibraryFixture *fixture,
             gconstpointer   unused)
{
  const char *tags[] = { "a", "\xff", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("xyz", 3);
  g_autoptr (LibraryLabel) label = library_label_new ("label");
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();

  assert_everything (fixture, "'tags' of LibraryEverything: expected a value of type GStrv, got NULL", NULL);
  assert_everything (fixture, "'tags' of LibraryEverything: element 1: expected valid UTF-8, got '\xef\xbf\xbd'",
                     "tags", tags, NULL);
  tags[1] = NULL;
  assert_everything (fixture, "'bytes' of LibraryEverything: expected a value of type GBytes, got NULL",
                     "tags", tags, NULL);
  assert_everything (fixture, "'variant' of LibraryEverything: expected a value of type GVariant, got NULL",
                     "tags", tags, "bytes", bytes, NULL);
  assert_everything (fixture, "'variant' of LibraryEverything: expected a GVariant of type '(ii)', got one of type 's'",
                     "tags", tags, "bytes", bytes, "variant", g_variant_new_string (""), NULL);
  assert_everything (fixture, "'label' of LibraryEverything: expected a value of type LibraryLabel, got NULL",
                     "tags", tags, "bytes", bytes, "variant", g_variant_new ("(ii)", 1, 2), NULL);
  assert_everything (fixture, "'labels' of LibraryEverything: expected a value of type GPtrArray, got NULL",
                     "tags", tags, "bytes", bytes, "variant", g_variant_new ("(ii)", 1, 2), "label", label, NULL);
  assert_everything (fixture, NULL,
                     "tags", tags, "bytes", bytes, "variant", g_variant_new ("(ii)", 1, 2), "label", label,
                     "labels", labels, NULL);
  assert_everything (fixture, "'path' of LibraryEverything: expected an object path, got 'a'",
                     "tags", tags, "bytes", bytes, "variant", g_variant_new ("(ii)", 1, 2), "label", label,
                     "labels", labels, "path", "a", NULL);

  g_free (g_steal_pointer (&label->name));
  assert_everything (fixture, "'label' of LibraryEverything: field 'name' of LibraryLabel: "
                              "expected a value of type gchararray, got NULL",
                     "tags", tags, "bytes", bytes, "variant", g_variant_new ("(ii)", 1, 2), "label", label,
                     "labels", labels, NULL);
}

/* Gives the service a valid link and then another one. */
static void
add_links (LibraryService *service,
           gpointer        data)
{
  g_clear_pointer (&service->links, g_ptr_array_unref);
  service->links = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (service->links, library_link_new ("name", NULL, NULL, NULL));
  g_ptr_array_add (service->links, data != NULL ? library_link_new ("name", NULL, NULL, NULL) : new_wrong_link ());
}

static void
test_result (LibraryFixture *fixture,
             gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  run_blocking (fixture, add_links, NULL);
  g_assert_null (library_library_proxy_call_tie_sync (fixture->proxy, link, NULL, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Library.Tie: result 'back': element 1: " WRONG);
}

static void
emit_wrong (LibraryService *service,
            gpointer        data)
{
  g_autoptr (LibraryLink) wrong = new_wrong_link ();

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*argument 'link': " WRONG "*");
  library_library_emit_tied (LIBRARY_LIBRARY (service), wrong);
  g_test_assert_expected_messages ();
}

static void
tied_cb (LibraryLibrary *library,
         LibraryLink    *link,
         gpointer        n_tied)
{
  (*(guint *) n_tied)++;
}

static void
test_signal (LibraryFixture *fixture,
             gconstpointer   unused)
{
  guint n_tied = 0;

  g_signal_connect (fixture->proxy, "tied", G_CALLBACK (tied_cb), &n_tied);
  run_blocking (fixture, emit_wrong, NULL);
  settle (fixture);
  g_assert_cmpuint (n_tied, ==, 0);
}

static void
notify_wrong (LibraryService *service,
              gpointer        data)
{
  add_links (service, NULL);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*property 'Links': element 1: " WRONG "*");
  g_object_notify (G_OBJECT (service), "links");
  g_test_assert_expected_messages ();
}

static void
test_property (LibraryFixture *fixture,
               gconstpointer   unused)
{
  wait_ready (fixture);
  run_blocking (fixture, notify_wrong, NULL);
  settle (fixture);
  g_assert_null (library_library_get_links (LIBRARY_LIBRARY (fixture->proxy)));
}

static void
test_written (LibraryFixture *fixture,
              gconstpointer   unused)
{
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (links, new_wrong_link ());
  g_assert_false (library_library_proxy_set_links_sync (fixture->proxy, links, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Library.Properties.Set.Links: argument 'Links': element 0: " WRONG);
}

static void
test_stream (LibraryFixture *fixture,
             gconstpointer   unused)
{
  g_autoptr (LibraryLibraryPullStream) stream = NULL;
  g_autoptr (LibraryLink) link = NULL;
  g_autoptr (LibraryLink) other = NULL;
  g_autoptr (GError) error = NULL;

  run_blocking (fixture, add_links, NULL);
  stream = library_library_proxy_open_pull (fixture->proxy, NULL);
  g_assert_true (library_library_pull_stream_next_sync (stream, &link, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (link);
  g_assert_false (library_library_pull_stream_next_sync (stream, &other, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Library.Pull: item 'link': " WRONG);
}

static void
add_wrong_song (LibraryService *service,
                gpointer        data)
{
  g_autoptr (GListStore) store = g_list_store_new (LIBRARY_TYPE_SONG);
  g_autoptr (LibrarySong) song = g_object_new (LIBRARY_TYPE_SONG, "title", "\xff", NULL);

  g_list_store_append (store, song);
  g_set_object (&service->others, G_LIST_MODEL (store));
}

static void
insert_wrong_song (LibraryService *service,
                   gpointer        data)
{
  g_autoptr (LibrarySong) song = g_object_new (LIBRARY_TYPE_SONG, "title", NULL, NULL);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "GListStore: item 0: field 'title' of LibrarySong: expected a value of type gchararray, "
                         "got NULL; clients are no longer notified of changes");
  g_list_store_insert (service->store, 0, song);
  g_test_assert_expected_messages ();
}

/* As items of another type. */
static void
test_list (LibraryFixture *fixture,
           gconstpointer   unused)
{
  g_autoptr (GListModel) others = NULL;
  g_autoptr (GListModel) again = NULL;
  g_autoptr (GListModel) songs = NULL;
  g_autoptr (GError) error = NULL;

  run_blocking (fixture, add_wrong_song, NULL);
  g_assert_false (library_library_proxy_call_find_others_sync (fixture->proxy, &others, &again, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Library.FindOthers: result 'others': item 0: field 'title' of LibrarySong: "
                   "expected valid UTF-8, got '\xef\xbf\xbd'");

  run_blocking (fixture, add_songs, GUINT_TO_POINTER (2));
  songs = get_songs (fixture);
  run_blocking (fixture, insert_wrong_song, NULL);
  settle (fixture);
  titles_assert (songs, "1 2");
}

/* Making a long chain takes a time in proportion to its length, also if all of it is not valid, and
 * only the first and the last steps of the path are described.
 */
static void
test_long_chain (LibraryFixture *fixture,
                 gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = new_wrong_link ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 200000; i++)
    {
      LibraryLink *next = library_link_new ("name", link, NULL, NULL);

      g_object_unref (link);
      link = next;
    }

  g_assert_null (library_library_proxy_call_tie_sync (fixture->proxy, link, NULL, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, LINK ("field 'next' of LibraryLink: field 'next' of")));
  g_assert_true (g_str_has_suffix (error->message, "field 'next' of LibraryLink: " WRONG));
  g_assert_nonnull (strstr (error->message, "…"));
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/record-objects-check/argument", test_argument);
  LIBRARY_TEST ("/record-objects-check/path", test_path);
  LIBRARY_TEST ("/record-objects-check/fields", test_fields);
  LIBRARY_TEST ("/record-objects-check/result", test_result);
  LIBRARY_TEST ("/record-objects-check/signal", test_signal);
  LIBRARY_TEST ("/record-objects-check/property", test_property);
  LIBRARY_TEST ("/record-objects-check/written", test_written);
  LIBRARY_TEST ("/record-objects-check/stream", test_stream);
  LIBRARY_TEST ("/record-objects-check/list", test_list);
  LIBRARY_TEST ("/record-objects-check/long-chain", test_long_chain);

  return g_test_run ();
}
