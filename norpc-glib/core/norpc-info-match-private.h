/* norpc-info-match-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * A client and a service may have different infos of one interface: one that was compiled, and one
 * that was made at run time. These functions compare them. They are thread-safe, and call no foreign
 * code.
 */

gboolean norpc_interface_infos_match (const NorpcInterfaceInfo *info,
                                      const NorpcInterfaceInfo *other);
gboolean norpc_arg_infos_have_same_form (const NorpcArgInfo *info,
                                         const NorpcArgInfo *other);
gboolean norpc_arg_infos_match       (const NorpcArgInfo       *info,
                                      const NorpcArgInfo       *other);
char    *norpc_methods_find_mismatch (const NorpcMethodInfo    *info,
                                      const NorpcMethodInfo    *other);
gboolean norpc_methods_match         (const NorpcInterfaceInfo *info,
                                      guint                     method,
                                      const NorpcInterfaceInfo *other,
                                      guint                     other_method);
int      norpc_interface_info_find_signal (const NorpcInterfaceInfo *info,
                                           const NorpcSignalInfo    *other);

G_END_DECLS
