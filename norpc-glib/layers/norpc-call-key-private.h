/* norpc-call-key-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

guint norpc_call_hash_first_arg (NorpcCall *call);

G_END_DECLS
