/* norpc-worker-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "client/norpc-layer.h"
#include "norpc-pending-calls-private.h"
#include "norpc-server-state-private.h"
#include "norpc-server.h"
#include "norpc-service-endpoint-private.h"
#include "norpc-thread-check-private.h"

G_BEGIN_DECLS

/* Other sources of the context have their turn after so many calls, urgent ones and those
 * that come through layers included.
 */
#define NORPC_WORKER_MAX_CALLS 64

/*
 * What a server has in the context of its service: it takes calls off the
 * channel and dispatches them.
 *
 * The worker owns the service, and the source in the context owns the worker, so
 * a service ends where it lives however its server goes. A server, and
 * whoever else wants the worker to stop, only sets its state and wakes it.
 *
 * Locks are taken in this order: that of the server state, the worker, the pending calls,
 * the queue of the channel. None is held while anything foreign is called.
 */
struct _NorpcWorker
{
  gatomicrefcount ref_count;

  NorpcChannel *channel; /* (owned), since construction */

  /* Before it was attached. */
  NorpcEndpoint *layers;     /* (owned) (nullable): the first, which leads to the service endpoint */
  NorpcLayer    *last_layer; /* (unowned) (nullable) */
  NorpcServiceEndpoint     *service_endpoint;       /* (owned) (nullable): has its own lock */

  /* Since it was attached, written with the lock: for whoever has not seen that. */
  NorpcThread *thread;      /* (owned) (nullable) */
  gboolean     owns_thread; /* made for this worker, and ends with it */

  /* The context of the service. */
  GObject  *service; /* (owned) (nullable): until the worker has stopped */
  NorpcThreadCheck *home;   /* (owned), since construction: of the service */
  NorpcSpin spin;
  gboolean  busy;  /* it is running, so nothing may run it again */
  gboolean  tried; /* the service was started, or will never be */
  gboolean  handling; /* a call that came through layers */
  guint     n_left;   /* how many calls it may still be given in this dispatch */
  GThread  *busy_thread; /* (unowned) (nullable), atomic: the one that runs it now, if there
                            are layers, or another worker has the service */

  NorpcPendingCalls pending; /* has its own lock */
  NorpcServerState server_state; /* has its own lock; woken after each change of the state */

  int max_open;     /* atomic: how many calls may be open, 0 for any number */
  int told_to_stop; /* atomic */
  int abandoned;    /* atomic: nothing is to be served any more */
  int state;        /* atomic, written with the lock: NorpcServerPhase */

  GMutex   lock;
  gboolean started; /* [lock], written in the context: the service runs or ran */
  GError  *error;   /* (owned) (nullable) [lock]: why it did not start */
  GSource *source;  /* (unowned) (nullable) [lock]: while it is attached */
};

NorpcWorker *norpc_worker_new   (GObject      *service,
                                 NorpcChannel *channel);
NorpcWorker *norpc_worker_ref   (NorpcWorker  *self);
void         norpc_worker_unref (NorpcWorker  *self);

void     norpc_worker_add_layer           (NorpcWorker       *self,
                                           NorpcLayer        *layer);
void     norpc_worker_serve_layered_calls (NorpcWorker       *self);
gboolean norpc_worker_may_handle          (NorpcWorker       *self);
void     norpc_worker_handle              (NorpcWorker       *self,
                                           NorpcCall         *call);
gboolean norpc_worker_attach              (NorpcWorker       *self,
                                           GMainContext      *context,
                                           NorpcThread       *thread,
                                           GError           **error);
gboolean norpc_worker_has_work            (NorpcWorker       *self);
gboolean norpc_worker_is_below_limit      (NorpcWorker       *self);
gboolean norpc_worker_can_serve           (NorpcWorker       *self);
gboolean norpc_worker_pause_at_limit      (NorpcWorker       *self);
void     norpc_worker_set_max_open        (NorpcWorker       *self,
                                           guint              max_open);
gboolean norpc_worker_run                 (NorpcWorker       *self,
                                           GMainContext      *context);
gboolean norpc_worker_run_here            (NorpcWorker       *self,
                                           NorpcServerPhase   state);
void     norpc_worker_stop                (NorpcWorker       *self,
                                           NorpcStopMode      mode,
                                           const char        *reason);
void     norpc_worker_end                 (NorpcWorker       *self,
                                           const char        *reason);
void     norpc_worker_forget              (NorpcWorker       *self,
                                           NorpcCall         *call);

NorpcServerPhase norpc_worker_get_phase         (NorpcWorker       *self);
void             norpc_worker_set_phase         (NorpcWorker       *self,
                                                 NorpcServerPhase   state);
void             norpc_worker_set_stopped_error (GError           **error);
gboolean         norpc_worker_has_started       (NorpcWorker       *self,
                                                 GError           **error);
NorpcThread     *norpc_worker_dup_own_thread    (NorpcWorker       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcWorker, norpc_worker_unref)

G_END_DECLS
