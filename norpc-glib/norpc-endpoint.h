/* norpc-endpoint.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/norpc-reply.h>

G_BEGIN_DECLS

#define NORPC_TYPE_ENDPOINT (norpc_endpoint_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (NorpcEndpoint, norpc_endpoint, NORPC, ENDPOINT, GObject)

/**
 * NorpcEndpointInterface:
 * @send: takes a call: passes it on or answers it
 *
 * What an endpoint implements.
 *
 * Since: 0.1
 */
struct _NorpcEndpointInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  /**
   * NorpcEndpointInterface::send:
   * @self: an endpoint
   * @call: (transfer full): the call
   *
   * Takes @call: passes it on or answers it, in any thread, without blocking.
   */
  void (*send) (NorpcEndpoint *self,
                NorpcCall     *call);

  /*< private >*/
  gpointer _reserved[7];
};

NORPC_AVAILABLE_IN_ALL
void        norpc_endpoint_send      (NorpcEndpoint   *self,
                                      NorpcCall       *call);
NORPC_AVAILABLE_IN_ALL
void        norpc_endpoint_call      (NorpcEndpoint   *self,
                                      NorpcCall       *call,
                                      GCancellable    *cancellable,
                                      NorpcReplyFunc   reply_func,
                                      gpointer         user_data);
NORPC_AVAILABLE_IN_ALL
NorpcReply *norpc_endpoint_call_sync (NorpcEndpoint   *self,
                                      NorpcCall       *call,
                                      GCancellable    *cancellable,
                                      GError         **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
