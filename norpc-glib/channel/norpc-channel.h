/* norpc-channel.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#define NORPC_TYPE_CHANNEL (norpc_channel_get_type ())

/**
 * NORPC_CHANNEL_DEFAULT_CAPACITY:
 *
 * The default capacity of a channel.
 *
 * Since: 0.1
 */
#define NORPC_CHANNEL_DEFAULT_CAPACITY 4096

/**
 * NorpcFullPolicy:
 * @NORPC_WHEN_FULL_BUSY: the call fails with %NORPC_ERROR_BUSY
 * @NORPC_WHEN_FULL_WAIT: the call waits in the channel
 *
 * The policy for calls that are sent to a full channel.
 *
 * Since: 0.1
 */
typedef enum /*< prefix=NORPC_WHEN_FULL >*/
{
  NORPC_WHEN_FULL_BUSY,
  NORPC_WHEN_FULL_WAIT
} NorpcFullPolicy;

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcChannel, norpc_channel, NORPC, CHANNEL, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcChannel    *norpc_channel_new           (guint            capacity,
                                              NorpcFullPolicy  when_full) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint            norpc_channel_get_capacity  (NorpcChannel    *self);
NORPC_AVAILABLE_IN_ALL
NorpcFullPolicy  norpc_channel_get_when_full (NorpcChannel    *self);
NORPC_AVAILABLE_IN_ALL
guint            norpc_channel_get_length    (NorpcChannel    *self);
NORPC_AVAILABLE_IN_ALL
gboolean         norpc_channel_is_closed     (NorpcChannel    *self);

G_END_DECLS
