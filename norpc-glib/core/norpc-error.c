/* norpc-error.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-error.h"

/**
 * norpc_error_quark:
 *
 * Gets the error domain of [error@Norpc.Error].
 *
 * Returns: the error domain
 * Since: 0.1
 */
G_DEFINE_QUARK (norpc-error-quark, norpc_error)
