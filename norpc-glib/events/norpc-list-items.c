/* norpc-list-items.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A tree with the items in its leaves, which are all at the same depth. A node has up to N_SLOTS
 * slots. A node that is too full is split, and one that has become small is joined with its
 * neighbour.
 */

#include "core/norpc-background-private.h"
#include "norpc-list-items-private.h"

#include <string.h>

#define N_SLOTS 32

/* Two neighbours that have no more slots together are joined. */
#define N_JOINED (N_SLOTS * 3 / 4)

/* How many items the thread that releases a list releases itself. */
#define MAX_RELEASED 256

struct _NorpcListItems
{
  int      ref_count; /* atomic */
  guint16  height;    /* 0 in a leaf */
  guint16  n_slots;
  guint    n_items;   /* in all leaves below */
  gpointer slots[N_SLOTS]; /* (owned): GObject in a leaf, NorpcListItems otherwise */
};

static NorpcListItems *
node_new (guint16 height)
{
  NorpcListItems *self = g_new (NorpcListItems, 1);

  self->ref_count = 1;
  self->height = height;
  self->n_slots = 0;
  self->n_items = 0;

  return self;
}

/* Thread-safe. */
NorpcListItems *
norpc_list_items_ref (NorpcListItems *self)
{
  if (self != NULL)
    g_atomic_int_inc (&self->ref_count);

  return self;
}

/* The nodes that are still to be released. */
typedef struct
{
  guint      n_left; /* how many items the calling thread may release */
  GPtrArray *rest;   /* (owned) (nullable): of owned nodes without references */
} Release;

static void
free_node (NorpcListItems *self,
           Release        *release)
{
  for (guint i = 0; i < self->n_slots; i++)
    {
      NorpcListItems *child = self->slots[i];

      if (self->height == 0)
        g_object_unref (self->slots[i]);
      else if (!g_atomic_int_dec_and_test (&child->ref_count))
        continue;
      else if (release->n_left > 0)
        free_node (child, release);
      else
        g_ptr_array_add (release->rest, child);
    }

  if (self->height == 0)
    release->n_left -= MIN (release->n_left, self->n_slots);
  g_free (self);
}

/* Runs in a thread of the pool. */
static void
free_rest (gpointer data)
{
  g_autoptr (GPtrArray) rest = data;
  Release release = { G_MAXUINT, NULL };

  for (guint i = 0; i < rest->len; i++)
    {
      release.n_left = G_MAXUINT;
      free_node (rest->pdata[i], &release);
    }
}

/* Thread-safe. Called with no lock held. A client's context must not be held up by the release of
 * a long list, so the thread pool releases most of it.
 */
void
norpc_list_items_unref (NorpcListItems *self)
{
  Release release = { MAX_RELEASED, NULL };

  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;

  release.rest = g_ptr_array_new ();
  free_node (self, &release);
  if (release.rest->len > 0)
    norpc_background_push_release (free_rest, release.rest);
  else
    g_ptr_array_unref (release.rest);
}

guint
norpc_list_items_get_length (const NorpcListItems *self)
{
  return self != NULL ? self->n_items : 0;
}

/* Returns the index of the child that has the item at @position, which becomes the position in
 * that child. The end of a child is preferred to the beginning of the next one if @prefer_end is
 * TRUE.
 */
static guint
find_child (const NorpcListItems *self,
            guint                *position,
            gboolean              prefer_end)
{
  guint i = 0;

  for (; i + 1 < self->n_slots; i++)
    {
      guint n_items = ((NorpcListItems *) self->slots[i])->n_items;

      if (*position < n_items + (prefer_end ? 1 : 0))
        break;
      *position -= n_items;
    }

  return i;
}

/* Returns the item (unowned), which must exist. */
GObject *
norpc_list_items_get (const NorpcListItems *self,
                      guint                 position)
{
  while (self->height > 0)
    self = self->slots[find_child (self, &position, FALSE)];

  return self->slots[position];
}

/* Makes the caller the only owner of a node, so that it can be changed. The contents are not
 * released, because the copy has them, too.
 */
static NorpcListItems *
make_own (gpointer *place)
{
  NorpcListItems *self = *place;
  NorpcListItems *copy;

  if (g_atomic_int_get (&self->ref_count) == 1)
    return self;

  copy = g_memdup2 (self, sizeof (NorpcListItems));
  copy->ref_count = 1;
  for (guint i = 0; i < copy->n_slots; i++)
    if (copy->height == 0)
      g_object_ref (copy->slots[i]);
    else
      norpc_list_items_ref (copy->slots[i]);
  norpc_list_items_unref (self);
  *place = copy;

  return copy;
}

static guint
count_items (gpointer *slots,
             guint     n_slots,
             guint16   height)
{
  guint n_items = 0;

  if (height == 0)
    return n_slots;
  for (guint i = 0; i < n_slots; i++)
    n_items += ((NorpcListItems *) slots[i])->n_items;

  return n_items;
}

static void
set_slots (NorpcListItems *self,
           gpointer       *slots,
           guint           n_slots)
{
  memcpy (self->slots, slots, n_slots * sizeof (gpointer));
  self->n_slots = (guint16) n_slots;
  self->n_items = count_items (slots, n_slots, self->height);
}

/* Inserts up to N_SLOTS slots at @index. Returns the node to insert behind @self (owned), or NULL
 * if @self has room. A node to which slots are appended stays full, because more will follow.
 */
static NorpcListItems *
insert_slots (NorpcListItems *self,
              guint           index,
              gpointer       *added,
              guint           n_added)
{
  gpointer slots[2 * N_SLOTS];
  guint n_slots = self->n_slots + n_added;
  guint n_kept = n_slots <= N_SLOTS ? n_slots : index == self->n_slots ? N_SLOTS : n_slots / 2;
  NorpcListItems *next = NULL;

  memcpy (slots, self->slots, index * sizeof (gpointer));
  memcpy (slots + index, added, n_added * sizeof (gpointer));
  memcpy (slots + index + n_added, self->slots + index, (self->n_slots - index) * sizeof (gpointer));

  set_slots (self, slots, n_kept);
  if (n_kept < n_slots)
    {
      next = node_new (self->height);
      set_slots (next, slots + n_kept, n_slots - n_kept);
    }

  return next;
}

/* Inserts up to N_SLOTS items (owned). @self has no other owner. */
static NorpcListItems *
insert (NorpcListItems *self,
        guint           position,
        GObject       **added,
        guint           n_added)
{
  gpointer next;
  guint child;

  if (self->height == 0)
    return insert_slots (self, position, (gpointer *) added, n_added);

  child = find_child (self, &position, TRUE);
  next = insert (make_own (&self->slots[child]), position, added, n_added);
  if (next != NULL)
    return insert_slots (self, child + 1, &next, 1);

  self->n_items += n_added;

  return NULL;
}

static void
remove_slots (NorpcListItems *self,
              guint           index,
              guint           n_removed)
{
  memmove (self->slots + index, self->slots + index + n_removed,
           (self->n_slots - index - n_removed) * sizeof (gpointer));
  self->n_slots -= (guint16) n_removed;
}

/* Joins the children at @index and behind it if both are small. */
static void
join_children (NorpcListItems *self,
               guint           index)
{
  NorpcListItems *left, *right;

  if (index + 1 >= self->n_slots)
    return;

  left = self->slots[index];
  right = self->slots[index + 1];
  if (left->n_slots + right->n_slots > N_JOINED)
    return;

  left = make_own (&self->slots[index]);
  right = make_own (&self->slots[index + 1]);
  memcpy (left->slots + left->n_slots, right->slots, right->n_slots * sizeof (gpointer));
  left->n_slots += right->n_slots;
  left->n_items += right->n_items;
  g_free (right);
  remove_slots (self, index + 1, 1);
}

static void
remove_from_leaf (NorpcListItems *self,
                  guint           position,
                  guint           n_removed,
                  GPtrArray      *garbage)
{
  NorpcListItems *removed = node_new (0);

  set_slots (removed, self->slots + position, n_removed);
  g_ptr_array_add (garbage, removed);
  remove_slots (self, position, n_removed);
  self->n_items -= n_removed;
}

/* Moves items to @garbage. @self has no other owner, and keeps at least one item. */
static void
remove_items (NorpcListItems *self,
              guint           position,
              guint           n_removed,
              GPtrArray      *garbage)
{
  guint first;

  if (self->height == 0)
    {
      remove_from_leaf (self, position, n_removed, garbage);
      return;
    }

  self->n_items -= n_removed;
  first = find_child (self, &position, FALSE);
  for (guint i = first; n_removed > 0;)
    {
      NorpcListItems *child = self->slots[i];
      guint n = MIN (n_removed, child->n_items - position);

      n_removed -= n;
      if (n == child->n_items)
        {
          g_ptr_array_add (garbage, child);
          remove_slots (self, i, 1);
        }
      else
        {
          remove_items (make_own (&self->slots[i]), position, n, garbage);
          i++;
        }
      position = 0;
    }

  join_children (self, first);
  if (first > 0)
    join_children (self, first - 1);
}

static void
remove_all_or_some (NorpcListItems **self,
                    guint            position,
                    guint            n_removed,
                    GPtrArray       *garbage)
{
  if (n_removed == norpc_list_items_get_length (*self))
    {
      if (*self != NULL)
        g_ptr_array_add (garbage, g_steal_pointer (self));
      return;
    }

  remove_items (make_own ((gpointer *) self), position, n_removed, garbage);
  while ((*self)->height > 0 && (*self)->n_slots == 1)
    {
      NorpcListItems *root = *self;

      *self = norpc_list_items_ref (root->slots[0]);
      norpc_list_items_unref (root);
    }
}

static void
insert_items (NorpcListItems **self,
              guint            position,
              GObject        **added,
              guint            n_added)
{
  if (*self == NULL)
    *self = node_new (0);

  for (guint i = 0; i < n_added; i += N_SLOTS)
    {
      NorpcListItems *next = insert (make_own ((gpointer *) self), position + i, added + i,
                                     MIN (n_added - i, N_SLOTS));

      if (next != NULL)
        {
          gpointer children[] = { *self, next };

          *self = node_new (next->height + 1);
          set_slots (*self, children, 2);
        }
    }
}

/* Replaces @n_removed items at @position, which must exist, by @added (owned). The removed
 * items go to @garbage, as lists (owned), so that none is released here.
 */
void
norpc_list_items_splice (NorpcListItems **self,
                         guint            position,
                         guint            n_removed,
                         GObject        **added,
                         guint            n_added,
                         GPtrArray       *garbage)
{
  if (n_removed > 0)
    remove_all_or_some (self, position, n_removed, garbage);
  if (n_added > 0)
    insert_items (self, position, added, n_added);
}
