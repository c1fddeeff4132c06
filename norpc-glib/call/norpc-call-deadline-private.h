/* norpc-call-deadline-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

void norpc_call_start_deadline_timer (NorpcCall *call);

G_END_DECLS
