/* norpc-stand-in-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* An object that stands in for a service: it has the signals and properties of an interface, and no methods.
 * Clients follow it by a NorpcSignalRelay.
 */
GObject  *norpc_stand_in_new        (const NorpcInterfaceInfo *info);
gboolean  norpc_object_is_stand_in  (GObject                  *object);

G_END_DECLS
