/* norpc-types-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-types.h"

G_BEGIN_DECLS

typedef struct _NorpcInbox NorpcInbox;
typedef struct _NorpcHost   NorpcHost;

G_END_DECLS
