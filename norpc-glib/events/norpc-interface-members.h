/* norpc-interface-members.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-proxy.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
void norpc_interface_install_members   (gpointer                  g_iface,
                                        const NorpcInterfaceInfo *interface_info);
NORPC_AVAILABLE_IN_ALL
void norpc_proxy_class_install_members (NorpcProxyClass          *klass,
                                        const NorpcInterfaceInfo *interface_info);

G_END_DECLS
