/* types-services.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-types.h"

G_BEGIN_DECLS

GType types_plain_get_type (void);
GType types_later_get_type (void);

G_END_DECLS
