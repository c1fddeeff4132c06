/* test-record-objects-chain.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Chains of records that are objects are released without recursion. */

#include "library-service.h"

#define LENGTH 200000

typedef enum
{
  BY_OBJECT,
  BY_RECORD,
  BY_ARRAY
} Way;

/* Takes ownership of @next. */
static LibraryLink *
new_link (LibraryLink *next,
          Way          way)
{
  g_autoptr (LibraryLink) owned = next;
  g_autoptr (LibraryKnot) knot = way == BY_RECORD ? library_knot_new (next) : NULL;
  g_autoptr (GPtrArray) others = NULL;

  if (way == BY_ARRAY)
    {
      others = g_ptr_array_new ();
      g_ptr_array_add (others, next);
    }

  return library_link_new ("name", way == BY_OBJECT ? next : NULL, knot, others);
}

static LibraryLink *
new_chain (LibraryLink *last,
           Way          way)
{
  LibraryLink *link = g_object_ref (last);

  for (guint i = 0; i < LENGTH; i++)
    link = new_link (link, way);

  return link;
}

/* All of the chain is released with its first object. */
static void
test_release (gconstpointer data)
{
  LibraryLink *last = library_link_new ("last", NULL, NULL, NULL);
  LibraryLink *first = new_chain (last, GPOINTER_TO_INT (data));

  g_assert_cmpuint (G_OBJECT (last)->ref_count, ==, 2);
  g_object_unref (first);
  g_assert_cmpuint (G_OBJECT (last)->ref_count, ==, 1);
  g_assert_finalize_object (last);
}

/* A record that is not an object, at the beginning of a chain. */
static void
test_record (void)
{
  LibraryLink *last = library_link_new ("last", NULL, NULL, NULL);
  LibraryLink *first = new_chain (last, BY_RECORD);
  LibraryKnot *knot = library_knot_new (first);

  g_object_unref (first);
  g_assert_cmpuint (G_OBJECT (last)->ref_count, ==, 2);
  library_knot_free (knot);
  g_assert_finalize_object (last);
}

/* Objects that others hold, too, stay. */
static void
test_shared (void)
{
  LibraryLink *last = library_link_new ("last", NULL, NULL, NULL);
  LibraryLink *middle = library_link_new ("middle", last, NULL, NULL);
  LibraryLink *first = new_chain (middle, BY_OBJECT);

  g_object_unref (first);
  g_assert_cmpuint (G_OBJECT (middle)->ref_count, ==, 1);
  g_assert_true (library_link_get_next (middle) == last);
  g_assert_cmpuint (G_OBJECT (last)->ref_count, ==, 2);
  g_assert_finalize_object (middle);
  g_assert_finalize_object (last);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/record-objects-chain/object", GINT_TO_POINTER (BY_OBJECT), test_release);
  g_test_add_data_func ("/record-objects-chain/record", GINT_TO_POINTER (BY_RECORD), test_release);
  g_test_add_data_func ("/record-objects-chain/array", GINT_TO_POINTER (BY_ARRAY), test_release);
  g_test_add_func ("/record-objects-chain/begins-with-record", test_record);
  g_test_add_func ("/record-objects-chain/shared", test_shared);

  return g_test_run ();
}
