/* norpc-signal-watch.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-proxy.h>
#include <norpc-glib/events/norpc-emission.h>

G_BEGIN_DECLS

#define NORPC_TYPE_SIGNAL_WATCH (norpc_signal_watch_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcSignalWatch, norpc_signal_watch, NORPC, SIGNAL_WATCH, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcSignalWatch *norpc_signal_watch_new         (NorpcProxy           *proxy,
                                                  const char           *signal_name) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void              norpc_signal_watch_next_async  (NorpcSignalWatch     *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
NorpcEmission    *norpc_signal_watch_next_finish (NorpcSignalWatch     *self,
                                                  GAsyncResult         *result,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
