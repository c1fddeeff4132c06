/* norpc-budget.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-budget-private.h"

/* Forgets what is too old. Returns the entry for @now, which is monotonic time. */
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

/* FALSE if there is not enough, with @reserve, for one more. */
gboolean
norpc_budget_withdraw (NorpcBudget *self,
                       gint64       now,
                       double       reserve)
{
  double *entry = get_entry (self, now);
  double balance = reserve;

  for (guint i = 0; i < NORPC_BUDGET_SECONDS; i++)
    balance += self->deposits[i];
  /* Parts that add up to one are not quite one. */
  if (balance < 1 - 1e-9)
    return FALSE;

  *entry -= 1;

  return TRUE;
}
