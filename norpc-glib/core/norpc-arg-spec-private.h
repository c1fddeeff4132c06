/* norpc-arg-spec-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

GParamSpec *norpc_arg_info_new_spec (const NorpcArgInfo *info,
                                     const char         *name,
                                     GParamFlags         flags);

G_END_DECLS
