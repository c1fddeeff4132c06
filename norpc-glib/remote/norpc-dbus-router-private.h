/* norpc-dbus-router-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Passes the messages of a connection to the mailboxes of exported objects: the connection has one filter for all of
 * them. A mailbox also has the messages for its branches, which are objects below its own that one client uses. Each
 * branch has a limit of its own, so that nobody else can fill it.
 *
 * The functions are thread-safe.
 */
typedef struct _NorpcDBusRouter NorpcDBusRouter;

/* The objects that other processes have got are below the path of a mailbox, and this name. */
#define NORPC_DBUS_OBJECTS "/objects"

/* A mailbox gets messages. Its functions are called in GDBus's thread. */
typedef struct
{
  void     (*ref)   (gpointer      mailbox);
  void     (*unref) (gpointer      mailbox);
  gboolean (*take)  (gpointer      mailbox, /* returns FALSE if GDBus is to handle the message */
                     GDBusMessage *message,
                     gboolean      for_branch);
} NorpcDBusMailboxFuncs;

NorpcDBusRouter *norpc_dbus_router_get   (GDBusConnection *connection);
void             norpc_dbus_router_unref (gpointer         self);

gboolean norpc_dbus_router_add    (NorpcDBusRouter             *self,
                                   const char                  *path,
                                   gpointer                     mailbox,
                                   const NorpcDBusMailboxFuncs *funcs);
void     norpc_dbus_router_remove (NorpcDBusRouter             *self,
                                   const char                  *path);

gboolean norpc_dbus_router_add_branch    (NorpcDBusRouter *self,
                                          const char      *path,
                                          const char      *mailbox_path,
                                          const char      *interface_name,
                                          const char      *client,
                                          guint            limit);
void     norpc_dbus_router_remove_branch (NorpcDBusRouter *self,
                                          const char      *path);
void     norpc_dbus_router_leave_branch  (NorpcDBusRouter *self,
                                          const char      *path);

void norpc_dbus_router_reject      (GDBusConnection *connection,
                                    GDBusMessage    *message,
                                    const char      *name,
                                    const char      *reason);
void norpc_dbus_router_fail        (GDBusConnection *connection,
                                    GDBusMessage    *message,
                                    const char      *name,
                                    const char      *reason);
void norpc_dbus_router_reject_full (GDBusConnection *connection,
                                    GDBusMessage    *message);

/* Thread-safe. */
static inline gboolean
norpc_dbus_router_wants_reply (GDBusMessage *message)
{
  return (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0;
}

G_END_DECLS
