/* norpc-waiting-calls-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call.h"

G_BEGIN_DECLS

/*
 * The calls and probes that wait for a service to start, in the order in which they were sent. One that
 * completes while it waits leaves the queue immediately.
 *
 * Thread-safe. No other code runs while its lock is held.
 */
typedef struct _NorpcWaitingCalls NorpcWaitingCalls;

typedef enum
{
  NORPC_WAITING_QUEUED,
  NORPC_WAITING_ENDED, /* the call has completed */
  NORPC_WAITING_FULL
} NorpcWaitingVerdict;

NorpcWaitingCalls   *norpc_waiting_calls_new   (guint              capacity);
void                 norpc_waiting_calls_unref (NorpcWaitingCalls *self);
NorpcWaitingVerdict  norpc_waiting_calls_push  (NorpcWaitingCalls *self,
                                                NorpcCall         *call,
                                                gboolean           is_probe);
NorpcCall           *norpc_waiting_calls_pop   (NorpcWaitingCalls *self,
                                                gboolean          *is_probe);

G_END_DECLS
