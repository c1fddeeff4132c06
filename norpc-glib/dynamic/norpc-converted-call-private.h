/* norpc-converted-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

gboolean norpc_converted_call_handle (GObject                  *service,
                                      NorpcCall                *call,
                                      const NorpcInterfaceInfo *info,
                                      guint                     method,
                                      GError                  **error);

G_END_DECLS
