/* norpc-invocation-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "channel/norpc-channel.h"

G_BEGIN_DECLS

/* Calls that are made by hand, with arguments and results as text. */

NorpcCall *norpc_invocation_new_call   (guint           server,
                                        const char     *interface_name,
                                        const char     *method_name,
                                        const char     *args,
                                        NorpcChannel  **channel,
                                        GError        **error);
char      *norpc_invocation_get_result (NorpcReply     *reply,
                                        GError        **error);

G_END_DECLS
