/* norpc-proxy-properties-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-mirror-private.h"
#include "norpc-proxy-properties.h"

G_BEGIN_DECLS

void         norpc_proxy_class_install_properties (NorpcProxyClass          *klass,
                                                   const NorpcInterfaceInfo *interface_info);
NorpcMirror *norpc_proxy_get_mirror               (NorpcProxy               *self);

G_END_DECLS
