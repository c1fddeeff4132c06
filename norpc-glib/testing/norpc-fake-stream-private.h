/* norpc-fake-stream-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-fake-call-private.h"
#include "norpc-fake-rule-private.h"

G_BEGIN_DECLS

void norpc_fake_stream_open        (NorpcCall     *call);
void norpc_fake_stream_write_items (NorpcFakeCall *call,
                                    NorpcFakeRule *rule);

G_END_DECLS
