/* norpc-server-state-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The phases of a server. The phase only ever moves down this list. */
typedef enum
{
  NORPC_SERVER_NEW,
  NORPC_SERVER_STARTING,
  NORPC_SERVER_RUNNING,
  NORPC_SERVER_STOPPING,
  NORPC_SERVER_STOPPED
} NorpcServerPhase;

/*
 * The phase of a server, and the threads and tasks that wait for a later one.
 *
 * Thread-safe. No other code runs while its lock is held.
 */
typedef struct _NorpcServerState NorpcServerState;

/* Must not run application code. */
typedef void (*NorpcServerWatchFunc) (gpointer data);

NorpcServerState *norpc_server_state_new   (void);
void              norpc_server_state_unref (NorpcServerState *self);

NorpcServerPhase norpc_server_state_get_phase         (NorpcServerState  *self);
void             norpc_server_state_advance           (NorpcServerState  *self,
                                                       NorpcServerPhase   phase);
gboolean         norpc_server_state_claim_start       (NorpcServerState  *self,
                                                       GError           **error);
gboolean         norpc_server_state_claim_stop        (NorpcServerState  *self);
void             norpc_server_state_set_started       (NorpcServerState  *self,
                                                       gboolean           started,
                                                       GError            *error);
void             norpc_server_state_set_stopped_error (GError           **error);
gboolean         norpc_server_state_has_started       (NorpcServerState  *self,
                                                       GError           **error);

void     norpc_server_state_watch (NorpcServerState     *self,
                                   NorpcServerWatchFunc  func,
                                   gpointer              data,
                                   GDestroyNotify        destroy);
void     norpc_server_state_wake  (NorpcServerState  *self);
gboolean norpc_server_state_wait  (NorpcServerState  *self,
                                   gconstpointer      executor,
                                   NorpcServerPhase   phase,
                                   gint64             until,
                                   GCancellable      *cancellable,
                                   GError           **error);
void     norpc_server_state_await (NorpcServerState  *self,
                                   NorpcServerPhase   phase,
                                   GTask             *task);

G_END_DECLS
