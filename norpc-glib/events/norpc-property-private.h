/* norpc-property-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"
#include "norpc-property.h"

G_BEGIN_DECLS

gboolean norpc_property_is_readable (const NorpcPropertyInfo  *info);
gboolean norpc_property_is_writable (const NorpcPropertyInfo  *info);
int      norpc_property_find        (const NorpcInterfaceInfo *interface_info,
                                     const char               *name);
void     norpc_property_install     (GObjectClass             *object_class,
                                     const NorpcInterfaceInfo *interface_info,
                                     GParamFlags               flags);
void     norpc_property_install_in_interface (gpointer                  g_iface,
                                              const NorpcInterfaceInfo *interface_info);
char    *norpc_property_find_problem (GObject            *object,
                                      const char         *name,
                                      const NorpcArgInfo *arg,
                                      const GValue       *value);

G_END_DECLS
