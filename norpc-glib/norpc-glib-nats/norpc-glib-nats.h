/* norpc-glib-nats.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define NORPC_GLIB_NATS_INSIDE

#include <norpc-glib/norpc-glib.h>
#include <norpc-glib-nats/norpc-nats-connection.h>
#include <norpc-glib-nats/norpc-nats-endpoint.h>
#include <norpc-glib-nats/norpc-nats-export.h>

#undef NORPC_GLIB_NATS_INSIDE
