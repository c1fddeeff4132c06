/* norpc-types-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-types.h"

G_BEGIN_DECLS

typedef struct _NorpcReplyQueue NorpcReplyQueue;
typedef struct _NorpcWorker   NorpcWorker;

G_END_DECLS
