/* norpc-dbus-object-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call.h"
#include "client/norpc-subscribers-private.h"
#include "norpc-dbus-passage-private.h"

G_BEGIN_DECLS

/*
 * An object of another process, for the endpoint that sends calls to it. It lasts until its endpoint has been
 * finalized and its last call has completed.
 *
 * The functions are thread-safe.
 */
typedef struct _NorpcDBusObject NorpcDBusObject;

NorpcDBusObject *norpc_dbus_object_new         (GDBusConnection *connection,
                                                const char      *name,
                                                const char      *path,
                                                guint            capacity,
                                                const NorpcDBusPassageFuncs *passage_funcs);
void             norpc_dbus_object_set_received (NorpcDBusObject *self,
                                                 gboolean         has_norpc);
void             norpc_dbus_object_add_received (NorpcDBusObject *self);
void             norpc_dbus_object_set_of_client (NorpcDBusObject *self);
void             norpc_dbus_object_release     (NorpcDBusObject *self);
void             norpc_dbus_object_end         (NorpcDBusObject *self);
void             norpc_dbus_object_send        (NorpcDBusObject *self,
                                                NorpcCall       *call);
void             norpc_dbus_object_await_sent  (NorpcDBusObject *self,
                                                GCancellable    *cancellable);
gboolean         norpc_dbus_object_is_closed   (NorpcDBusObject *self);
gboolean         norpc_dbus_object_is_ready    (NorpcDBusObject *self);
void             norpc_dbus_object_await_ready (NorpcDBusObject *self,
                                                NorpcCall       *probe);
void             norpc_dbus_object_subscribe   (NorpcDBusObject *self,
                                                NorpcSubscriber *subscriber);
void             norpc_dbus_object_unsubscribe (NorpcDBusObject *self,
                                                NorpcSubscriber *subscriber);

G_END_DECLS
