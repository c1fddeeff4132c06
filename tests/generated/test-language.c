/* test-language.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values of types that have names arrive as they were sent, and are let go
 * when nobody has them any more. C and C++. */

#include "language-services.h"

#include <string.h>

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

static TestEntry *
make_entry (const char *key)
{
  static const char * const tags[] = { "one", "two", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3);
  g_autoptr (GFile) place = g_file_new_for_uri ("file:///tmp/a%20b");
  g_autoptr (GDateTime) when = g_date_time_new_utc (2020, 2, 29, 12, 30, 0.5);

  return test_entry_new (key, G_MAXUINT64, TEST_MODE_SLOW, TEST_PARTS_BOTH, bytes, place, when, tags,
                         g_variant_new_int32 (7));
}

static TestEntry *
make_bare_entry (void)
{
  static const char * const tags[] = { NULL };
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);

  return test_entry_new ("", 0, TEST_MODE_FAST, TEST_PARTS_HEAD, bytes, NULL, NULL, tags, NULL);
}

static GPtrArray *
make_files (void)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_file_new_for_path ("/a"));
  g_ptr_array_add (files, g_file_new_for_path ("/b"));
  return files;
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
  g_autoptr (GPtrArray) files = make_files (), files_back = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new (), entries_back = NULL;
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (TestMode)), modes_back = NULL;
  g_autoptr (GPtrArray) dates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_date_time_unref);
  g_autoptr (GPtrArray) dates_back = NULL;
  g_autoptr (TestEntry) entry = make_entry ("a");
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

/* What was lent can be changed while the call is on its way. */
static void
test_lent_array (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (GPtrArray) files = make_files ();
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
  g_autoptr (TestEntry) entry = make_entry ("key"), bare = make_bare_entry ();
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

/* Nothing is copied on the way, there and back. The full form lends what it
 * answers with. */
static void
test_moved (Fixture       *f,
            gconstpointer  data)
{
  gboolean is_plain = data == (gconstpointer) language_plain_get_type;
  g_autoptr (GCancellable) cancellable = g_cancellable_new (), cancellable_back = NULL;
  char *text = g_strdup ("text");
  TestEntry *entry = make_entry ("moved");
  GPtrArray *files = make_files ();
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

/* Where nobody takes it, what was moved is let go. */
static void
test_unwanted (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  GCancellable *cancellable = g_cancellable_new ();
  gpointer weak = cancellable;

  g_object_add_weak_pointer (G_OBJECT (cancellable), &weak);
  g_assert_false (test_language_proxy_call_unwanted_sync (f->proxy, cancellable, make_entry ("a"), make_files (),
                                                          NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_null (weak);

  g_clear_error (&error);
  g_assert_false (test_language_proxy_call_unwanted_sync (f->proxy, g_cancellable_new (), make_entry ("a"), NULL,
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
  g_autoptr (TestEntry) entry = make_entry ("noted"), back = NULL;

  test_language_proxy_call_note (f->proxy, entry);
  g_assert_true (test_language_proxy_call_last_note_sync (f->proxy, &back, NULL, NULL));
  g_assert_true (test_entry_equal (back, entry));
}

static void
test_enum_types (void)
{
  GEnumClass *modes = (GEnumClass *) g_type_class_ref (TEST_TYPE_MODE);
  GFlagsClass *parts = (GFlagsClass *) g_type_class_ref (TEST_TYPE_PARTS);

  g_assert_cmpstr (g_enum_get_value (modes, TEST_MODE_READ_ONLY)->value_nick, ==, "read-only");
  g_assert_cmpstr (g_enum_get_value (modes, TEST_MODE_READ_ONLY)->value_name, ==, "TEST_MODE_READ_ONLY");
  g_assert_cmpint (TEST_MODE_SLOW, ==, 10);
  g_assert_cmpint (TEST_PARTS_BOTH, ==, TEST_PARTS_HEAD | TEST_PARTS_TAIL);
  g_assert_cmpuint (parts->mask, ==, 3);
  g_type_class_unref (modes);
  g_type_class_unref (parts);
}

static void
test_errors (void)
{
  g_autoptr (GError) full = g_error_new_literal (TEST_STORE_ERROR, TEST_STORE_ERROR_FULL, "full");
  g_autoptr (GError) back = g_dbus_error_new_for_dbus_error ("org.example.Store.Error.NotFound", "none");
  g_autofree char *name = g_dbus_error_encode_gerror (full);

  g_assert_cmpstr (name, ==, "org.example.Full");
  g_assert_error (back, TEST_STORE_ERROR, TEST_STORE_ERROR_NOT_FOUND);
  g_assert_cmpstr (g_quark_to_string (TEST_STORE_ERROR), ==, "test-store-error-quark");
  g_assert_cmpstr (g_quark_to_string (TEST_QUIET_ERROR), ==, "test-quiet-error-quark");
}

/* Into a variant and back, through its bytes. */
static GVariant *
transport (GVariant *variant)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (variant);
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (owned);

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (owned), bytes, FALSE));
}

static void
check_entry_variant (TestEntry *entry)
{
  g_autoptr (GVariant) variant = transport (test_entry_to_variant (entry));
  g_autoptr (GError) error = NULL;
  g_autoptr (TestEntry) back = test_entry_new_from_variant (variant, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (variant), ==, "(stiuaymsmsasmi)");
  g_assert_true (test_entry_equal (back, entry));
}

static void
test_entry_variants (void)
{
  g_autoptr (TestEntry) entry = make_entry ("key"), bare = make_bare_entry ();

  check_entry_variant (entry);
  check_entry_variant (bare);
}

static TestBox *
make_box (GPtrArray *files)
{
  g_autoptr (TestEntry) first = make_entry ("first");
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) test_entry_free);
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (TestMode));
  TestMode mode = TEST_MODE_SLOW;

  g_ptr_array_add (entries, make_bare_entry ());
  g_ptr_array_add (entries, make_entry ("second"));
  g_array_append_val (modes, mode);

  return test_box_new (first, entries, files, modes, g_variant_new_parsed ("{'a': <1>}"));
}

static void
check_box (TestBox *box)
{
  g_autoptr (GVariant) variant = transport (test_box_to_variant (box));
  g_autoptr (GError) error = NULL;
  g_autoptr (TestBox) back = test_box_new_from_variant (variant, &error);
  g_autoptr (TestBox) copy = test_box_copy (box);

  g_assert_no_error (error);
  g_assert_true (test_box_equal (back, box));
  g_assert_true (test_box_equal (copy, box));
  g_assert_true (copy->entries != box->entries);

  g_array_index (copy->modes, TestMode, 0) = TEST_MODE_FAST;
  g_assert_false (test_box_equal (copy, box));
  g_ptr_array_set_size (back->entries, 1);
  g_assert_false (test_box_equal (back, box));
}

static void
test_box_variants (void)
{
  g_autoptr (GPtrArray) files = make_files ();
  g_autoptr (TestBox) with = make_box (files), without = make_box (NULL);

  check_box (with);
  check_box (without);
  g_assert_false (test_box_equal (with, without));
}

static void
test_bad_variants (void)
{
  static const char * const wrong[] = { "1", "('a', 1)", "()" };
  g_autoptr (GVariant) bad = NULL, bad_box = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_parsed (wrong[i]));

      g_assert_null (test_entry_new_from_variant (variant, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_clear_error (&error);
    }

  /* the date is none: in a record, and in a record of an array in a record */
  bad = g_variant_ref_sink (
    g_variant_new_parsed ("('k', uint64 1, 1, uint32 1, @ay [], @ms nothing, @ms 'soon', @as [], @mi nothing)"));
  g_assert_null (test_entry_new_from_variant (bad, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, "The field 'when' of a TestEntry cannot be read");
  g_clear_error (&error);

  bad_box = g_variant_ref_sink (
    g_variant_new_parsed ("(('k', uint64 1, 1, uint32 1, @ay [], @ms nothing, @ms nothing, @as [], @mi nothing),"
                          " [%@(stiuaymsmsasmi)], @mas nothing, @ai [], @a{sv} {})", bad));
  g_assert_null (test_box_new_from_variant (bad_box, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_hash (void)
{
  g_autoptr (TestPoint) a = test_point_new (1, 2, "a"), b = test_point_new (1, 2, "a");
  g_autoptr (TestPoint) c = test_point_new (2, 1, NULL);
  g_autoptr (GHashTable) table = g_hash_table_new (test_point_hash, test_point_equal);

  g_hash_table_add (table, a);
  g_assert_true (g_hash_table_contains (table, b));
  g_assert_false (g_hash_table_contains (table, c));
  g_assert_cmpuint (test_point_hash (a), ==, test_point_hash (b));
}

static void
test_boxed (void)
{
  g_autoptr (GRegex) regex = g_regex_new ("a", (GRegexCompileFlags) 0, (GRegexMatchFlags) 0, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TestLocal) local = test_local_new (cancellable, regex), copy = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, TEST_TYPE_LOCAL);
  g_value_set_boxed (&value, local);
  copy = test_local_copy ((TestLocal *) g_value_get_boxed (&value));
  g_assert_true (copy->cancellable == cancellable);
  g_assert_true (copy->regex == regex);
}

/* Only what D-Bus can carry is in what GIO gets. */
static void
test_info (void)
{
  const NorpcInterfaceInfo *info = test_language_interface_info ();
  GDBusInterfaceInfo *dbus = norpc_interface_info_get_dbus (info);

  g_assert_cmpint (norpc_interface_info_find_method (info, "Objects"), ==, 0);
  g_assert_null (g_dbus_interface_info_lookup_method (dbus, "Objects"));
  g_assert_null (g_dbus_interface_info_lookup_method (dbus, "OneEntry"));
  g_assert_nonnull (g_dbus_interface_info_lookup_method (dbus, "OneArray"));
  g_assert_nonnull (g_dbus_interface_info_lookup_method (dbus, "Numbers"));
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
  g_test_add_func ("/language/enum-types", test_enum_types);
  g_test_add_func ("/language/errors", test_errors);
  g_test_add_func ("/language/entry-variants", test_entry_variants);
  g_test_add_func ("/language/box-variants", test_box_variants);
  g_test_add_func ("/language/bad-variants", test_bad_variants);
  g_test_add_func ("/language/hash", test_hash);
  g_test_add_func ("/language/boxed", test_boxed);
  g_test_add_func ("/language/info", test_info);

  return g_test_run ();
}
