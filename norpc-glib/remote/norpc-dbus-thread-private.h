/* norpc-dbus-thread-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The thread in which D-Bus endpoints work: it sends their messages, and receives replies, signals and
 * changes of properties, in the order in which they arrive. No code of the application runs in it that
 * could block. It is started on first use and never ends, as GDBus's own thread.
 */
void norpc_dbus_thread_invoke (void     (*func) (gpointer data),
                               gpointer   data);

G_END_DECLS
