/* norpc-follower.h
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
/**
 * NorpcFollowerFuncs:
 * @emitted: the service has emitted a signal; @args is a tuple, or %NULL if an argument has no form as a
 *   [struct@GLib.Variant], and @problem says which one
 * @lost: emissions of a signal were lost before the next one, because the service emits faster than the follower's
 *   context runs
 * @changed: properties have changed; @values is a dictionary of the type `a{sv}`, and @invalidated, of the type `as`,
 *   are the properties that have changed without a value
 *
 * The callbacks of a follower. The functions run in the main context in which it was created.
 *
 * Since: 0.1
 */
typedef struct
{
  void (*emitted) (const NorpcSignalInfo *info,
                   GVariant              *args,
                   const char            *problem,
                   gpointer               user_data);
  void (*lost)    (const NorpcSignalInfo *info,
                   guint                  n_lost,
                   gpointer               user_data);
  void (*changed) (GVariant              *values,
                   GVariant              *invalidated,
                   gpointer               user_data);
} NorpcFollowerFuncs;

NORPC_AVAILABLE_IN_ALL
NorpcFollower *norpc_follower_new   (NorpcEndpoint            *endpoint,
                                     const NorpcInterfaceInfo *info,
                                     const NorpcFollowerFuncs *funcs,
                                     gpointer                  user_data) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void           norpc_follower_free  (NorpcFollower            *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_follower_flush (NorpcFollower            *self);
#endif

G_END_DECLS
