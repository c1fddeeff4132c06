/* norpc-supervisor.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>
#include <norpc-glib/server/norpc-server.h>

G_BEGIN_DECLS

/**
 * NorpcSupervisorFunc:
 * @user_data: the data that was passed with the function
 * @error: return location for an error
 *
 * Creates a service, or a [class@Norpc.Server] for it, which has not been started.
 *
 * It runs in the thread and the main context in which the service will run. No other code may keep a reference to the
 * service. A server without a thread and without a main context gets those of the supervisor; return a server for a
 * service with layers, a limit of open calls, or a channel of its own.
 *
 * Returns: (transfer full): a new service or server, or %NULL if @error is set
 * Since: 0.1
 */
typedef GObject *(*NorpcSupervisorFunc) (gpointer   user_data,
                                         GError   **error);

/**
 * NorpcSupervisorState:
 * @NORPC_SUPERVISOR_NEW: the supervisor has not been started
 * @NORPC_SUPERVISOR_STARTING: a service is created or starts, and calls wait for it
 * @NORPC_SUPERVISOR_RUNNING: the service has started
 * @NORPC_SUPERVISOR_WAITING: the service has ended, and the next one is created after a while
 * @NORPC_SUPERVISOR_FAILED: services have ended too often, and no further one is created
 * @NORPC_SUPERVISOR_STOPPED: the supervisor was stopped
 *
 * The state of a [class@Norpc.Supervisor].
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_SUPERVISOR_NEW,
  NORPC_SUPERVISOR_STARTING,
  NORPC_SUPERVISOR_RUNNING,
  NORPC_SUPERVISOR_WAITING,
  NORPC_SUPERVISOR_FAILED,
  NORPC_SUPERVISOR_STOPPED
} NorpcSupervisorState;

#define NORPC_TYPE_SUPERVISOR (norpc_supervisor_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcSupervisor, norpc_supervisor, NORPC, SUPERVISOR, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcSupervisor      *norpc_supervisor_new            (NorpcSupervisorFunc   make_service,
                                                       gpointer              user_data,
                                                       GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcSupervisor      *norpc_supervisor_new_in_context (GMainContext         *context,
                                                       NorpcSupervisorFunc   make_service,
                                                       gpointer              user_data,
                                                       GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcSupervisorState  norpc_supervisor_get_state      (NorpcSupervisor      *self);
NORPC_AVAILABLE_IN_ALL
guint                 norpc_supervisor_get_n_starts   (NorpcSupervisor      *self);
NORPC_AVAILABLE_IN_ALL
GError               *norpc_supervisor_dup_error      (NorpcSupervisor      *self);
NORPC_AVAILABLE_IN_ALL
void                  norpc_supervisor_start          (NorpcSupervisor      *self);
NORPC_AVAILABLE_IN_ALL
void                  norpc_supervisor_restart        (NorpcSupervisor      *self,
                                                       NorpcStopMode         mode);
NORPC_AVAILABLE_IN_ALL
gboolean              norpc_supervisor_stop           (NorpcSupervisor      *self,
                                                       NorpcStopMode         mode,
                                                       GCancellable         *cancellable,
                                                       GError              **error);
NORPC_AVAILABLE_IN_ALL
void                  norpc_supervisor_stop_async     (NorpcSupervisor      *self,
                                                       NorpcStopMode         mode,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean              norpc_supervisor_stop_finish    (NorpcSupervisor      *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);

G_END_DECLS
