/* norpc-remote-interface.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#ifndef __GI_SCANNER__
NORPC_AVAILABLE_IN_ALL
NorpcRemoteInterface     *norpc_remote_interface_new            (const NorpcInterfaceInfo *info) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcRemoteInterface     *norpc_remote_interface_ref            (NorpcRemoteInterface     *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_unref          (NorpcRemoteInterface     *self);
NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_remote_interface_get_info       (NorpcRemoteInterface     *self);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_remote_interface_matches        (NorpcRemoteInterface     *self,
                                                                 const NorpcInterfaceInfo *info);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_subscribe      (NorpcRemoteInterface     *self,
                                                                 NorpcSubscriber          *subscriber);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_unsubscribe    (NorpcRemoteInterface     *self,
                                                                 NorpcSubscriber          *subscriber);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_set_available  (NorpcRemoteInterface     *self,
                                                                 gboolean                  available);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_remote_interface_emit           (NorpcRemoteInterface     *self,
                                                                 const char               *signal_name,
                                                                 GVariant                 *args,
                                                                 GError                  **error);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_remote_interface_change         (NorpcRemoteInterface     *self,
                                                                 GVariant                 *values,
                                                                 const char * const       *invalidated,
                                                                 GError                  **error);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_invalidate     (NorpcRemoteInterface     *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_lose_signals   (NorpcRemoteInterface     *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_lose_emissions (NorpcRemoteInterface     *self,
                                                                 const char               *signal_name,
                                                                 guint                     n_lost);
NORPC_AVAILABLE_IN_ALL
void                      norpc_remote_interface_answer_get_all (NorpcRemoteInterface     *self,
                                                                 NorpcCall                *call,
                                                                 GVariant                 *values);

NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_subscriber_get_interface_info   (NorpcSubscriber          *subscriber);
#endif

G_END_DECLS
