/* norpc-balance-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-balance.h"
#include "norpc-inquiry-private.h"
#include "norpc-members-private.h"

G_BEGIN_DECLS

/* Private to the files of the balance. */

struct _NorpcBalance
{
  NorpcLayer parent_instance;

  NorpcBalancePolicy policy; /* since construction */

  /* Set before the first call. */
  NorpcKeyFunc   key_func; /* (nullable) */
  gpointer       key_data;
  GDestroyNotify key_destroy; /* (nullable) */

  GMutex        lock;
  NorpcMembers *members; /* (owned) [lock] */
  guint64       next;    /* [lock]: the number of the next member */

  NorpcInquiries *inquiries; /* (owned): has its own lock: probes that wait for a member */

  /* Taken before the lock. Members and subscribers are added and removed with it held, so that
   * each subscriber subscribes to each member.
   */
  GMutex      subscribers_lock;
  GHashTable *subscribers; /* (owned) [subscribers_lock]: of unowned NorpcSubscriber */

  int turn; /* atomic: the turn of the next call */
};

NorpcMembers *norpc_balance_get_members (NorpcBalance    *self);
void          norpc_balance_subscribe   (NorpcLayer      *layer,
                                         NorpcSubscriber *subscriber);
void          norpc_balance_unsubscribe (NorpcLayer      *layer,
                                         NorpcSubscriber *subscriber);

G_END_DECLS
