/* norpc-call-scope-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-types-private.h"

G_BEGIN_DECLS

NorpcCall *norpc_call_scope_swap  (NorpcCall *call);
void       norpc_call_scope_apply (NorpcCall *call);

G_END_DECLS
