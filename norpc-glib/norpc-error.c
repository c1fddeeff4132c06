/* norpc-error.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-error.h"

G_DEFINE_QUARK (norpc-error-quark, norpc_error)
