/* norpc-dispatch-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

void norpc_dispatch (NorpcCall *call,
                     GObject   *service,
                     gboolean   is_dropped_next);

G_END_DECLS
