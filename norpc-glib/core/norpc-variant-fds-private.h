/* norpc-variant-fds-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gunixfdlist.h>

#include "norpc-variant-fds.h"

G_BEGIN_DECLS

/* Values with file descriptors as handles. The functions are thread-safe. A value is consumed if it is floating. */
gboolean  norpc_variant_has_fds   (GVariant    *value);
GVariant *norpc_variant_keep_list (GVariant    *value,
                                   GUnixFDList *list);
GVariant *norpc_variant_share_fds (GVariant    *value);

G_END_DECLS
