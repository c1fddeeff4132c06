/* norpc-inspect-peer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Serves another process that inspects this one, until its connection is closed. Called in the thread of the
 * inspectors.
 */
void norpc_inspect_peer_add (GDBusConnection *connection);

G_END_DECLS
