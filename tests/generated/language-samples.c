/* language-samples.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The values that the tests send. C and C++. */

#include "language-tests.h"

TestEntry *
language_make_entry (const char *key)
{
  static const char * const tags[] = { "one", "two", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3);
  g_autoptr (GFile) place = g_file_new_for_uri ("file:///tmp/a%20b");
  g_autoptr (GDateTime) when = g_date_time_new_utc (2020, 2, 29, 12, 30, 0.5);

  return test_entry_new (key, G_MAXUINT64, TEST_MODE_SLOW, TEST_PARTS_BOTH, bytes, place, when, tags,
                         g_variant_new_int32 (7));
}

TestEntry *
language_make_bare_entry (void)
{
  static const char * const tags[] = { NULL };
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);

  return test_entry_new ("", 0, TEST_MODE_FAST, TEST_PARTS_HEAD, bytes, NULL, NULL, tags, NULL);
}

GPtrArray *
language_make_files (void)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_file_new_for_path ("/a"));
  g_ptr_array_add (files, g_file_new_for_path ("/b"));
  return files;
}
