/* norpc-dbus-endpoint-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-endpoint.h"

G_BEGIN_DECLS

/* An endpoint for an object that this process has got in messages. When it ends, or is released, the other process learns
 * that this one has the object no more, if that has norpc-glib. Thread-safe.
 */
NorpcDBusEndpoint *norpc_dbus_endpoint_new_received (GDBusConnection   *connection,
                                                     const char        *peer,
                                                     const char        *path,
                                                     gboolean           has_norpc,
                                                     GDestroyNotify     ended,
                                                     gpointer           data);
void               norpc_dbus_endpoint_add_received (NorpcDBusEndpoint *self);
void               norpc_dbus_endpoint_set_of_client (NorpcDBusEndpoint *self);
void               norpc_dbus_endpoint_release      (NorpcEndpoint     *endpoint);
gboolean           norpc_dbus_endpoint_is_received  (NorpcEndpoint     *endpoint,
                                                     GDBusConnection   *connection,
                                                     const char        *peer);

G_END_DECLS
