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
 * @send: takes a call that it owns: passes it on or answers it
 * @is_ready: tells whether a call would be taken without waiting
 * @await_ready: answers a probe when a call would be taken without waiting
 * @take_call: takes a call that it borrows: passes it on or answers it
 * @is_closed: tells whether no call can reach a service any more
 *
 * The functions of an endpoint. It implements either @send or, in languages other than C,
 * @take_call; the others are optional.
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
   *
   * For endpoints in C. Bindings use @take_call, as not all of them release what
   * a virtual function is given.
   */
  void     (*send)        (NorpcEndpoint *self,
                           NorpcCall     *call);

  /**
   * NorpcEndpointInterface::is_ready:
   * @self: an endpoint
   *
   * Tells whether a call would be taken without waiting, in any thread.
   *
   * Returns: %TRUE if a call would not have to wait
   */
  gboolean (*is_ready)    (NorpcEndpoint *self);

  /**
   * NorpcEndpointInterface::await_ready:
   * @self: an endpoint
   * @probe: (transfer none): a call without arguments
   *
   * Answers @probe, without values, when a call would be taken without
   * waiting; or with an error if that will never be. An endpoint that does so later
   * takes a reference of its own.
   */
  void     (*await_ready) (NorpcEndpoint *self,
                           NorpcCall     *probe);

  /**
   * NorpcEndpointInterface::take_call:
   * @self: an endpoint
   * @call: (transfer none): the call
   * @error: return location for an error
   *
   * Takes @call: passes it on or answers it, now or later, in any thread, without
   * blocking.
   *
   * It takes a reference of its own if it answers or passes on later. If it does
   * none of these the call is answered %NORPC_ERROR_NO_REPLY.
   *
   * Returns: %FALSE if @call is to be answered with @error
   */
  gboolean (*take_call)   (NorpcEndpoint *self,
                           NorpcCall     *call,
                           GError       **error);

  /**
   * NorpcEndpointInterface::is_closed:
   * @self: an endpoint
   *
   * Tells whether each call would be answered %NORPC_ERROR_CLOSED from now on, in
   * any thread. By default it never is.
   *
   * Returns: %TRUE if no call can reach a service any more
   */
  gboolean (*is_closed)   (NorpcEndpoint *self);

  /*< private >*/
#ifndef __GI_SCANNER__
  gconstpointer (*get_executor) (NorpcEndpoint *self);
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
