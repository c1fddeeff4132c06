/* norpc-endpoint.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/call/norpc-reply.h>

G_BEGIN_DECLS

#define NORPC_TYPE_ENDPOINT (norpc_endpoint_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (NorpcEndpoint, norpc_endpoint, NORPC, ENDPOINT, GObject)

/**
 * NorpcEndpointInterface:
 * @send: takes ownership of a call, and passes it on or answers it
 * @is_ready: checks whether a call would be accepted without waiting
 * @await_ready: answers a probe once a call would be accepted without waiting
 * @take_call: borrows a call, and passes it on or answers it
 * @is_closed: checks whether the endpoint no longer accepts calls
 *
 * The virtual functions of an endpoint. An endpoint implements either @send or, in
 * languages other than C, @take_call; the other functions are optional.
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
   * Takes ownership of @call, and passes it on or answers it. It may run in any thread, and
   * must not block.
   *
   * This function is for endpoints in C. Language bindings use @take_call, because not all
   * of them release the arguments of a virtual function.
   */
  void     (*send)        (NorpcEndpoint *self,
                           NorpcCall     *call);

  /**
   * NorpcEndpointInterface::is_ready:
   * @self: an endpoint
   *
   * Checks whether a call would be accepted without waiting. It may run in any thread.
   *
   * Returns: %TRUE if a call would be accepted immediately
   */
  gboolean (*is_ready)    (NorpcEndpoint *self);

  /**
   * NorpcEndpointInterface::await_ready:
   * @self: an endpoint
   * @probe: (transfer none): a call without arguments
   *
   * Answers @probe without values once a call would be accepted without waiting, or with an
   * error if that will never be the case. An endpoint that answers later takes a reference
   * to @probe.
   */
  void     (*await_ready) (NorpcEndpoint *self,
                           NorpcCall     *probe);

  /**
   * NorpcEndpointInterface::take_call:
   * @self: an endpoint
   * @call: (transfer none): the call
   * @error: return location for an error
   *
   * Borrows @call, and passes it on or answers it, now or later. It may run in any thread,
   * and must not block.
   *
   * An endpoint that answers the call or passes it on later takes a reference to it. If the
   * endpoint does neither, the call fails with %NORPC_ERROR_NO_REPLY.
   *
   * Returns: %TRUE on success, %FALSE if @call fails with @error
   */
  gboolean (*take_call)   (NorpcEndpoint *self,
                           NorpcCall     *call,
                           GError       **error);

  /**
   * NorpcEndpointInterface::is_closed:
   * @self: an endpoint
   *
   * Checks whether each call would fail with %NORPC_ERROR_CLOSED at the moment. It may run
   * in any thread. An endpoint that does not implement this function is never closed.
   *
   * Returns: %TRUE if the endpoint is closed
   */
  gboolean (*is_closed)   (NorpcEndpoint *self);

  /*< private >*/
#ifndef __GI_SCANNER__
  gconstpointer (*get_executor) (NorpcEndpoint *self);
  void          (*subscribe)    (NorpcEndpoint   *self,
                                 NorpcSubscriber *subscriber);
  void          (*unsubscribe)  (NorpcEndpoint   *self,
                                 NorpcSubscriber *subscriber);
#endif

  gpointer _reserved[4];
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

NORPC_AVAILABLE_IN_ALL
gboolean    norpc_endpoint_is_closed    (NorpcEndpoint       *self);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_endpoint_is_ready     (NorpcEndpoint       *self);
NORPC_AVAILABLE_IN_ALL
void        norpc_endpoint_await_ready  (NorpcEndpoint       *self,
                                         NorpcCall           *probe);
NORPC_AVAILABLE_IN_ALL
void        norpc_endpoint_ready_async  (NorpcEndpoint       *self,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data);
NORPC_AVAILABLE_IN_ALL
gboolean    norpc_endpoint_ready_finish (NorpcEndpoint       *self,
                                         GAsyncResult        *result,
                                         GError             **error);

G_END_DECLS
