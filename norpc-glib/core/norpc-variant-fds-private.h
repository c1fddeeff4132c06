/* norpc-variant-fds-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-variant-fds.h"

G_BEGIN_DECLS

/* Values with file descriptors as handles. The functions are thread-safe. */
gboolean  norpc_variant_has_fds (GVariant       *value);
GVariant *norpc_variant_keep    (GVariant       *value,
                                 gpointer        owner,
                                 GDestroyNotify  release);

G_END_DECLS
