/* norpc-value-equal.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-value-equal-private.h"
#include "norpc-value-part-private.h"
#include "norpc-value-types-private.h"

typedef struct
{
  GArray *parts; /* (owned) (element-type NorpcValuePart): of the first value */
  guint   next;  /* the part that is compared next */
} Comparison;

static gboolean
add_part (const NorpcValuePart *part,
          gpointer              data)
{
  g_array_append_val ((GArray *) data, *part);

  return TRUE;
}

static gboolean
compare_part (const NorpcValuePart *part,
              gpointer              data)
{
  Comparison *self = data;
  const NorpcValuePart *other;

  if (self->next == self->parts->len)
    return FALSE;
  other = &g_array_index (self->parts, NorpcValuePart, self->next++);

  return part->type == other->type && part->parent == other->parent && part->index == other->index &&
         norpc_value_part_equal (part, other);
}

/* Thread-safe. Returns TRUE if two values, which match @info, are equal. Values of a type without
 * equality are equal only if they are the same instance.
 */
gboolean
norpc_value_equal (const NorpcArgInfo *info,
                   const GValue       *value,
                   const GValue       *other)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (NorpcValuePart));
  Comparison comparison = { parts, 0 };

  norpc_value_foreach_part (info, value, add_part, parts);

  return norpc_value_foreach_part (info, other, compare_part, &comparison) &&
         comparison.next == parts->len;
}
