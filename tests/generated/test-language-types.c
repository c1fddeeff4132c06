/* test-language-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The types themselves: their GTypes, errors, variants, hashes. C and C++. */

#include "language-tests.h"

#include <string.h>

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
  g_autoptr (TestEntry) entry = language_make_entry ("key"), bare = language_make_bare_entry ();

  check_entry_variant (entry);
  check_entry_variant (bare);
}

static TestBox *
make_box (GPtrArray *files)
{
  g_autoptr (TestEntry) first = language_make_entry ("first");
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) test_entry_free);
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (TestMode));
  TestMode mode = TEST_MODE_SLOW;

  g_ptr_array_add (entries, language_make_bare_entry ());
  g_ptr_array_add (entries, language_make_entry ("second"));
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
  g_autoptr (GPtrArray) files = language_make_files ();
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

void
language_add_type_tests (void)
{
  g_test_add_func ("/language/enum-types", test_enum_types);
  g_test_add_func ("/language/errors", test_errors);
  g_test_add_func ("/language/entry-variants", test_entry_variants);
  g_test_add_func ("/language/box-variants", test_box_variants);
  g_test_add_func ("/language/bad-variants", test_bad_variants);
  g_test_add_func ("/language/hash", test_hash);
  g_test_add_func ("/language/boxed", test_boxed);
  g_test_add_func ("/language/info", test_info);
}
