/* test-value-moves.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Arguments that move, and calls that are retried. */

#include "values-service.h"

/* @size is what each handler has to find in the argument. */
static void
assert_retried (gboolean  ok,
                GError   *error,
                guint     n,
                guint     size)
{
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpuint (values_state.n_calls, ==, 2);
  g_assert_cmpuint (values_state.sizes[0], ==, size);
  g_assert_cmpuint (values_state.sizes[1], ==, size);
  g_assert_cmpuint (n, ==, size);
}

static void
assert_made_once (gboolean  ok,
                  GError   *error)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_false (ok);
  g_assert_cmpuint (values_state.n_calls, ==, 1);
}

static void
test_array (ValuesFixture *f,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_files_sync (f->retrying, values_make_files ("two"), &n, NULL, &error);
  assert_retried (ok, error, n, 2);
}

static void
test_numbers (ValuesFixture *f,
              gconstpointer  unused)
{
  GArray *modes = g_array_new (FALSE, TRUE, sizeof (ValuesMode));
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  g_array_set_size (modes, 3);
  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_modes_sync (f->retrying, modes, &n, NULL, &error);
  assert_retried (ok, error, n, 3);
}

/* With arrays in it. */
static void
test_record (ValuesFixture *f,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_trip_sync (f->retrying, values_make_trip ("High Street", 0.5),
                                                &n, NULL, &error);
  assert_retried (ok, error, n, 3);
}

/* A boxed type that nothing is known of, but that it makes copies. */
static void
test_boxed (ValuesFixture *f,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_string_sync (f->retrying, g_string_new ("text"), &n, NULL, &error);
  assert_retried (ok, error, n, 4);
}

/* An argument that cannot be copied is sent once, and is the handler's alone. */
static void
test_object (ValuesFixture *f,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_cancellable_sync (f->retrying, g_cancellable_new (), &n, NULL, &error);
  assert_made_once (ok, error);
  g_assert_cmpuint (values_state.sizes[0], ==, 1);
}

static void
test_objects (ValuesFixture *f,
              gconstpointer  unused)
{
  GPtrArray *cancellables = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  g_ptr_array_add (cancellables, g_cancellable_new ());
  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_cancellables_sync (f->retrying, cancellables, &n, NULL, &error);
  assert_made_once (ok, error);
}

static void
test_record_with_object (ValuesFixture *f,
                         gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_grip_sync (f->retrying, values_grip_new (cancellable), &n, NULL, &error);
  assert_made_once (ok, error);
  g_clear_error (&error);

  /* Without it there is nothing that could be shared. */
  values_state = (ValuesState) { .n_busy = 1 };
  ok = values_values_proxy_call_take_grip_sync (f->retrying, values_grip_new (NULL), &n, NULL, &error);
  assert_retried (ok, error, n, 1);
}

/* A boxed type whose copy is a reference. */
static void
test_shared (ValuesFixture *f,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;
  guint n = 99;

  values_state.n_busy = 1;
  ok = values_values_proxy_call_take_key_file_sync (f->retrying, g_key_file_new (), &n, NULL, &error);
  assert_made_once (ok, error);
}

/* The original goes with the last attempt. */
static void
test_last (ValuesFixture *f,
           gconstpointer  unused)
{
  GPtrArray *files = values_make_files ("two");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_ref (files);
  guint n = 99;

  values_state.n_busy = 1;
  g_assert_true (values_values_proxy_call_take_files_sync (f->retrying, files, &n, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, 0);

  g_ptr_array_unref (g_steal_pointer (&kept));
  files = values_make_files ("two");
  kept = g_ptr_array_ref (files);
  values_state = (ValuesState) { 0 };
  g_assert_true (values_values_proxy_call_take_files_sync (f->retrying, files, &n, NULL, &error));
  g_assert_cmpuint (values_state.sizes[0], ==, 2);
  g_assert_cmpuint (kept->len, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_VALUES ("/value-moves/array", test_array);
  TEST_VALUES ("/value-moves/numbers", test_numbers);
  TEST_VALUES ("/value-moves/record", test_record);
  TEST_VALUES ("/value-moves/boxed", test_boxed);
  TEST_VALUES ("/value-moves/object", test_object);
  TEST_VALUES ("/value-moves/objects", test_objects);
  TEST_VALUES ("/value-moves/record-with-object", test_record_with_object);
  TEST_VALUES ("/value-moves/shared", test_shared);
  TEST_VALUES ("/value-moves/last", test_last);

  return g_test_run ();
}
