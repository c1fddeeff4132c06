/* norpc-dbus-answer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-request-private.h"

G_BEGIN_DECLS

/* The errors of requests that do not become calls. */
#define NORPC_DBUS_UNKNOWN_METHOD "org.freedesktop.DBus.Error.UnknownMethod"
#define NORPC_DBUS_UNKNOWN_INTERFACE "org.freedesktop.DBus.Error.UnknownInterface"
#define NORPC_DBUS_UNKNOWN_PROPERTY "org.freedesktop.DBus.Error.UnknownProperty"
#define NORPC_DBUS_PROPERTY_READ_ONLY "org.freedesktop.DBus.Error.PropertyReadOnly"
#define NORPC_DBUS_INVALID_ARGS "org.freedesktop.DBus.Error.InvalidArgs"

void norpc_dbus_request_free (NorpcDBusRequest *request);
void norpc_dbus_request_free_slot (NorpcDBusRequest *request);

gboolean norpc_dbus_answer_is_wanted (NorpcDBusRequest *request);

/*
 * Sends the answer to a request, if its client wants one. Signals and changes of properties that the service has made
 * before are sent first.
 */
void norpc_dbus_answer_error  (NorpcDBusRequest *request,
                               const char       *name,
                               const char       *text);
void norpc_dbus_answer_wrong  (NorpcDBusRequest *request,
                               const char       *name,
                               const char       *format,
                               ...) G_GNUC_PRINTF (3, 4);
void norpc_dbus_answer_gerror (NorpcDBusRequest *request,
                               const GError     *error);
void norpc_dbus_answer_failure (NorpcDBusRequest *request,
                                NorpcCall        *call,
                                const GError     *error);

/* @body is floating or owned. Returns FALSE if the client gets nothing of it. */
gboolean norpc_dbus_answer_body (NorpcDBusRequest *request,
                                 GVariant         *body,
                                 GUnixFDList      *fds);

/* @reply has values, not an error. */
void norpc_dbus_answer_reply  (NorpcDBusRequest *request,
                               NorpcReply       *reply);

G_END_DECLS
