/* test-timer-heap.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The heap of deadlines, against a sorted list. */

#include "call/norpc-call-private.h"
#include "client/norpc-timeouts-private.h"
#include "fixture.h"

#define N_CALLS 500

static int
compare_deadlines (gconstpointer a,
                   gconstpointer b)
{
  const NorpcCall *first = *(NorpcCall * const *) a, *second = *(NorpcCall * const *) b;

  return (first->deadline > second->deadline) - (first->deadline < second->deadline);
}

static void
test_random (void)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  NorpcTimerHeap heap = { NULL };
  gint64 deadline = 0;

  g_assert_null (norpc_timer_heap_peek (&heap, &deadline));

  for (guint i = 0; i < N_CALLS; i++)
    {
      NorpcCall *call = norpc_call_new (probe_probe_interface_info (), 0);
      NorpcCall *first = norpc_timer_heap_peek (&heap, &deadline);
      gint64 earliest = first != NULL ? deadline : G_MAXINT64;

      /* Some are equal. */
      call->deadline = g_test_rand_int_range (1, N_CALLS / 2);
      g_ptr_array_add (calls, call);
      g_assert_true (norpc_timer_heap_add (&heap, call) == (call->deadline < earliest));
    }

  for (guint i = 0; i < N_CALLS; i++)
    {
      NorpcCall *call = calls->pdata[i];

      if (g_test_rand_bit ())
        {
          norpc_timer_heap_remove (&heap, call);
          g_assert_cmpuint (call->timer_index, ==, 0);
          norpc_timer_heap_remove (&heap, call);
        }
      else
        {
          g_ptr_array_add (left, call);
        }
    }
  g_ptr_array_sort (left, compare_deadlines);

  for (guint i = 0; i < left->len; i++)
    {
      NorpcCall *first = norpc_timer_heap_peek (&heap, &deadline);

      g_assert_cmpint (deadline, ==, ((NorpcCall *) left->pdata[i])->deadline);
      norpc_timer_heap_remove (&heap, first);
    }
  g_assert_null (norpc_timer_heap_peek (&heap, &deadline));
  norpc_timer_heap_clear (&heap);
}

/* The last call of the heap takes the place of one that is removed. Here it is earlier than its
 * new parent.
 */
static void
test_last_moves_up (void)
{
  /* Level by level; 50 is removed, and 3 takes its place below 40. */
  static const gint64 deadlines[] = { 1, 40, 2, 50, 60, 70, 3 };
  static const gint64 expected[] = { 1, 2, 3, 40, 60, 70 };
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  NorpcTimerHeap heap = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (deadlines); i++)
    {
      NorpcCall *call = norpc_call_new (probe_probe_interface_info (), 0);

      call->deadline = deadlines[i];
      g_ptr_array_add (calls, call);
      norpc_timer_heap_add (&heap, call);
    }
  norpc_timer_heap_remove (&heap, calls->pdata[3]);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      gint64 deadline = 0;
      NorpcCall *first = norpc_timer_heap_peek (&heap, &deadline);

      g_assert_cmpint (deadline, ==, expected[i]);
      norpc_timer_heap_remove (&heap, first);
    }
  norpc_timer_heap_clear (&heap);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/timer-heap/random", test_random);
  g_test_add_func ("/timer-heap/last-moves-up", test_last_moves_up);

  return g_test_run ();
}
