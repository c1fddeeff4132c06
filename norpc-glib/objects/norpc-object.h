/* norpc-object.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
void        norpc_object_close             (GObject        *object);
NORPC_AVAILABLE_IN_ALL
NorpcProxy *norpc_endpoint_make_proxy      (NorpcEndpoint  *self,
                                            GType           interface_type) G_GNUC_WARN_UNUSED_RESULT;

NORPC_AVAILABLE_IN_ALL
void        norpc_interface_install_proxy  (gpointer        g_iface,
                                            GType         (*get_proxy_type) (void));

G_END_DECLS
