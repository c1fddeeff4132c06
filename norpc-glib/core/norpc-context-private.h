/* norpc-context-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-context.h"

G_BEGIN_DECLS

gboolean norpc_context_is_own (GMainContext *context);
gboolean norpc_context_push   (GMainContext *context);

G_END_DECLS
