/* norpc-list-changes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-list-changes-private.h"

#include <string.h>

void
norpc_list_changes_clear (NorpcListChanges *self)
{
  g_free (self->ranges);
  *self = (NorpcListChanges) { 0 };
}

static guint
get_old_end (const NorpcListRange *range)
{
  return range->old_position + range->n_old;
}

static guint
get_new_end (const NorpcListRange *range)
{
  return range->new_position + range->n_new;
}

static void
remove_ranges (NorpcListChanges *self,
               guint             index,
               guint             n_ranges)
{
  if (n_ranges == 0)
    return;

  memmove (self->ranges + index, self->ranges + index + n_ranges,
           (self->n_ranges - index - n_ranges) * sizeof (NorpcListRange));
  self->n_ranges -= n_ranges;
}

static void
insert_list_range (NorpcListChanges     *self,
                   guint                 index,
                   const NorpcListRange *range)
{
  if (self->n_ranges == self->n_allocated)
    {
      self->n_allocated = MAX (4, 2 * self->n_allocated);
      self->ranges = g_renew (NorpcListRange, self->ranges, self->n_allocated);
    }
  memmove (self->ranges + index + 1, self->ranges + index, (self->n_ranges - index) * sizeof (NorpcListRange));
  self->ranges[index] = *range;
  self->n_ranges++;
}

/* Makes one range of the two with the smallest gap between them. */
static void
join_nearest (NorpcListChanges *self)
{
  guint nearest = 0;
  guint smallest = G_MAXUINT;
  NorpcListRange *left, *right;

  for (guint i = 0; i + 1 < self->n_ranges; i++)
    {
      guint gap = self->ranges[i + 1].new_position - get_new_end (&self->ranges[i]);

      if (gap < smallest)
        {
          smallest = gap;
          nearest = i;
        }
    }

  left = &self->ranges[nearest];
  right = &self->ranges[nearest + 1];
  left->n_old = get_old_end (right) - left->old_position;
  left->n_new = get_new_end (right) - left->new_position;
  remove_ranges (self, nearest + 1, 1);
}

/* The range that replaces those from @first up to @end, which the change touches. */
static NorpcListRange
make_range (const NorpcListChanges *self,
            guint                   first,
            guint                   end,
            guint                   position,
            guint                   n_removed,
            guint                   n_added)
{
  NorpcListRange range = { position, n_removed, position, n_removed };

  if (first == end && first > 0)
    range.old_position -= get_new_end (&self->ranges[first - 1]) - get_old_end (&self->ranges[first - 1]);

  if (first < end)
    {
      const NorpcListRange *left = &self->ranges[first], *right = &self->ranges[end - 1];
      guint start = MIN (left->new_position, position);
      guint stop = MAX (get_new_end (right), position + n_removed);

      range.old_position = left->old_position - (left->new_position - start);
      range.n_old = get_old_end (right) + (stop - get_new_end (right)) - range.old_position;
      range.new_position = start;
      range.n_new = stop - start;
    }
  range.n_new = range.n_new - n_removed + n_added;

  return range;
}

/* Adds a change of the state that @self leads to. */
void
norpc_list_changes_add (NorpcListChanges *self,
                        guint             position,
                        guint             n_removed,
                        guint             n_added)
{
  guint first = 0, end;
  NorpcListRange range;

  while (first < self->n_ranges && get_new_end (&self->ranges[first]) < position)
    first++;
  for (end = first; end < self->n_ranges && self->ranges[end].new_position <= position + n_removed;)
    end++;

  range = make_range (self, first, end, position, n_removed, n_added);
  remove_ranges (self, first, end - first);
  for (guint i = first; i < self->n_ranges; i++)
    self->ranges[i].new_position = self->ranges[i].new_position - n_removed + n_added;

  if (range.n_old > 0 || range.n_new > 0)
    insert_list_range (self, first, &range);
  if (self->n_ranges > NORPC_LIST_MAX_RANGES)
    join_nearest (self);
}

/* Adds changes of the state that @self leads to. */
void
norpc_list_changes_add_all (NorpcListChanges       *self,
                            const NorpcListChanges *later)
{
  for (guint i = 0; i < later->n_ranges; i++)
    norpc_list_changes_add (self, later->ranges[i].new_position, later->ranges[i].n_old, later->ranges[i].n_new);
}

guint
norpc_list_changes_count_new (const NorpcListChanges *self)
{
  guint n_items = 0;

  for (guint i = 0; i < self->n_ranges; i++)
    n_items += self->ranges[i].n_new;

  return n_items;
}
