/* lists-filler.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "lists-target.h"

G_BEGIN_DECLS

/* How the service fills its list. */
typedef enum
{
  FILL_AT_ONCE, /* by one change */
  FILL_ONE_BY_ONE, /* each item by a change, all in one dispatch */
  FILL_IN_STEPS, /* a thousand items in each dispatch */
  FILL_SINGLY, /* an item in each dispatch */
  FILL_ANYWHERE, /* in steps, at positions in no order */
  FILL_REPLACE, /* by one change, which removes as many items */
  FILL_N_WAYS
} FillWay;

GObject *lists_filler_new (void);

G_END_DECLS
