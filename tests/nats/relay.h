/* relay.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "nats-process.h"

G_BEGIN_DECLS

/* A way to a NATS server that a test can cut, so that one connection is lost and others are not, or make slow. */
typedef struct _Relay Relay;

Relay      *relay_new          (NatsProcess *nats);
void        relay_free         (Relay       *self);
const char *relay_get_url      (Relay       *self);
void        relay_cut          (Relay       *self);
void        relay_mend         (Relay       *self);
void        relay_swallow      (Relay       *self);
void        relay_limit        (Relay       *self,
                                guint        bytes_per_second);
void        relay_wait_swallowed (Relay     *self,
                                  const char *text);

G_END_DECLS
