/* store-generated.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "demo-store.h"

NorpcServer *store_serve (GError **error);
