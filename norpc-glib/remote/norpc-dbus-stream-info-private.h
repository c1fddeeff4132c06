/* norpc-dbus-stream-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * A stream on D-Bus. Its method returns the path of an object, which only the client that has called the method can
 * use. The interface of this object has the name of the stream, with "Stream" behind it. Both ends send items only
 * as far as the other one has given credit for them; doc/dbus.md describes the members.
 *
 * The method has annotations from which a client makes the stream.
 */
#define NORPC_DBUS_STREAM_ANNOTATION "org.norpc.Stream"
#define NORPC_DBUS_STREAM_ITEMS_ANNOTATION "org.norpc.Stream.Items"
#define NORPC_DBUS_STREAM_RESULTS_ANNOTATION "org.norpc.Stream.Results"
#define NORPC_DBUS_STREAM_BACKLOG_ANNOTATION "org.norpc.Stream.Backlog"

/* The members of the object. Streams whose items go to the client have the signal Item and the method Credit; those
 * whose items come from it have the methods Start, Write and Finish, and the signal Credit.
 */
#define NORPC_DBUS_STREAM_ITEM "Item"
#define NORPC_DBUS_STREAM_CREDIT "Credit"
#define NORPC_DBUS_STREAM_START "Start"
#define NORPC_DBUS_STREAM_WRITE "Write"
#define NORPC_DBUS_STREAM_FINISH "Finish"
#define NORPC_DBUS_STREAM_WAIT "Wait"
#define NORPC_DBUS_STREAM_CLOSE "Close"
#define NORPC_DBUS_STREAM_END "End"
#define NORPC_DBUS_STREAM_FAILED "Failed"

/* Thread-safe. */
static inline gboolean
norpc_dbus_stream_goes_in (const NorpcMethodInfo *info)
{
  return (info->flags & NORPC_METHOD_FLAGS_STREAM_IN) != 0;
}

static inline guint
norpc_dbus_stream_get_backlog (const NorpcMethodInfo *info)
{
  return info->backlog != 0 ? info->backlog : NORPC_DEFAULT_STREAM_BACKLOG;
}

char               *norpc_dbus_stream_get_interface_name (const NorpcInterfaceInfo *info,
                                                          guint                     method);
GDBusInterfaceInfo *norpc_dbus_stream_get_info           (const NorpcInterfaceInfo *info,
                                                          guint                     method);
GDBusMethodInfo    *norpc_dbus_stream_export_method      (const NorpcMethodInfo    *info,
                                                          GPtrArray                *list);

G_END_DECLS
