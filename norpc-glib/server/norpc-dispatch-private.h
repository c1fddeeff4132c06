/* norpc-dispatch-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info.h"

G_BEGIN_DECLS

/* Runs in the service's context. Returns the function that handles a call of which the class of the
 * service does not know, and sets @vtable; or returns NULL, with a message (owned) if the service has
 * such a method but describes it in another way.
 */
typedef NorpcDispatchFunc (*NorpcRouteFunc) (NorpcCall  *call,
                                             GObject    *service,
                                             gpointer   *vtable,
                                             char      **problem);

void norpc_dispatch_set_route_func (NorpcRouteFunc func);

void norpc_dispatch (NorpcCall *call,
                     GObject   *service,
                     gboolean   is_dropped_next);

G_END_DECLS
