/* norpc-budget.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-budget-private.h"

/* Drops old entries, and returns the entry for @now, a monotonic time. */
static double *
get_entry (NorpcBudget *self,
           gint64       now)
{
  gint64 second = now / G_USEC_PER_SEC;
  gint64 n_new = CLAMP (second - self->second, 0, NORPC_BUDGET_SECONDS);

  for (gint64 i = 0; i < n_new; i++)
    self->deposits[(second - i) % NORPC_BUDGET_SECONDS] = 0;
  self->second = MAX (self->second, second);

  return &self->deposits[self->second % NORPC_BUDGET_SECONDS];
}

void
norpc_budget_deposit (NorpcBudget *self,
                      gint64       now,
                      double       amount)
{
  *get_entry (self, now) += amount;
}

/* Returns FALSE if the budget, including @reserve, does not allow one more retry. */
gboolean
norpc_budget_withdraw (NorpcBudget *self,
                       gint64       now,
                       double       reserve)
{
  double *entry = get_entry (self, now);
  double balance = reserve;

  for (guint i = 0; i < NORPC_BUDGET_SECONDS; i++)
    balance += self->deposits[i];
  /* The sum of fractions may be slightly less than one. */
  if (balance < 1 - 1e-9)
    return FALSE;

  *entry -= 1;

  return TRUE;
}
