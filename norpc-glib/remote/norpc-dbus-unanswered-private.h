/* norpc-dbus-unanswered-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Counts the calls that were sent to objects of clients, and that nobody waits for any more, although they have
 * no answer. A bus permits a process only so many calls without an answer: a process that leaves them so must not keep this
 * one from calling others.
 *
 * The functions are called in the thread of D-Bus endpoints.
 */
gboolean norpc_dbus_unanswered_is_full (GDBusConnection *connection,
                                        const char      *peer);
void     norpc_dbus_unanswered_add     (GDBusConnection *connection,
                                        const char      *peer);
void     norpc_dbus_unanswered_remove  (GDBusConnection *connection,
                                        const char      *peer);

G_END_DECLS
