/* test-weak-ref.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A lock of an interpreter, and the references that the library gets from weak ones. */

#include "core/norpc-weak-ref.h"
#include "fixture.h"

static int depth, n_acquired, state_released;

static int
acquire_lock (void)
{
  depth++;
  n_acquired++;

  return 7;
}

static void
release_lock (int state)
{
  depth--;
  state_released = state;
}

/* Called when the object gets a second reference, or has only one left. */
static void
toggled_cb (gpointer  depths,
            GObject  *object G_GNUC_UNUSED,
            gboolean  is_last_ref)
{
  if (!is_last_ref)
    g_array_append_val (depths, depth);
}

static void
set_up (void)
{
  depth = n_acquired = state_released = 0;
  norpc_weak_ref_set_lock ((gsize) acquire_lock, (gsize) release_lock);
}

/* The toggle function of a binding runs with the lock held. */
static void
test_toggle (void)
{
  g_autoptr (GArray) depths = g_array_new (FALSE, FALSE, sizeof (int));
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GWeakRef weak_ref;

  set_up ();
  g_weak_ref_init (&weak_ref, object);
  g_object_add_toggle_ref (object, toggled_cb, depths);
  g_object_unref (object);
  g_object_unref (norpc_weak_ref_get (&weak_ref));

  g_assert_cmpint (n_acquired, ==, 1);
  g_assert_cmpint (state_released, ==, 7);
  g_assert_cmpint (depth, ==, 0);
  g_assert_cmpuint (depths->len, ==, 1);
  g_assert_cmpint (g_array_index (depths, int, 0), ==, 1);

  g_object_remove_toggle_ref (object, toggled_cb, depths);
  g_assert_null (norpc_weak_ref_get (&weak_ref));
  g_assert_cmpint (depth, ==, 0);
  norpc_weak_ref_set_lock (0, 0);
}

static void
test_unset (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GObject) got = NULL;
  GWeakRef weak_ref;

  set_up ();
  norpc_weak_ref_set_lock (0, 0);
  g_weak_ref_init (&weak_ref, object);
  got = norpc_weak_ref_get (&weak_ref);
  g_assert_true (got == object);
  g_assert_cmpint (n_acquired, ==, 0);
  g_weak_ref_clear (&weak_ref);
}

static void
test_half (void)
{
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*acquire*release*");
  norpc_weak_ref_set_lock ((gsize) acquire_lock, 0);
  g_test_assert_expected_messages ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weak-ref/toggle", test_toggle);
  g_test_add_func ("/weak-ref/unset", test_unset);
  g_test_add_func ("/weak-ref/half", test_half);

  return g_test_run ();
}
