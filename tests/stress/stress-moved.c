/* stress-moved.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Arrays that move to a service, which may do with them as it likes. So each attempt has
 * one of its own, with all that was sent, and no two services have the same one. */

#include "stress.h"

static GMutex lock;
static GHashTable *taken; /* (owned) (nullable) [lock]: of unowned GPtrArray */

/* Takes over the elements. */
GPtrArray *
stress_moved_new (GBytes *first,
                  GBytes *second,
                  GBytes *third)
{
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_ptr_array_add (array, first);
  g_ptr_array_add (array, second);
  g_ptr_array_add (array, third);

  return array;
}

/* The service's context: @array, an argument of call @sequence, is the service's. */
void
stress_moved_take (GPtrArray *array,
                   guint64    sequence)
{
  g_assert_cmpuint (array->len, ==, STRESS_N_MOVED);
  for (guint i = 0; i < array->len; i++)
    g_assert_true (stress_bytes_are (array->pdata[i], sequence));

  g_mutex_lock (&lock);
  if (taken == NULL)
    taken = g_hash_table_new (NULL, NULL);
  g_assert_true (g_hash_table_add (taken, array));
  g_mutex_unlock (&lock);

  g_ptr_array_set_size (array, sequence % STRESS_N_MOVED);
}

/* The service's context: drops it. */
void
stress_moved_drop (GPtrArray *array)
{
  g_mutex_lock (&lock);
  g_assert_true (g_hash_table_remove (taken, array));
  g_mutex_unlock (&lock);

  g_ptr_array_unref (array);
}
