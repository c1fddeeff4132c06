/* norpc-context-sources.h
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

NORPC_AVAILABLE_IN_ALL
guint    norpc_context_idle_add         (GSourceFunc    function,
                                         gpointer       user_data);
NORPC_AVAILABLE_IN_ALL
guint    norpc_context_idle_add_full    (int            priority,
                                         GSourceFunc    function,
                                         gpointer       user_data,
                                         GDestroyNotify notify);
NORPC_AVAILABLE_IN_ALL
guint    norpc_context_timeout_add      (guint          milliseconds,
                                         GSourceFunc    function,
                                         gpointer       user_data);
NORPC_AVAILABLE_IN_ALL
guint    norpc_context_timeout_add_full (int            priority,
                                         guint          milliseconds,
                                         GSourceFunc    function,
                                         gpointer       user_data,
                                         GDestroyNotify notify);
NORPC_AVAILABLE_IN_ALL
gboolean norpc_context_remove_source    (guint          id);

G_END_DECLS
