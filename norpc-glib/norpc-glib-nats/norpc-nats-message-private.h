/* norpc-nats-message-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

#include <nats/nats.h>

G_BEGIN_DECLS

/*
 * Values in messages: the data is that of a GVariant in normal, little-endian form, and a header has its type.
 *
 * A message and its headers are for one thread at a time.
 */

#define NORPC_NATS_HEADER_TYPE "Norpc-Type"
#define NORPC_NATS_HEADER_TIMEOUT "Norpc-Timeout" /* how many milliseconds the client still waits */

gboolean    norpc_nats_has_handle         (GVariant            *value);
natsMsg    *norpc_nats_message_new        (const char          *subject,
                                           const char          *reply,
                                           GVariant            *body,
                                           GError             **error);
natsMsg    *norpc_nats_message_new_text   (const char          *subject,
                                           const char          *text);
gboolean    norpc_nats_message_has_text   (natsMsg             *message,
                                           const char          *text);
gsize       norpc_nats_message_get_size   (natsMsg             *message);
gboolean    norpc_nats_message_set_header (natsMsg             *message,
                                           const char          *name,
                                           const char          *value);
const char *norpc_nats_message_get_header (natsMsg             *message,
                                           const char          *name);
gboolean    norpc_nats_message_get_single (natsMsg             *message,
                                           const char          *name,
                                           const char         **value,
                                           GError             **error);
gboolean    norpc_nats_is_blank           (const char          *text);
GVariant   *norpc_nats_message_dup_body   (natsMsg             *message,
                                           const char          *expected_type,
                                           GError             **error);
gboolean    norpc_nats_message_get_timeout (natsMsg            *message,
                                            guint              *milliseconds,
                                            GError            **error);
void        norpc_nats_message_set_trace   (natsMsg            *message,
                                            NorpcCall          *call);
void        norpc_nats_message_get_trace   (natsMsg            *message,
                                            NorpcCall          *call);

G_END_DECLS
