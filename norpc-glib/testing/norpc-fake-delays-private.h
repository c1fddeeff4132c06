/* norpc-fake-delays-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-fake-call-private.h"
#include "norpc-fake-rule-private.h"

G_BEGIN_DECLS

/* The answers of a fake that wait for their time. */
typedef struct _NorpcFakeDelays NorpcFakeDelays;

NorpcFakeDelays *norpc_fake_delays_new   (void);
NorpcFakeDelays *norpc_fake_delays_ref   (NorpcFakeDelays *self);
void             norpc_fake_delays_unref (NorpcFakeDelays *self);
void             norpc_fake_delays_add   (NorpcFakeDelays *self,
                                          NorpcFakeCall   *call,
                                          NorpcFakeRule   *rule,
                                          gint64           time);
void             norpc_fake_delays_close (NorpcFakeDelays *self);

G_END_DECLS
