/* norpc-dbus-departure-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call.h"
#include "norpc-dbus-passage-private.h"

G_BEGIN_DECLS

/*
 * The arguments of a call with objects, on their way into its message. Their paths are made when the message is sent,
 * because only the process that has the name then may call them.
 */
typedef struct _NorpcDBusDeparture NorpcDBusDeparture;

NorpcDBusDeparture *norpc_dbus_departure_new  (NorpcCall           *call,
                                               char               **problem);
void                norpc_dbus_departure_free (gpointer             self);
GVariant           *norpc_dbus_departure_make (NorpcDBusDeparture  *self,
                                               NorpcDBusPassage    *passage,
                                               char               **problem);

G_END_DECLS
