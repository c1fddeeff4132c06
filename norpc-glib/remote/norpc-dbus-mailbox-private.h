/* norpc-dbus-mailbox-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The messages that arrive for one exported object, and for those below it that other processes have got. GDBus's own
 * thread puts them in, so that a client that sends more than the mailbox takes gets its errors at once, however busy
 * the main context of the export is: GDBus would keep any number of them.
 */
typedef struct _NorpcDBusMailbox NorpcDBusMailbox;

/* Runs in the context of the mailbox, which is its thread-default one. Takes ownership of the message. */
typedef void (*NorpcDBusMailboxFunc) (GDBusMessage *message,
                                      gpointer      data);

NorpcDBusMailbox *norpc_dbus_mailbox_new          (GDBusConnection      *connection,
                                                   const char           *path,
                                                   guint                 capacity,
                                                   NorpcDBusMailboxFunc  func,
                                                   gpointer              data);
NorpcDBusMailbox *norpc_dbus_mailbox_ref          (NorpcDBusMailbox     *self);
void              norpc_dbus_mailbox_unref        (gpointer              self);
void              norpc_dbus_mailbox_add          (NorpcDBusMailbox     *self,
                                                   const char           *interface_name);
char             *norpc_dbus_mailbox_next_path    (NorpcDBusMailbox     *self);
void              norpc_dbus_mailbox_expect_notes (NorpcDBusMailbox     *self,
                                                   const char           *client,
                                                   int                   n);
void              norpc_dbus_mailbox_close        (NorpcDBusMailbox     *self);
void              norpc_dbus_mailbox_free_slot    (NorpcDBusMailbox     *self,
                                                   GDBusMessage         *message);

/* Objects below that of the mailbox, which one client uses */
gboolean          norpc_dbus_mailbox_add_branch    (NorpcDBusMailbox    *self,
                                                    const char          *path,
                                                    const char          *interface_name,
                                                    const char          *client,
                                                    guint                limit);
void              norpc_dbus_mailbox_remove_branch (NorpcDBusMailbox    *self,
                                                    const char          *path);

void              norpc_dbus_mailbox_answer_closed (GDBusConnection     *connection,
                                                    GDBusMessage        *message);

G_END_DECLS
