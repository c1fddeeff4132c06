/* norpc-dbus-limits-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/*
 * The limits of values on D-Bus. GDBus also sends values beyond them, and the bus then closes the connection.
 *
 * The functions are thread-safe. Each returns a text (owned) that says what cannot be carried, or NULL.
 */
char *norpc_dbus_find_args_excess  (GDBusArgInfo * const *infos,
                                    GVariant             *args,
                                    const char           *kind);
char *norpc_dbus_find_value_excess (GVariant             *value);
char *norpc_dbus_find_body_excess  (GVariant             *body);
char *norpc_dbus_find_fds_excess   (GDBusConnection      *connection,
                                    GUnixFDList          *fds);

G_END_DECLS
