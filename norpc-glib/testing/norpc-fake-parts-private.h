/* norpc-fake-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "events/norpc-signal-relay-private.h"
#include "norpc-fake-delays-private.h"
#include "norpc-fake.h"

G_BEGIN_DECLS

struct _NorpcFake
{
  GObject parent_instance;

  const NorpcInterfaceInfo *interface_info; /* since construction */
  GObject      *service; /* (owned), since construction: has the signals and properties */
  GThread      *thread;  /* (unowned), since construction: uses @service */
  GMainContext *context; /* (owned), since construction: of that thread */

  NorpcSubscribers *subscribers; /* (owned), since construction: has its own lock */
  NorpcSignalRelay *relay;       /* (owned) (nullable): used by @thread, until the fake is closed */

  NorpcFakeDelays *delays;     /* (owned) (nullable) [norpc_fake_lock]: until the fake is closed */
  GPtrArray       *rules;      /* (owned) [norpc_fake_lock]: of owned NorpcFakeRule */
  GPtrArray       *calls;      /* (owned) [norpc_fake_lock]: of owned NorpcFakeCall */
  GPtrArray       *unexpected; /* (owned) [norpc_fake_lock]: of owned NorpcFakeCall: that no rule fitted */
};

/* norpc-fake-properties.c */
void norpc_fake_send_property_call (NorpcFake *self,
                                    NorpcCall *call);

/* norpc-fake-script.c */
int            norpc_fake_find_method (NorpcFake      *self,
                                       const char     *method,
                                       GError        **error);
NorpcFakeRule *norpc_fake_claim_rule  (NorpcFake      *self,
                                       NorpcFakeCall  *call);

G_END_DECLS
