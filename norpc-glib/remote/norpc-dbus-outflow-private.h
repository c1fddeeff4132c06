/* norpc-dbus-outflow-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Counts the bytes of messages that the other side of a connection has not read, as far as is known: GDBus keeps them
 * without a limit. The other side, which is the bus if there is one, answers a message that was sent after them when it
 * has read them. It is asked as long as the connection has users.
 *
 * The functions are thread-safe.
 */

/* For a user that waits until the outflow is no longer excessive. */
typedef struct
{
  gpointer (*ref)     (gpointer waiter);
  void     (*unref)   (gpointer waiter);
  void     (*relaxed) (gpointer waiter); /* called in the thread of D-Bus endpoints, also once the connection is closed */
} NorpcDBusOutflowFuncs;

void     norpc_dbus_outflow_use          (GDBusConnection        *connection);
void     norpc_dbus_outflow_unuse        (GDBusConnection        *connection);
gboolean norpc_dbus_outflow_has_room     (GDBusConnection        *connection);
gboolean norpc_dbus_outflow_is_excessive (GDBusConnection        *connection);
gboolean norpc_dbus_outflow_await        (GDBusConnection        *connection,
                                          gpointer                waiter,
                                          const NorpcDBusOutflowFuncs *funcs);
void     norpc_dbus_outflow_forget       (GDBusConnection        *connection,
                                          gpointer                waiter);
void     norpc_dbus_outflow_add          (GDBusConnection        *connection,
                                          GVariant               *body);
void     norpc_dbus_outflow_add_owed     (GDBusConnection        *connection,
                                          GVariant               *body);
void     norpc_dbus_outflow_add_owed_size (GDBusConnection       *connection,
                                          gsize                   size);
gboolean norpc_dbus_outflow_send         (GDBusConnection        *connection,
                                          GDBusMessage           *message,
                                          GDBusSendMessageFlags   flags,
                                          GError                **error);

/* atomic: how many bytes there may be of calls and replies; tests change it */
extern gsize norpc_dbus_outflow_max;

G_END_DECLS
