/* norpc-server.h
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

#define NORPC_TYPE_SERVER (norpc_server_get_type ())

/**
 * NorpcStopMode:
 * @NORPC_STOP_FINISH: serve all accepted calls, then stop
 * @NORPC_STOP_ABANDON: fail all accepted calls that are not answered, and stop immediately
 *
 * How a server that is stopped treats the calls that it has accepted.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_STOP_FINISH,
  NORPC_STOP_ABANDON
} NorpcStopMode;

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcServer, norpc_server, NORPC, SERVER, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcServer  *norpc_serve                  (gpointer              service,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcServer  *norpc_server_new             (GObject              *service) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcServer  *norpc_server_new_on_thread   (GObject              *service,
                                            NorpcThread          *thread) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcServer  *norpc_server_new_in_context  (GObject              *service,
                                            GMainContext         *context) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcChannel *norpc_server_get_channel     (NorpcServer          *self);
NORPC_AVAILABLE_IN_ALL
NorpcEndpoint *norpc_server_get_endpoint   (NorpcServer          *self);
NORPC_AVAILABLE_IN_ALL
guint         norpc_server_get_max_open_calls (NorpcServer       *self);
NORPC_AVAILABLE_IN_ALL
void          norpc_server_set_max_open_calls (NorpcServer       *self,
                                               guint              max_open_calls);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_get_one_call_per_client (NorpcServer  *self);
NORPC_AVAILABLE_IN_ALL
void          norpc_server_set_one_call_per_client (NorpcServer  *self,
                                                    gboolean      one_call_per_client);
NORPC_AVAILABLE_IN_ALL
void          norpc_server_add_layer       (NorpcServer          *self,
                                            NorpcLayer           *layer);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_get_collect_stats (NorpcServer        *self);
NORPC_AVAILABLE_IN_ALL
void          norpc_server_set_collect_stats (NorpcServer        *self,
                                              gboolean            collect_stats);
NORPC_AVAILABLE_IN_ALL
NorpcStats   *norpc_server_get_stats       (NorpcServer          *self) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_is_running      (NorpcServer          *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_start           (NorpcServer          *self,
                                            GCancellable         *cancellable,
                                            GError              **error);
NORPC_AVAILABLE_IN_ALL
void          norpc_server_start_async     (NorpcServer          *self,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_start_finish    (NorpcServer          *self,
                                            GAsyncResult         *result,
                                            GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_stop            (NorpcServer          *self,
                                            NorpcStopMode         mode,
                                            GCancellable         *cancellable,
                                            GError              **error);
NORPC_AVAILABLE_IN_ALL
void          norpc_server_stop_async      (NorpcServer          *self,
                                            NorpcStopMode         mode,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_server_stop_finish     (NorpcServer          *self,
                                            GAsyncResult         *result,
                                            GError              **error);

G_END_DECLS
