/* test-list-items.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The items of lists, and the differences between two states, held against arrays. */

#include "events/norpc-list-changes-private.h"
#include "events/norpc-list-items-private.h"

#define N_SNAPSHOTS 8

/* A list, and an array that has the same items. */
typedef struct
{
  NorpcListItems *items;    /* (owned) (nullable) */
  GPtrArray      *expected; /* (owned): of owned GObject */
} List;

static void
list_init (List *list)
{
  *list = (List) { NULL, g_ptr_array_new_with_free_func (g_object_unref) };
}

static void
list_clear (List *list)
{
  norpc_list_items_unref (list->items);
  g_ptr_array_unref (list->expected);
}

static gpointer
copy_item (gconstpointer item,
           gpointer      data)
{
  return g_object_ref ((gpointer) item);
}

static void
list_snapshot (List       *snapshot,
               const List *list)
{
  list_clear (snapshot);
  snapshot->items = norpc_list_items_ref (list->items);
  snapshot->expected = g_ptr_array_copy (list->expected, copy_item, NULL);
}

static void
list_check (const List *list)
{
  g_assert_cmpuint (norpc_list_items_get_length (list->items), ==, list->expected->len);
  for (guint i = 0; i < list->expected->len; i++)
    g_assert_true (norpc_list_items_get (list->items, i) == list->expected->pdata[i]);
}

static void
list_splice (List  *list,
             guint  position,
             guint  n_removed,
             guint  n_added)
{
  g_autofree GObject **added = g_new (GObject *, n_added);
  g_autoptr (GPtrArray) garbage = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_list_items_unref);

  if (n_removed > 0)
    g_ptr_array_remove_range (list->expected, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    {
      added[i] = g_object_new (G_TYPE_OBJECT, NULL);
      g_ptr_array_insert (list->expected, position + i, g_object_ref (added[i]));
    }
  norpc_list_items_splice (&list->items, position, n_removed, added, n_added, garbage);
}

static void
splice_randomly (List *list)
{
  guint n_items = list->expected->len;
  guint position = g_test_rand_int_range (0, n_items + 1);
  guint limit = g_test_rand_int_range (0, 20) == 0 ? 500 : 4;
  guint n_removed = g_test_rand_int_range (0, MIN (n_items - position, limit) + 1);
  guint n_added = g_test_rand_int_range (0, n_items > 3000 ? 2 : limit + 1);

  list_splice (list, position, n_removed, n_added);
}

/* Snapshots stay what they are, whatever happens to the list. */
static void
test_random (void)
{
  List snapshots[N_SNAPSHOTS];
  List list;

  list_init (&list);
  for (guint i = 0; i < N_SNAPSHOTS; i++)
    list_init (&snapshots[i]);

  for (guint i = 0; i < 3000; i++)
    {
      splice_randomly (&list);
      if (i % 16 == 0)
        list_check (&list);
      if (i % 50 == 0)
        list_snapshot (&snapshots[g_test_rand_int_range (0, N_SNAPSHOTS)], &list);
    }

  for (guint i = 0; i < N_SNAPSHOTS; i++)
    {
      list_check (&snapshots[i]);
      list_clear (&snapshots[i]);
    }
  list_splice (&list, 0, list.expected->len, 0);
  g_assert_null (list.items);
  list_clear (&list);
}

/* One by one at the end, at the beginning, and removed so that few are left. */
static void
test_single (void)
{
  List list;

  list_init (&list);
  for (guint i = 0; i < 3000; i++)
    list_splice (&list, i, 0, 1);
  for (guint i = 0; i < 1000; i++)
    list_splice (&list, 0, 0, 1);
  list_check (&list);
  for (guint i = 0; i < 3900; i++)
    list_splice (&list, i * 7919 % list.expected->len, 1, 0);
  list_check (&list);
  list_splice (&list, 50, 0, 10000);
  list_check (&list);
  list_splice (&list, 1, 10098, 0);
  list_check (&list);
  list_clear (&list);
}

/* All items are released, and only what the last owner of a list has alone. */
static void
test_release (void)
{
  List list, snapshot;
  GWeakRef first, last;

  list_init (&list);
  list_init (&snapshot);
  list_splice (&list, 0, 0, 100);
  list_snapshot (&snapshot, &list);
  g_weak_ref_init (&first, list.expected->pdata[0]);
  g_weak_ref_init (&last, list.expected->pdata[99]);

  list_splice (&list, 0, 1, 0);
  list_clear (&snapshot);
  g_assert_null (g_weak_ref_get (&first));
  list_check (&list);
  list_clear (&list);
  g_assert_null (g_weak_ref_get (&last));

  g_weak_ref_clear (&first);
  g_weak_ref_clear (&last);
}

typedef struct
{
  GMutex lock;
  GCond  cond;
  guint  n_here;      /* [lock]: released in this thread */
  guint  n_elsewhere; /* [lock] */
  GThread *thread;
} Released;

static void
released_cb (gpointer data,
             GObject *item)
{
  Released *released = data;

  g_mutex_lock (&released->lock);
  if (g_thread_self () == released->thread)
    released->n_here++;
  else
    released->n_elsewhere++;
  g_cond_signal (&released->cond);
  g_mutex_unlock (&released->lock);
}

/* The thread that releases a long list is not held up. */
static void
test_release_long (void)
{
  static Released released;
  List list;

  released.thread = g_thread_self ();
  list_init (&list);
  list_splice (&list, 0, 0, 5000);
  for (guint i = 0; i < 5000; i++)
    g_object_weak_ref (list.expected->pdata[i], released_cb, &released);
  g_ptr_array_set_size (list.expected, 0);
  list_clear (&list);

  g_mutex_lock (&released.lock);
  while (released.n_here + released.n_elsewhere < 5000)
    g_cond_wait (&released.cond, &released.lock);
  g_assert_cmpuint (released.n_here, >=, 256);
  g_assert_cmpuint (released.n_here, <=, 288);
  g_mutex_unlock (&released.lock);
}

static void
add_change (NorpcListChanges *changes,
            GArray           *items,
            guint             position,
            guint             n_removed,
            guint             n_added)
{
  static guint next = 1000000;

  g_array_remove_range (items, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    {
      next++;
      g_array_insert_val (items, position + i, next);
    }
  norpc_list_changes_add (changes, position, n_removed, n_added);
}

/* The ranges lead from @before to @after, and all outside of them is the same. */
static void
changes_check (const NorpcListChanges *changes,
               GArray                 *before,
               GArray                 *after)
{
  guint old_end = 0, new_end = 0;

  g_assert_cmpuint (changes->n_ranges, <=, NORPC_LIST_MAX_RANGES);
  for (guint i = 0; i <= changes->n_ranges; i++)
    {
      const NorpcListRange end = { before->len, 0, after->len, 0 };
      const NorpcListRange *range = i < changes->n_ranges ? &changes->ranges[i] : &end;

      g_assert_cmpuint (range->old_position - old_end, ==, range->new_position - new_end);
      g_assert_true (i == 0 || i == changes->n_ranges || range->old_position > old_end);
      for (; old_end < range->old_position; old_end++, new_end++)
        g_assert_cmpuint (g_array_index (before, guint, old_end), ==, g_array_index (after, guint, new_end));
      old_end += range->n_old;
      new_end += range->n_new;
    }
}

static GArray *
make_numbers (guint n)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n; i++)
    g_array_append_val (numbers, i);

  return numbers;
}

static void
add_randomly (NorpcListChanges *changes,
              GArray           *items,
              guint             n_changes)
{
  for (guint i = 0; i < n_changes; i++)
    {
      guint position = g_test_rand_int_range (0, items->len + 1);
      guint n_removed = g_test_rand_int_range (0, MIN (items->len - position, 3) + 1);

      add_change (changes, items, position, n_removed, g_test_rand_int_range (0, 4));
    }
}

static void
test_changes_random (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (GArray) before = make_numbers (g_test_rand_int_range (0, 600));
      g_autoptr (GArray) middle = g_array_copy (before);
      g_autoptr (GArray) after = NULL;
      NorpcListChanges first = { 0 }, second = { 0 };

      add_randomly (&first, middle, g_test_rand_int_range (0, 200));
      changes_check (&first, before, middle);
      after = g_array_copy (middle);
      add_randomly (&second, after, g_test_rand_int_range (0, 200));
      changes_check (&second, middle, after);
      norpc_list_changes_add_all (&first, &second);
      changes_check (&first, before, after);

      norpc_list_changes_clear (&first);
      norpc_list_changes_clear (&second);
    }
}

static void
assert_ranges (const NorpcListChanges *changes,
               const char             *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < changes->n_ranges; i++)
    g_string_append_printf (text, "%u-%u+%u; ", changes->ranges[i].new_position, changes->ranges[i].n_old,
                            changes->ranges[i].n_new);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_changes_merged (void)
{
  NorpcListChanges changes = { 0 };

  /* Changes that touch each other are one. */
  norpc_list_changes_add (&changes, 5, 0, 1);
  norpc_list_changes_add (&changes, 6, 0, 1);
  norpc_list_changes_add (&changes, 5, 0, 1);
  assert_ranges (&changes, "5-0+3; ");
  norpc_list_changes_add (&changes, 10, 2, 0);
  assert_ranges (&changes, "5-0+3; 10-2+0; ");
  norpc_list_changes_add (&changes, 0, 1, 0);
  assert_ranges (&changes, "0-1+0; 4-0+3; 9-2+0; ");
  norpc_list_changes_add (&changes, 6, 3, 0);
  assert_ranges (&changes, "0-1+0; 4-4+2; ");

  /* An item that is added and removed again is no change. */
  norpc_list_changes_clear (&changes);
  norpc_list_changes_add (&changes, 3, 0, 2);
  norpc_list_changes_add (&changes, 3, 2, 0);
  assert_ranges (&changes, "");

  /* Of too many, the nearest are joined. */
  for (guint i = 0; i < NORPC_LIST_MAX_RANGES; i++)
    norpc_list_changes_add (&changes, 10 * i, 1, 1);
  norpc_list_changes_add (&changes, 203, 1, 1);
  g_assert_cmpuint (changes.n_ranges, ==, NORPC_LIST_MAX_RANGES);
  g_assert_cmpuint (changes.ranges[20].n_new, ==, 4);
  norpc_list_changes_clear (&changes);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/list-items/random", test_random);
  g_test_add_func ("/list-items/single", test_single);
  g_test_add_func ("/list-items/release", test_release);
  g_test_add_func ("/list-items/release-long", test_release_long);
  g_test_add_func ("/list-items/changes/random", test_changes_random);
  g_test_add_func ("/list-items/changes/merged", test_changes_merged);

  return g_test_run ();
}
