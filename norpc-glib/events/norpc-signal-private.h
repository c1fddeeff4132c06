/* norpc-signal-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-signal.h"

G_BEGIN_DECLS

const NorpcInterfaceInfo *norpc_signals_get_interface_info (GType type);

G_END_DECLS
