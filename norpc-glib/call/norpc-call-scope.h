/* norpc-call-scope.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/call/norpc-call.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

/**
 * NORPC_NO_TIMEOUT:
 *
 * The timeout of a call that never times out.
 *
 * Since: 0.1
 */
#define NORPC_NO_TIMEOUT G_MAXUINT

/**
 * NORPC_DEFAULT_SYNC_TIMEOUT:
 *
 * The default timeout of a synchronous call, in milliseconds.
 *
 * Asynchronous calls have no timeout by default.
 *
 * Since: 0.1
 */
#define NORPC_DEFAULT_SYNC_TIMEOUT (25 * 1000)

NORPC_AVAILABLE_IN_ALL
NorpcCall *norpc_call_get_current (void);
NORPC_AVAILABLE_IN_ALL
void norpc_call_enter   (NorpcCall *self);
NORPC_AVAILABLE_IN_ALL
void norpc_call_leave   (NorpcCall *self);
NORPC_AVAILABLE_IN_ALL
void norpc_timeout_push (guint      milliseconds);
NORPC_AVAILABLE_IN_ALL
void norpc_timeout_pop  (void);
NORPC_AVAILABLE_IN_ALL
void norpc_priority_push (NorpcPriority priority);
NORPC_AVAILABLE_IN_ALL
void norpc_priority_pop  (void);

G_END_DECLS
