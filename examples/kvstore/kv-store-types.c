/* kv-store-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-types.h"

G_DEFINE_QUARK (kv-store-error-quark, kv_store_error)
