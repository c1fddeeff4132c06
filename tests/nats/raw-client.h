/* raw-client.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "nats-fixture.h"

G_BEGIN_DECLS

/* A client without norpc-glib: what it sends may be anything. */
typedef struct
{
  natsConnection *nats; /* (owned) */
} RawClient;

void     raw_client_init   (RawClient   *self,
                            NatsProcess *nats);
void     raw_client_clear  (RawClient   *self);

/* Returns a reply (owned). @header is a list of names and values that ends with NULL. */
natsMsg *raw_client_ask    (RawClient          *self,
                            const char         *subject,
                            gconstpointer       data,
                            gsize               size,
                            const char * const *headers);
void     assert_refused    (natsMsg            *reply,
                            const char         *code,
                            const char         *text);

G_END_DECLS
