/* norpc-dbus-client-objects-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-passage-private.h"

G_BEGIN_DECLS

/* The passage of messages between a client and its service, whose data is the connection. The objects that the client
 * passes are below a path of their own. Used in the thread of D-Bus endpoints.
 */
extern const NorpcDBusPassageFuncs norpc_dbus_client_passage_funcs;

G_END_DECLS
