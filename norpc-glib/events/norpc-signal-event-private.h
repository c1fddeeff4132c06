/* norpc-signal-event-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-event-queue-private.h"
#include "core/norpc-interface-info-private.h"
#include "norpc-emission-private.h"

G_BEGIN_DECLS

/* A signal that a service emits, or emissions that were lost on their way to this process. */
typedef struct
{
  const NorpcInterfaceInfo *interface_info;
  guint                     signal;
  NorpcEmission            *emission; /* (unowned) (nullable): NULL for lost emissions */
  guint                     n_lost;   /* how many, without an emission */
  NorpcEvent               *dropped;  /* (owned) (nullable): to be freed with no lock held */
  const char               *problem;  /* (unowned) (nullable): why a proxy that listens does not get it */
} NorpcSentSignal;

/* Runs in the service's context, with the lock of the subscribers held. */
void norpc_signal_event_send (GPtrArray       *subscribers,
                              NorpcSentSignal *sent);

G_END_DECLS
