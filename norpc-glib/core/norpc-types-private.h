/* norpc-types-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-types.h"

G_BEGIN_DECLS

/* The size of a cache line: fields that different threads write stand as far apart. */
#define NORPC_CACHE_LINE 64

typedef struct _NorpcReplyQueue NorpcReplyQueue;
typedef struct _NorpcWorker   NorpcWorker;

G_END_DECLS
