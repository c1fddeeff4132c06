/* echo-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-echo.h"

G_BEGIN_DECLS

BenchEcho *bench_new_echo_in_c (void);

G_END_DECLS
