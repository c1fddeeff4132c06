/* norpc-dbus-announcer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"
#include "norpc-dbus-passage-private.h"

G_BEGIN_DECLS

/* Sends the signals of an exported interface, and the changes of its properties. It follows the service as a
 * proxy does, in the context of the export.
 */
typedef struct _NorpcDBusAnnouncer NorpcDBusAnnouncer;

/* The part of an export that its announcers share. */
typedef struct
{
  GDBusConnection  *connection; /* (unowned) */
  GQueue            waiting;    /* of unowned NorpcDBusAnnouncer, with changes or losses that have not been sent */
  NorpcDBusPassage  passage;    /* of objects in signals, without a peer */
} NorpcDBusOutlet;

/* Returns the unique names (owned) (element-type unowned) of the processes that get a signal, or NULL if all do. Without
 * a bus, the name is empty.
 */
typedef GPtrArray *(*NorpcDBusReceiversFunc) (gpointer data,
                                              gboolean with_objects);

NorpcDBusAnnouncer *norpc_dbus_announcer_new   (NorpcDBusOutlet          *outlet,
                                                const char               *path,
                                                NorpcEndpoint            *endpoint,
                                                const NorpcInterfaceInfo *info,
                                                NorpcDBusReceiversFunc    receivers,
                                                gpointer                  data);
void                norpc_dbus_announcer_free  (gpointer                  self);
NorpcProxy         *norpc_dbus_announcer_get_proxy (NorpcDBusAnnouncer   *self);
gboolean            norpc_dbus_outlet_flush    (NorpcDBusOutlet          *self);
void                norpc_dbus_outlet_send     (NorpcDBusOutlet          *self,
                                                const char               *receiver,
                                                const char               *path,
                                                const char               *interface_name,
                                                const char               *member,
                                                GVariant                 *args);

G_END_DECLS
