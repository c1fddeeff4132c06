/* norpc-dbus-served-stream-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-request-private.h"

G_BEGIN_DECLS

/*
 * The object of a stream that a client of an export has opened: it passes the items on between the client and the
 * endpoint. Until it ends, it counts as a call that is not answered.
 *
 * All of it is used in the context of the export.
 */
/* Below the path of an object, and above those of its streams */
#define NORPC_DBUS_STREAMS "streams"

void norpc_dbus_served_stream_open      (NorpcDBusRequest *request,
                                         NorpcDBusClient  *client,
                                         NorpcCall        *call);
void norpc_dbus_served_stream_close_all (NorpcDBusServing *root);

/* norpc-dbus-stream-methods.c */
void norpc_dbus_stream_methods_handle (NorpcDBusRequest *request);

G_END_DECLS
