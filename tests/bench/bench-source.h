/* bench-source.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-events.h"

G_BEGIN_DECLS

GObject *bench_source_new (void);

G_END_DECLS
