/* norpc-simple-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_SIMPLE_SERVICE (norpc_simple_service_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (NorpcSimpleService, norpc_simple_service, NORPC, SIMPLE_SERVICE, GObject)

/**
 * NorpcSimpleServiceClass:
 * @parent_class: the parent class
 *
 * The class structure of [class@Norpc.SimpleService].
 *
 * Since: 0.1
 */
struct _NorpcSimpleServiceClass
{
  GObjectClass parent_class;

  /*< private >*/
#ifndef __GI_SCANNER__
  const NorpcInterfaceInfo *interface_info;
#endif

  gpointer _reserved[8];
};

/**
 * NorpcStartFunc:
 * @service: (type Norpc.SimpleService): the service
 * @error: return location for an error
 *
 * Starts a service: see [vfunc@Norpc.Lifecycle.start].
 *
 * Returns: %TRUE if the service has started, %FALSE with @error set
 * Since: 0.1
 */
typedef gboolean (*NorpcStartFunc) (gpointer   service,
                                    GError   **error);

/**
 * NorpcStopFunc:
 * @service: (type Norpc.SimpleService): the service
 *
 * Stops a service: see [vfunc@Norpc.Lifecycle.stop].
 *
 * Since: 0.1
 */
typedef void (*NorpcStopFunc) (gpointer service);

NORPC_AVAILABLE_IN_ALL
gpointer norpc_simple_service_new           (GType           interface_type,
                                             gconstpointer   funcs,
                                             gsize           size,
                                             gpointer        data,
                                             GDestroyNotify  free_func) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
gpointer norpc_simple_service_get_data      (gpointer        self);
NORPC_AVAILABLE_IN_ALL
void     norpc_simple_service_set_lifecycle (gpointer        self,
                                             NorpcStartFunc  start,
                                             NorpcStopFunc   stop);

G_END_DECLS
