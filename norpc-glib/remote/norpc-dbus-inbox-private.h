/* norpc-dbus-inbox-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The messages that arrive for one exported object, and for those below it that other processes have got. GDBus's own
 * thread puts them in, so that a client that sends more than the inbox takes gets its errors at once, however busy
 * the main context of the export is: GDBus would keep any number of them.
 */
typedef struct _NorpcDBusInbox NorpcDBusInbox;

/* Runs in the context of the inbox, which is its thread-default one. Takes ownership of the message. */
typedef void (*NorpcDBusInboxFunc) (GDBusMessage *message,
                                    gpointer      data);

NorpcDBusInbox *norpc_dbus_inbox_new       (GDBusConnection    *connection,
                                            const char         *path,
                                            guint               capacity,
                                            NorpcDBusInboxFunc  func,
                                            gpointer            data);
NorpcDBusInbox *norpc_dbus_inbox_ref       (NorpcDBusInbox     *self);
void            norpc_dbus_inbox_unref     (gpointer            self);
void            norpc_dbus_inbox_add       (NorpcDBusInbox     *self,
                                            const char         *interface_name);
char           *norpc_dbus_inbox_next_path (NorpcDBusInbox     *self);
void            norpc_dbus_inbox_expect_notes (NorpcDBusInbox  *self,
                                               const char      *client,
                                               int              n);
void            norpc_dbus_inbox_close     (NorpcDBusInbox     *self);
void            norpc_dbus_inbox_free_slot (NorpcDBusInbox     *self,
                                           GDBusMessage       *message);

/* Objects below that of the inbox, which one client uses */
gboolean        norpc_dbus_inbox_add_branch    (NorpcDBusInbox     *self,
                                                const char         *path,
                                                const char         *interface_name,
                                                const char         *client,
                                                guint               limit);
void            norpc_dbus_inbox_remove_branch (NorpcDBusInbox     *self,
                                                const char         *path);

void            norpc_dbus_inbox_answer_closed (GDBusConnection *connection,
                                                GDBusMessage    *message);

G_END_DECLS
