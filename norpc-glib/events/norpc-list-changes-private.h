/* norpc-list-changes-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* More ranges than these become one with what is between them. */
#define NORPC_LIST_MAX_RANGES 32

/* Items that take the place of others. */
typedef struct
{
  guint old_position; /* before the changes */
  guint n_old;
  guint new_position; /* after them */
  guint n_new;
} NorpcListRange;

/* The difference between two states of a list: ranges in ascending order, which do not touch each
 * other.
 */
typedef struct
{
  guint          n_ranges;
  guint          n_allocated;
  NorpcListRange *ranges; /* (owned) (nullable) */
} NorpcListChanges;

void  norpc_list_changes_clear      (NorpcListChanges       *self);
void  norpc_list_changes_add        (NorpcListChanges       *self,
                                     guint                   position,
                                     guint                   n_removed,
                                     guint                   n_added);
void  norpc_list_changes_add_all    (NorpcListChanges       *self,
                                     const NorpcListChanges *later);
guint norpc_list_changes_count_new  (const NorpcListChanges *self);

G_END_DECLS
