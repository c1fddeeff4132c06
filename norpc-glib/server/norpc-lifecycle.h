/* norpc-lifecycle.h
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

#define NORPC_TYPE_LIFECYCLE (norpc_lifecycle_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (NorpcLifecycle, norpc_lifecycle, NORPC, LIFECYCLE, GObject)

/**
 * NorpcLifecycleInterface:
 * @start: called before the first call is handled
 * @stop: called after the last call was handled
 *
 * The virtual functions of [iface@Norpc.Lifecycle].
 *
 * Since: 0.1
 */
struct _NorpcLifecycleInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  gboolean (*start) (NorpcLifecycle  *self,
                     GError         **error);
  void     (*stop)  (NorpcLifecycle  *self);

  /*< private >*/
  gpointer _reserved[6];
};

NORPC_AVAILABLE_IN_ALL
gboolean norpc_lifecycle_start (NorpcLifecycle  *self,
                                GError         **error);
NORPC_AVAILABLE_IN_ALL
void     norpc_lifecycle_stop  (NorpcLifecycle  *self);

G_END_DECLS
