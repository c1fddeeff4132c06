/* norpc-dbus-message-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call.h"
#include "norpc-dbus-passage-private.h"

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/* Calls as messages of D-Bus, on the client's side. */

/* The kinds of calls, by the message that each becomes. */
typedef enum
{
  NORPC_DBUS_METHOD,
  NORPC_DBUS_GET_ALL, /* of properties: its answer has the values, and their serial number */
  NORPC_DBUS_SET      /* of a property: its answer has the value that the service then has */
} NorpcDBusKind;

NorpcDBusKind norpc_dbus_message_get_kind      (NorpcCall     *call);
GDBusMessage *norpc_dbus_message_new_call      (NorpcCall        *call,
                                                GDBusConnection  *connection,
                                                const char       *destination,
                                                const char       *path,
                                                GError          **error);
gboolean      norpc_dbus_message_returns_objects (NorpcCall   *call);
gboolean      norpc_dbus_message_is_complete   (GDBusMessage     *message);
gboolean      norpc_dbus_message_complete      (GDBusMessage     *message,
                                                NorpcCall        *call,
                                                NorpcDBusPassage *passage,
                                                GError          **error);
void          norpc_dbus_message_answer_call   (GDBusMessage     *reply,
                                                NorpcDBusPassage *passage,
                                                NorpcCall        *call);
void          norpc_dbus_message_answer_results (NorpcCall        *call,
                                                 NorpcDBusPassage *passage,
                                                 GVariant         *body,
                                                 GUnixFDList      *fds);
void          norpc_dbus_message_discard       (GDBusMessage     *reply,
                                                NorpcDBusPassage *passage,
                                                NorpcCall        *call);
const char   *norpc_dbus_message_get_property  (NorpcCall     *call);
gboolean      norpc_dbus_message_returns_value (NorpcCall     *call);
void          norpc_dbus_message_answer_set    (NorpcCall     *call,
                                                const GValue  *value);
void          norpc_dbus_message_answer_read_back (NorpcCall        *call,
                                                   NorpcDBusPassage *passage,
                                                   GVariant         *value);
void          norpc_dbus_message_discard_set   (NorpcCall        *call,
                                                NorpcDBusPassage *passage,
                                                GVariant         *value);

G_END_DECLS
