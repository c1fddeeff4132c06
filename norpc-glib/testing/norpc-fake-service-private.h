/* norpc-fake-service-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* An object that implements an interface: it has the signals and properties, and no methods. */
GObject *norpc_fake_service_new (const NorpcInterfaceInfo *info);

G_END_DECLS
