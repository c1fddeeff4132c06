/* norpc-budget-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NORPC_BUDGET_SECONDS 10

/*
 * A retry budget: allows retries in proportion to the number of recent calls, and a fixed
 * reserve. If all calls fail, retries thus add little to the load.
 */
typedef struct
{
  double deposits[NORPC_BUDGET_SECONDS]; /* per second: deposits minus withdrawals */
  gint64 second;                         /* of the last entry */
} NorpcBudget;

void     norpc_budget_deposit  (NorpcBudget *self,
                                gint64       now,
                                double       amount);
gboolean norpc_budget_withdraw (NorpcBudget *self,
                                gint64       now,
                                double       reserve);

G_END_DECLS
