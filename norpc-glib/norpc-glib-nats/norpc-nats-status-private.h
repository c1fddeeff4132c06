/* norpc-nats-status-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <nats/nats.h>

G_BEGIN_DECLS

/* Thread-safe. Returns TRUE if @status is a success; otherwise sets @error, whose message begins with @action. */
gboolean norpc_nats_check_status (natsStatus   status,
                                  const char  *action,
                                  GError     **error);

void     norpc_nats_forget_failure  (void);
gboolean norpc_nats_check_attempt   (natsStatus   status,
                                     const char  *action,
                                     GError     **error);

G_END_DECLS
