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

/* Sets a property, and notifies if it is another value. It may be one that g_object_set_property () rejects, such as a
 * number that an enumeration does not name.
 */
void      norpc_stand_in_set        (GObject                  *stand_in,
                                     guint                     property,
                                     const GValue             *value);

G_END_DECLS
