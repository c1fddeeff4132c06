/* norpc-interface-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info.h"

G_BEGIN_DECLS

guint    norpc_arg_infos_count     (GDBusArgInfo * const *infos);
GType    norpc_signature_get_gtype (const char           *signature);
GType    norpc_arg_info_get_gtype  (const GDBusArgInfo   *info);
gboolean norpc_arg_info_accepts    (const GDBusArgInfo   *info,
                                    const GValue         *value);

G_END_DECLS
