/* norpc-layer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#define NORPC_TYPE_LAYER (norpc_layer_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (NorpcLayer, norpc_layer, NORPC, LAYER, GInitiallyUnowned)

/**
 * NorpcLayerClass:
 * @parent_class: the parent class
 * @take: borrows a call; by default passes it on
 * @has_capacity: checks whether a call would be passed on immediately; by default,
 *   whether the next endpoint is ready
 * @await_capacity: answers a borrowed probe when the layer is ready; by default, passes
 *   the probe to the next endpoint
 *
 * The class structure of [class@Norpc.Layer].
 *
 * Since: 0.1
 */
struct _NorpcLayerClass
{
  /*< private >*/
  GInitiallyUnownedClass parent_class;

  /*< public >*/
  /**
   * NorpcLayerClass::take:
   * @self: a layer
   * @call: (transfer none): the call
   * @error: return location for an error
   *
   * Borrows @call, and passes it on with [method@Norpc.Layer.pass_on], or answers it, now
   * or later.
   *
   * A layer that passes the call on or answers it later takes a reference to it. If the
   * layer does neither, the call fails with %NORPC_ERROR_NO_REPLY. If the function fails,
   * the call fails with @error, so no call is lost. An exception in another language is a
   * failure without an error; the call then fails with %NORPC_ERROR_FAILED.
   *
   * The function runs in the thread that sends the call or, if another layer has delayed
   * the call before, in a thread of GLib's pool. In the latter case it may block; this
   * delays only later calls that pass through the layer that delayed the call.
   *
   * Returns: %TRUE on success, %FALSE if @call fails with @error
   */
  gboolean (*take)       (NorpcLayer *self,
                          NorpcCall  *call,
                          GError    **error);

  /**
   * NorpcLayerClass::has_capacity:
   * @self: a layer
   *
   * Checks whether a call would be passed on immediately. It may run in any thread.
   *
   * Returns: %TRUE if a call would be passed on immediately
   */
  gboolean (*has_capacity)   (NorpcLayer *self);

  /**
   * NorpcLayerClass::await_capacity:
   * @self: a layer
   * @probe: (transfer none): a call without arguments
   *
   * Answers @probe without values once a call would be passed on immediately. A layer that
   * answers later takes a reference to @probe.
   */
  void     (*await_capacity) (NorpcLayer *self,
                          NorpcCall  *probe);

  /*< private >*/
#ifndef __GI_SCANNER__
  /* For the layers of norpc-glib, which take ownership of calls. */
  void          (*send)         (NorpcLayer *self,
                                 NorpcCall  *call);
  gconstpointer (*get_executor) (NorpcLayer *self);
  gboolean      (*is_closed)    (NorpcLayer *self);
  gboolean      (*leads_to)     (NorpcLayer *self,
                                 NorpcLayer *layer);
  void          (*subscribe)    (NorpcLayer      *self,
                                 NorpcSubscriber *subscriber);
  void          (*unsubscribe)  (NorpcLayer      *self,
                                 NorpcSubscriber *subscriber);
#endif

  gpointer _reserved[8];
};

NORPC_AVAILABLE_IN_ALL
NorpcEndpoint *norpc_layer_get_endpoint (NorpcLayer     *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_layer_set_endpoint (NorpcLayer     *self,
                                         NorpcEndpoint  *endpoint);
NORPC_AVAILABLE_IN_ALL
void           norpc_layer_pass_on      (NorpcLayer     *self,
                                         NorpcCall      *call);

NORPC_AVAILABLE_IN_ALL
NorpcEndpoint *norpc_stack_new          (gpointer        first,
                                         ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcEndpoint *norpc_stack_newv         (NorpcEndpoint **endpoints,
                                         guint           n_endpoints) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
