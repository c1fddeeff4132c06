/* scanner.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "demo-disk-usage.h"

NorpcServer *scanner_serve (GError **error);
