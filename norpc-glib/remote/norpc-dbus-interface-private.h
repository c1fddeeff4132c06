/* norpc-dbus-interface-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call.h"
#include "norpc-dbus-match-private.h"
#include "norpc-dbus-passage-private.h"
#include "norpc-remote-interface.h"

G_BEGIN_DECLS

/*
 * One interface of an object of another process: its messages about signals and properties go on to the proxies by a
 * NorpcRemoteInterface.
 *
 * Unless noted otherwise, the functions are called in the thread of D-Bus endpoints.
 */
typedef struct _NorpcDBusInterface NorpcDBusInterface;

NorpcDBusInterface *norpc_dbus_interface_new      (GDBusConnection          *connection,
                                                   const char               *name,
                                                   const char               *path,
                                                   const NorpcInterfaceInfo *info,
                                                   const NorpcDBusPassageFuncs *passage_funcs);
NorpcDBusInterface *norpc_dbus_interface_ref      (NorpcDBusInterface       *self);
void                norpc_dbus_interface_unref    (gpointer                  self);
void                norpc_dbus_interface_start    (NorpcDBusInterface       *self,
                                                   NorpcDBusMatchScope       scope);
void                norpc_dbus_interface_stop     (NorpcDBusInterface       *self);
void                norpc_dbus_interface_presume_owner (NorpcDBusInterface  *self);
void                norpc_dbus_interface_set_owner (NorpcDBusInterface      *self,
                                                    const char              *owner);
void                norpc_dbus_interface_set_has_norpc (NorpcDBusInterface  *self,
                                                        gboolean             has_norpc);
void                norpc_dbus_interface_answer_all (NorpcDBusInterface     *self,
                                                     const char             *sender,
                                                     NorpcCall              *call,
                                                     GVariant               *dict);
gboolean            norpc_dbus_interface_get_told  (NorpcDBusInterface      *self,
                                                    NorpcCall               *call,
                                                    GValue                  *value);
void                norpc_dbus_interface_show_read_back (NorpcDBusInterface *self,
                                                         NorpcCall          *call,
                                                         GVariant           *value);

/* Thread-safe. */
gboolean                  norpc_dbus_interface_sends_objects   (NorpcDBusInterface *self);
const NorpcInterfaceInfo *norpc_dbus_interface_get_info        (NorpcDBusInterface *self);
NorpcRemoteInterface     *norpc_dbus_interface_get_remote      (NorpcDBusInterface *self);

G_END_DECLS
