/* norpc-dbus-announcer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"

G_BEGIN_DECLS

/* Sends the signals of an exported interface, and the changes of its properties. It follows the service as a
 * proxy does, in the context of the export.
 */
typedef struct _NorpcDBusAnnouncer NorpcDBusAnnouncer;

NorpcDBusAnnouncer *norpc_dbus_announcer_new   (GDBusConnection          *connection,
                                                const char               *path,
                                                NorpcEndpoint            *endpoint,
                                                const NorpcInterfaceInfo *info);
void                norpc_dbus_announcer_free  (gpointer                  self);
void                norpc_dbus_announcer_flush (NorpcDBusAnnouncer       *self);

G_END_DECLS
