/* norpc-dbus-received-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-passage-private.h"

G_BEGIN_DECLS

/* The maximum number of objects of one process that this one has at a time. */
#define NORPC_DBUS_MAX_RECEIVED 4096

/* The objects of other processes that this one has got in messages. Thread-safe. */
gpointer norpc_dbus_receive_object (GDBusConnection   *connection,
                                    NorpcDBusPassage  *passage,
                                    const char        *path,
                                    GType              type,
                                    gboolean           has_norpc,
                                    gboolean           is_of_client,
                                    char             **problem);

G_END_DECLS
