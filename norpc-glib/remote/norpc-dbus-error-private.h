/* norpc-dbus-error-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

/* Errors as names of D-Bus, and the reverse. Domains that a description declares are registered with GDBus,
 * which also has names for domains that are not.
 */
char   *norpc_dbus_error_get_name     (const GError             *error);
GError *norpc_dbus_error_from_message (GDBusMessage             *message);
GError *norpc_dbus_error_translate    (GError                   *error);
void    norpc_dbus_error_register     (const NorpcInterfaceInfo *info);

G_END_DECLS
