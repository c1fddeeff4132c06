/* bench-connections.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Two connections of D-Bus that reach each other over a pair of sockets, or through a dbus-daemon of their own. */
typedef struct
{
  GSubprocess     *daemon; /* (owned) (nullable) */
  GDBusConnection *client; /* (owned) */
  GDBusConnection *server; /* (owned) */
} BenchConnections;

BenchConnections *bench_connections_new_peer   (void);
BenchConnections *bench_connections_new_daemon (void);
void              bench_connections_free       (BenchConnections *self);

/* Ends the program if there is an error. */
void              bench_check                  (const GError     *error);

G_END_DECLS
