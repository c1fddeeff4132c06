/* norpc-permit-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-channel-private.h"

G_BEGIN_DECLS

/*
 * A place in a channel that is kept for a client, which was told that there is
 * one: for the next call from its context. Not for ever, as that may be blocked.
 */
struct _NorpcPermit
{
  NorpcChannel *channel; /* (owned) */
  NorpcInbox   *inbox;   /* (unowned): whose; only compared, as it may be gone */
  GList         link;    /* [queue]: among those of the channel, until it is used */
  gint64        expiry;  /* monotonic time */
  gboolean      used;    /* [queue]: or expired */
};

/* For how many milliseconds: changed by tests alone. */
extern int norpc_permit_kept_time;

NorpcPermit *norpc_permit_new        (NorpcChannel *channel,
                                      NorpcInbox   *inbox);
void         norpc_permit_free       (NorpcPermit  *self);

NorpcPermit *norpc_call_steal_permit (NorpcCall    *call);

G_END_DECLS
