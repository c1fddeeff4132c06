/* norpc-deadlock-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-types-private.h"

G_BEGIN_DECLS

void norpc_deadlock_begin_wait (NorpcCall *call);
void norpc_deadlock_end_wait   (void);
void norpc_deadlock_look       (NorpcCall *call);

G_END_DECLS
