/* norpc-inspect-address-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The addresses at which processes can be inspected: paths and D-Bus addresses. */

char     *norpc_inspect_address_to_dbus        (const char  *address);
char     *norpc_inspect_address_for_process    (const char  *value,
                                                GError     **error);
gboolean  norpc_inspect_address_clear          (const char  *dbus_address,
                                                GError     **error);
void      norpc_inspect_address_remove_at_exit (const char  *dbus_address);

G_END_DECLS
