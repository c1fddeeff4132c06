/* norpc-dbus-flush-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-object-private.h"

G_BEGIN_DECLS

/* Completes a task when the calls that this thread has sent to an object have left the process. Thread-safe. */
void norpc_dbus_flush_begin (GTask           *task,
                             NorpcDBusObject *object);

G_END_DECLS
