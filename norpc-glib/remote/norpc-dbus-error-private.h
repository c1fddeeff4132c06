/* norpc-dbus-error-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

/*
 * An error with a standard name has one of these in the header field for an interface, which programs without
 * norpc-glib ignore: it is of NORPC_ERROR if the export has rejected the message, and of G_DBUS_ERROR if the service has
 * returned it.
 */
#define NORPC_DBUS_RUNTIME_ERRORS "org.norpc.Error"
#define NORPC_DBUS_STANDARD_ERRORS "org.freedesktop.DBus.Error"

/* Errors as names of D-Bus, and the reverse. Domains that a description declares are registered with GDBus,
 * which also has names for domains that are not.
 */
char   *norpc_dbus_error_get_name     (const GError             *error);
char   *norpc_dbus_error_get_text     (const GError             *error);
GError *norpc_dbus_error_from_message (GDBusMessage             *message);
gboolean norpc_dbus_error_is_rejection (GDBusMessage            *message);
gboolean norpc_dbus_error_is_own      (const GError             *error,
                                       GIOErrorEnum              code);
GError *norpc_dbus_error_translate    (GError                   *error);
GError *norpc_dbus_error_translate_rejection (GError            *error);
void    norpc_dbus_error_register     (const NorpcInterfaceInfo *info);

G_END_DECLS
