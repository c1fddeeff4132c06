/* norpc-budget-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NORPC_BUDGET_SECONDS 10

/*
 * How many retries there may be: a part of the calls that were made of late, and
 * some in any case. Where everything fails, retries so add little to the load.
 */
typedef struct
{
  double deposits[NORPC_BUDGET_SECONDS]; /* by second: what came in, less what went out */
  gint64 second;                         /* of the last entry */
} NorpcBudget;

void     norpc_budget_deposit  (NorpcBudget *self,
                                gint64       now,
                                double       amount);
gboolean norpc_budget_withdraw (NorpcBudget *self,
                                gint64       now,
                                double       reserve);

G_END_DECLS
