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
 * @take: takes a call that it borrows; by default it passes it on
 * @has_capacity: tells whether a call would be passed on at once; by default
 *   whether the next endpoint is ready
 * @await_capacity: answers a probe that it borrows when the layer is ready; by default
 *   the next endpoint does
 *
 * The class of [class@Norpc.Layer].
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
   * Takes @call: passes it on with [method@Norpc.Layer.pass_on], or answers it, now
   * or later.
   *
   * A layer that does so later takes a reference of its own. One that does neither
   * has the call answered %NORPC_ERROR_NO_REPLY, and one that fails has it answered
   * with @error, so that no call is lost: what raises an exception in another
   * language fails without an error, which becomes %NORPC_ERROR_FAILED.
   *
   * It runs in the thread that sends the call or, where a layer before it held
   * that, in a thread of GLib's pool. There it may block: calls that come after it
   * through the layer that held it are delayed, and nothing else.
   *
   * Returns: %FALSE if @call is to be answered with @error
   */
  gboolean (*take)       (NorpcLayer *self,
                          NorpcCall  *call,
                          GError    **error);

  /**
   * NorpcLayerClass::has_capacity:
   * @self: a layer
   *
   * Tells whether a call would be passed on at once, in any thread.
   *
   * Returns: %TRUE if a call would not have to wait
   */
  gboolean (*has_capacity)   (NorpcLayer *self);

  /**
   * NorpcLayerClass::await_capacity:
   * @self: a layer
   * @probe: (transfer none): a call without arguments
   *
   * Answers @probe, without values, when a call would be passed on at once. A layer
   * that does so later takes a reference of its own.
   */
  void     (*await_capacity) (NorpcLayer *self,
                          NorpcCall  *probe);

  /*< private >*/
#ifndef __GI_SCANNER__
  /* Of the layers of norpc-glib: they take over the reference to the call. */
  void          (*send)         (NorpcLayer *self,
                                 NorpcCall  *call);
  gconstpointer (*get_executor) (NorpcLayer *self);
  gboolean      (*is_closed)    (NorpcLayer *self);
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
