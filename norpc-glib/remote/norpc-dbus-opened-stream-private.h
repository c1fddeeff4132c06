/* norpc-dbus-opened-stream-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-object-parts-private.h"

G_BEGIN_DECLS

/*
 * A stream that a service in another process has opened for a call: it passes the items on between the client's end
 * and the object there.
 *
 * All of it is used in the thread of D-Bus endpoints.
 */
typedef struct _NorpcDBusOpenedStream NorpcDBusOpenedStream;

/* Called once with the results (nullable), as they are in a message, or with an error (owned). @is_wrong tells that the
 * service has not ended the stream.
 */
typedef void (*NorpcDBusOutcomeFunc) (gpointer  owner,
                                      GVariant *results,
                                      GError   *error,
                                      gboolean  is_wrong);

void norpc_dbus_opened_stream_prepare (NorpcDBusObject *object,
                                       NorpcCall       *call);
guint norpc_dbus_opened_stream_get_first_credit (NorpcCall *call);

NorpcDBusOpenedStream *norpc_dbus_opened_stream_new   (NorpcDBusObject       *object,
                                                       NorpcCall             *call,
                                                       GDBusMessage          *reply,
                                                       gboolean               has_credit,
                                                       NorpcDBusOutcomeFunc   func,
                                                       gpointer               owner,
                                                       GError               **error);
void                   norpc_dbus_opened_stream_start (NorpcDBusOpenedStream *self);
void                   norpc_dbus_opened_stream_abandon (NorpcDBusOpenedStream *self);
void                   norpc_dbus_opened_stream_close (NorpcDBusOpenedStream *self);
void                   norpc_dbus_opened_stream_end   (NorpcDBusOpenedStream *self);

/* The object is used no more. */
void norpc_dbus_opened_stream_stop_all (NorpcDBusObject *object);

G_END_DECLS
