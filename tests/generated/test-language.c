/* test-language.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values of named types arrive as they were sent, and are released after their last
 * use. C and C++. */

#include "language-services.h"
#include "language-tests.h"

typedef struct
{
  NorpcServer *server;         /* (owned) */
  TestLanguageProxy *proxy;    /* (owned) */
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  GType (*get_type) (void) = (GType (*) (void)) data;
  g_autoptr (GObject) service = G_OBJECT (g_object_new (get_type (), NULL));
  g_autoptr (GError) error = NULL;

  f->server = norpc_server_new (service);
  norpc_server_start (f->server, NULL, &error);
  g_assert_no_error (error);
  f->proxy = test_language_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (f->server)));
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&f->proxy);
  norpc_server_stop (f->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&f->server);
}

static void
assert_files (GPtrArray *files,
              GPtrArray *expected)
{
  g_assert_cmpuint (files->len, ==, expected->len);
  for (guint i = 0; i < files->len; i++)
    g_assert_true (g_ptr_array_index (files, i) == g_ptr_array_index (expected, i));
}

static void
test_objects (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/a"), file_back = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new (), cancellable_back = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("a", (GRegexCompileFlags) 0, (GRegexMatchFlags) 0, NULL);
  g_autoptr (GRegex) regex_back = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("b", 1), bytes_back = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (test_language_proxy_call_objects_sync (f->proxy, file, cancellable, regex, bytes,
                                                        &file_back, &cancellable_back, &regex_back, &bytes_back,
                                                        NULL, &error));
  g_assert_no_error (error);
  g_assert_true (file_back == file);
  g_assert_true (cancellable_back == cancellable);
  g_assert_true (regex_back == regex);
  g_assert_true (bytes_back == bytes);

  g_clear_object (&cancellable_back);
  g_assert_true (test_language_proxy_call_objects_sync (f->proxy, file, NULL, regex, bytes,
                                                        NULL, &cancellable_back, NULL, NULL, NULL, &error));
  g_assert_null (cancellable_back);
}

static void
test_numbers (Fixture       *f,
              gconstpointer  data)
{
  TestMode mode;
  TestParts parts;
  GFileType type;
  GFileCopyFlags flags;

  g_assert_true (test_language_proxy_call_numbers_sync (f->proxy, TEST_MODE_READ_ONLY, TEST_PARTS_TAIL,
                                                        G_FILE_TYPE_SPECIAL, G_FILE_COPY_NOFOLLOW_SYMLINKS,
                                                        &mode, &parts, &type, &flags, NULL, NULL));
  g_assert_cmpint (mode, ==, TEST_MODE_READ_ONLY);
  g_assert_cmpint (parts, ==, TEST_PARTS_TAIL);
  g_assert_cmpint (type, ==, G_FILE_TYPE_SPECIAL);
  g_assert_cmpint (flags, ==, G_FILE_COPY_NOFOLLOW_SYMLINKS);
}

/* Arrays whose elements their maker frees are as good as others. */
static void
test_arrays (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) files = language_make_files (), files_back = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new (), entries_back = NULL;
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (TestMode)), modes_back = NULL;
  g_autoptr (GPtrArray) dates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_date_time_unref);
  g_autoptr (GPtrArray) dates_back = NULL;
  g_autoptr (TestEntry) entry = language_make_entry ("a");
  TestMode mode = TEST_MODE_SLOW;

  g_ptr_array_add (entries, entry);
  g_array_append_val (modes, mode);
  g_ptr_array_add (dates, g_date_time_new_now_utc ());

  g_assert_true (test_language_proxy_call_arrays_sync (f->proxy, files, entries, modes, dates,
                                                       &files_back, &entries_back, &modes_back, &dates_back,
                                                       NULL, NULL));
  assert_files (files_back, files);
  g_assert_cmpuint (entries_back->len, ==, 1);
  g_assert_true (g_ptr_array_index (entries_back, 0) != entry);
  g_assert_true (test_entry_equal (g_ptr_array_index (entries_back, 0), entry));
  g_assert_cmpuint (modes_back->len, ==, 1);
  g_assert_cmpint (g_array_index (modes_back, TestMode, 0), ==, TEST_MODE_SLOW);
  g_assert_true (g_date_time_equal (g_ptr_array_index (dates_back, 0), g_ptr_array_index (dates, 0)));

  g_clear_pointer (&dates_back, g_ptr_array_unref);
  g_assert_true (test_language_proxy_call_arrays_sync (f->proxy, files, entries, modes, NULL,
                                                       NULL, NULL, NULL, &dates_back, NULL, NULL));
  g_assert_null (dates_back);
}

static void
result_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **place = (GAsyncResult **) user_data;

  *place = G_ASYNC_RESULT (g_object_ref (result));
}

/* A caller may change a lent array while the call is in flight. */
static void
test_lent_array (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (GPtrArray) files = language_make_files ();
  g_autoptr (GPtrArray) back = NULL;
  g_autoptr (GFile) first = G_FILE (g_object_ref ((GObject *) g_ptr_array_index (files, 0)));
  g_autoptr (GFile) second = G_FILE (g_object_ref ((GObject *) g_ptr_array_index (files, 1)));
  g_autoptr (GAsyncResult) result = NULL;

  test_language_proxy_call_one_array (f->proxy, files, NULL, result_cb, &result);
  g_ptr_array_set_size (files, 0);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  back = test_language_proxy_call_one_array_finish (f->proxy, result, NULL);
  g_assert_cmpuint (back->len, ==, 2);
  g_assert_true (g_ptr_array_index (back, 0) == first);
  g_assert_true (g_ptr_array_index (back, 1) == second);
}

static TestTree *
make_tree (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) branches = g_ptr_array_new_with_free_func ((GDestroyNotify) test_tree_free);
  g_autoptr (TestTree) leaf = test_tree_new ("leaf", none, NULL);

  g_ptr_array_add (branches, test_tree_copy (leaf));
  g_ptr_array_add (branches, test_tree_new ("other", none, leaf));

  return test_tree_new ("root", branches, leaf);
}

static void
test_records (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (TestEntry) entry = language_make_entry ("key"), bare = language_make_bare_entry ();
  g_autoptr (TestEntry) entry_back = NULL, bare_back = NULL;
  g_autoptr (TestTree) tree = make_tree (), tree_back = NULL;

  g_assert_true (test_language_proxy_call_records_sync (f->proxy, entry, tree, &entry_back, &tree_back,
                                                        NULL, NULL));
  g_assert_true (entry_back != entry);
  g_assert_true (test_entry_equal (entry_back, entry));
  g_assert_true (test_tree_equal (tree_back, tree));

  g_clear_pointer (&tree_back, test_tree_free);
  g_assert_true (test_language_proxy_call_records_sync (f->proxy, bare, NULL, NULL, &tree_back, NULL, NULL));
  g_assert_null (tree_back);

  bare_back = test_language_proxy_call_one_entry_sync (f->proxy, bare, NULL, NULL);
  g_assert_true (test_entry_equal (bare_back, bare));
  g_assert_false (test_entry_equal (bare_back, entry));
}

/* Neither arguments nor results are copied. The asynchronous handler lends its
 * results. */
static void
test_moved (Fixture       *f,
            gconstpointer  data)
{
  gboolean is_plain = data == (gconstpointer) language_plain_get_type;
  g_autoptr (GCancellable) cancellable = g_cancellable_new (), cancellable_back = NULL;
  char *text = g_strdup ("text");
  TestEntry *entry = language_make_entry ("moved");
  GPtrArray *files = language_make_files ();
  g_autofree char *text_back = NULL;
  g_autoptr (TestEntry) entry_back = NULL;
  g_autoptr (GPtrArray) files_back = NULL;

  g_assert_true (test_language_proxy_call_moved_sync (f->proxy,
                                                      G_CANCELLABLE (g_object_ref (cancellable)),
                                                      text, entry, files,
                                                      &cancellable_back, &text_back, &entry_back, &files_back,
                                                      NULL, NULL));
  g_assert_true (cancellable_back == cancellable);
  g_assert_cmpstr (text_back, ==, "text");
  g_assert_cmpstr (entry_back->key, ==, "moved");
  g_assert_cmpuint (files_back->len, ==, 2);
  if (is_plain)
    {
      g_assert_true (text_back == text);
      g_assert_true (entry_back == entry);
      g_assert_true (files_back == files);
    }
}

/* An argument that moves is released if no handler takes it. */
static void
test_unwanted (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  GCancellable *cancellable = g_cancellable_new ();
  gpointer weak = cancellable;

  g_object_add_weak_pointer (G_OBJECT (cancellable), &weak);
  g_assert_false (test_language_proxy_call_unwanted_sync (f->proxy, cancellable, language_make_entry ("a"), language_make_files (),
                                                          NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_null (weak);

  g_clear_error (&error);
  g_assert_false (test_language_proxy_call_unwanted_sync (f->proxy, g_cancellable_new (), language_make_entry ("a"), NULL,
                                                          NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

static void
test_refuse (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (test_language_proxy_call_refuse_sync (f->proxy, TEST_STORE_ERROR_FULL, NULL, &error));
  g_assert_error (error, TEST_STORE_ERROR, TEST_STORE_ERROR_FULL);
  g_assert_cmpint (error->code, ==, 5);
}

static void
test_one_way (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (TestEntry) entry = language_make_entry ("noted"), back = NULL;

  test_language_proxy_call_note (f->proxy, entry);
  g_assert_true (test_language_proxy_call_last_note_sync (f->proxy, &back, NULL, NULL));
  g_assert_true (test_entry_equal (back, entry));
}

#define ADD(name, func) \
  g_test_add ("/language/plain/" name, Fixture, (gconstpointer) language_plain_get_type, set_up, func, tear_down); \
  g_test_add ("/language/later/" name, Fixture, (gconstpointer) language_later_get_type, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("objects", test_objects);
  ADD ("numbers", test_numbers);
  ADD ("arrays", test_arrays);
  ADD ("lent-array", test_lent_array);
  ADD ("records", test_records);
  ADD ("moved", test_moved);
  ADD ("unwanted", test_unwanted);
  ADD ("refuse", test_refuse);
  g_test_add ("/language/plain/one-way", Fixture, (gconstpointer) language_plain_get_type,
              set_up, test_one_way, tear_down);
  language_add_type_tests ();

  return g_test_run ();
}
