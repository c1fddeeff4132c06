/* norpc-value-convert-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * Values of one description become those of another one, whose types have the same form outside of the process; see
 * norpc-info-match-private.h. Values of types that are the same are copied. These functions are thread-safe.
 */

char     *norpc_value_convert  (const NorpcArgInfo   *from_info,
                                const GValue         *from,
                                const NorpcArgInfo   *to_info,
                                GValue               *to);
gboolean  norpc_values_convert (GDBusArgInfo * const *from_infos,
                                const GValue         *from,
                                GDBusArgInfo * const *to_infos,
                                GValue               *to,
                                guint                 n_values,
                                const char           *kind,
                                char                **problem);
gboolean  norpc_values_move    (GDBusArgInfo * const *from_infos,
                                GValue               *from,
                                GDBusArgInfo * const *to_infos,
                                GValue               *to,
                                guint                 n_values,
                                const char           *kind,
                                char                **problem);

G_END_DECLS
