/* language-caller.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "language-caller.h"

#include "language-services.h"

/**
 * test_caller_new_service:
 *
 * Makes a service in C.
 *
 * Returns: (transfer full): a service
 */
TestLanguage *
test_caller_new_service (void)
{
  return TEST_LANGUAGE (g_object_new (language_plain_get_type (), NULL));
}

static int n_tracked; /* atomic */

static void
tracked_cb (gpointer  unused,
            GObject  *where_the_object_was)
{
  g_atomic_int_add (&n_tracked, -1);
}

/**
 * test_caller_track:
 * @object: an object
 *
 * Counts an object until it is finalized.
 */
void
test_caller_track (GObject *object)
{
  g_atomic_int_inc (&n_tracked);
  g_object_weak_ref (object, tracked_cb, NULL);
}

/**
 * test_caller_get_n_tracked:
 *
 * Gets how many of the objects that are tracked have not been finalized.
 *
 * Returns: how many
 */
int
test_caller_get_n_tracked (void)
{
  return g_atomic_int_get (&n_tracked);
}
