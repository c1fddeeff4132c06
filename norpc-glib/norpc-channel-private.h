/* norpc-channel-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-channel.h"
#include "norpc-spin-private.h"

G_BEGIN_DECLS

/* The end of the host, which takes the calls. */
gboolean   norpc_channel_open        (NorpcChannel *self,
                                      GMainContext *context,
                                      GThread      *thread);
void       norpc_channel_close       (NorpcChannel *self,
                                      const char   *reason);
void       norpc_channel_detach      (NorpcChannel *self);
GPtrArray *norpc_channel_hold_calls  (NorpcChannel *self);
guint      norpc_channel_take        (NorpcChannel *self,
                                      NorpcCall   **calls,
                                      guint         max);
void       norpc_channel_served      (NorpcChannel *self);
gboolean   norpc_channel_has_calls   (NorpcChannel *self);
gboolean   norpc_channel_look        (NorpcChannel *self,
                                      NorpcSpin    *spin);
gboolean   norpc_channel_fall_asleep (NorpcChannel *self,
                                      NorpcSpin    *spin);
void       norpc_channel_wake_up     (NorpcChannel *self);

G_END_DECLS
