/* norpc-call-deadline-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

void norpc_call_watch_deadline (NorpcCall *call);

G_END_DECLS
