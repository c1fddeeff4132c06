/* norpc-pool-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-pool.h"

G_BEGIN_DECLS

struct _NorpcPool
{
  GObject parent_instance;

  /* Set at construction. */
  GPtrArray     *servers; /* (owned): of owned NorpcServer */
  NorpcEndpoint *balance; /* (owned) */

  int started; /* atomic: a start was attempted */
};

G_END_DECLS
