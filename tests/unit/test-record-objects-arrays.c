/* test-record-objects-arrays.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Copies of arrays release their elements, also if the arrays have no function for it, because
 * something else keeps the elements.
 */

#include "core/norpc-value-copy-private.h"
#include "library-fixture.h"

/* The service and the context of the client have released what they have to release. */
static void
assert_released (LibraryFixture *fixture,
                 LibraryLink    *link)
{
  for (guint i = 0; i < 3; i++)
    settle (fixture);
  g_assert_cmpuint (g_atomic_int_get (&G_OBJECT (link)->ref_count), ==, 1);
}

/* The proxy shows an array with the link, or none. */
static void
assert_shown (LibraryFixture *fixture,
              LibraryLink    *link)
{
  g_autoptr (GPtrArray) links = library_library_dup_links (LIBRARY_LIBRARY (fixture->proxy));

  g_assert_true ((links != NULL ? g_ptr_array_index (links, 0) : NULL) == link);
}

static GPtrArray *
new_array (gpointer element)
{
  GPtrArray *array = g_ptr_array_new ();

  g_ptr_array_add (array, element);

  return array;
}

/* Written to a property. */
static void
test_written (LibraryFixture *fixture,
              gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  g_autoptr (GPtrArray) links = new_array (link);
  g_autoptr (GError) error = NULL;

  library_library_set_links (LIBRARY_LIBRARY (fixture->proxy), links);
  library_library_set_links (LIBRARY_LIBRARY (fixture->proxy), NULL);
  assert_released (fixture, link);

  g_object_set (fixture->proxy, "links", links, NULL);
  settle (fixture);
  assert_shown (fixture, link);
  g_object_set (fixture->proxy, "links", NULL, NULL);
  assert_released (fixture, link);

  g_assert_true (library_library_proxy_set_links_sync (fixture->proxy, links, NULL, &error));
  g_assert_true (library_library_proxy_set_links_sync (fixture->proxy, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_released (fixture, link);
}

static void
test_written_records (LibraryFixture *fixture,
                      gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  LibraryKnot *knot = library_knot_new (link);
  g_autoptr (GPtrArray) knots = new_array (knot);

  g_object_set (fixture->proxy, "knots", knots, NULL);
  settle (fixture);
  g_object_set (fixture->proxy, "knots", NULL, NULL);
  settle (fixture);
  library_knot_free (knot);
  assert_released (fixture, link);
}

/* The arrays of the service have no such function either. */
static void
tell_arrays (LibraryService *service,
             gpointer        data)
{
  LibraryKnot *knot = library_knot_new (data);

  service->links = new_array (data);
  service->knots = new_array (knot);
  g_object_notify (G_OBJECT (service), "links");
  g_clear_pointer (&service->links, g_ptr_array_unref);
  g_clear_pointer (&service->knots, g_ptr_array_unref);
  library_knot_free (knot);
}

static void
tell_nothing (LibraryService *service,
              gpointer        data)
{
  g_object_notify (G_OBJECT (service), "links");
}

static void
test_told (LibraryFixture *fixture,
           gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);

  wait_ready (fixture);
  run_blocking (fixture, tell_arrays, link);
  settle (fixture);
  assert_shown (fixture, link);

  run_blocking (fixture, tell_nothing, NULL);
  settle (fixture);
  assert_shown (fixture, NULL);
  assert_released (fixture, link);
}

static void
emit_array (LibraryService *service,
            gpointer        data)
{
  g_autoptr (GPtrArray) links = new_array (data);

  g_signal_emit_by_name (service, "untied", links);
}

static void
untied_cb (LibraryLibrary *library,
           GPtrArray      *links,
           gpointer        link)
{
  g_assert_true (g_ptr_array_index (links, 0) == *(LibraryLink **) link);
  *(LibraryLink **) link = NULL;
}

static void
test_emitted (LibraryFixture *fixture,
              gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  LibraryLink *expected = link;

  g_signal_connect (fixture->proxy, "untied", G_CALLBACK (untied_cb), &expected);
  run_blocking (fixture, emit_array, link);
  settle (fixture);
  g_assert_null (expected);
  assert_released (fixture, link);
}

/* In a field. */
static void
test_field (LibraryFixture *fixture,
            gconstpointer   unused)
{
  g_autoptr (LibraryLink) link = library_link_new ("name", NULL, NULL, NULL);
  g_autoptr (GPtrArray) links = new_array (link);
  LibraryLink *first = library_link_new ("name", NULL, NULL, links);

  g_assert_finalize_object (first);
  assert_released (fixture, link);
}

static void
count_cb (gpointer n_freed)
{
  (*(guint *) n_freed)++;
}

/* Of types of GLib. */
static void
test_boxed (LibraryFixture *fixture,
            gconstpointer   unused)
{
  const NorpcArgInfo info = { { -1, (char *) "a", (char *) "", NULL }, 0, g_ptr_array_get_type, g_bytes_get_type };
  guint n_freed = 0;
  GBytes *bytes = g_bytes_new_with_free_func ("x", 1, count_cb, &n_freed);
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) copy = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_PTR_ARRAY);
  g_value_init (&copy, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (&value, new_array (bytes));
  norpc_value_copy_deep (&info, &value, &copy);
  g_value_unset (&copy);
  g_assert_cmpuint (n_freed, ==, 0);
  g_bytes_unref (bytes);
  g_assert_cmpuint (n_freed, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  LIBRARY_TEST ("/record-objects-arrays/written", test_written);
  LIBRARY_TEST ("/record-objects-arrays/written-records", test_written_records);
  LIBRARY_TEST ("/record-objects-arrays/told", test_told);
  LIBRARY_TEST ("/record-objects-arrays/emitted", test_emitted);
  LIBRARY_TEST ("/record-objects-arrays/field", test_field);

  LIBRARY_TEST ("/record-objects-arrays/boxed", test_boxed);

  return g_test_run ();
}
