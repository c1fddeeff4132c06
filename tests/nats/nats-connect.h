/* nats-connect.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib-nats/norpc-glib-nats.h>

#include <nats/nats.h>

G_BEGIN_DECLS

/* Returns options (owned) of a connection to one server, which reconnects soon, and as often as needed. */
natsOptions         *connect_options_new (const char *url);

/* Connects with such options. */
NorpcNatsConnection *connect_to          (const char *url);

G_END_DECLS
