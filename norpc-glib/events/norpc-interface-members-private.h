/* norpc-interface-members-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-members.h"

G_BEGIN_DECLS

const NorpcInterfaceInfo *norpc_interface_type_get_info (GType type);

G_END_DECLS
