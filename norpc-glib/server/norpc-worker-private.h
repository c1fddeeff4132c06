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
 * The part of a server that lives in the context of the service: it takes calls off the
 * channel and dispatches them.
 *
 * The worker owns the service, and the source in the context owns the worker, so
 * a service ends where it lives however its server goes. A server, and
 * whoever else wants the worker to stop, only sets its state and wakes it up.
 *
 * Locks are taken in this order: that of the worker, the pending calls, the queue of the
 * channel. None is held while anything foreign is called.
 */
struct _NorpcWorker
{
  NorpcCallOwner  owner; /* the first: what its calls know of it */
  gatomicrefcount ref_count;

  NorpcChannel     *channel; /* (owned), since construction */
  NorpcServerState *state;   /* (owned), since construction: has its own lock */

  /* Before it was attached. */
  NorpcEndpoint        *layers;           /* (owned) (nullable): the first, which leads to the endpoint */
  NorpcLayer           *last_layer;       /* (unowned) (nullable) */
  NorpcServiceEndpoint *service_endpoint; /* (owned) (nullable): has its own lock */

  /* Since it was attached, written with the lock: for a thread that has not seen that. */
  NorpcThread *thread;      /* (owned) (nullable) */
  gboolean     owns_thread; /* made for this worker, and ends with it */

  /* The context of the service. */
  GObject          *service;      /* (owned) (nullable): until the worker has stopped */
  NorpcThreadCheck *thread_check; /* (owned), since construction: of the service */
  NorpcSpin         spin;
  gboolean          busy;        /* it is running, so nothing may run it again */
  gboolean          tried;       /* the service was started, or will never be */
  gboolean          handling;    /* a call that came through layers */
  guint             n_left;      /* how many calls it may still be given in this dispatch */
  GThread          *busy_thread; /* (unowned) (nullable), atomic: the one that runs it now, if there
                                    are layers, or another worker has the service */

  NorpcPendingCalls pending;      /* has its own lock */
  int               told_to_stop; /* atomic */

  GMutex   lock;
  GSource *source; /* (unowned) (nullable) [lock]: while it is attached */
};

NorpcWorker *norpc_worker_new   (GObject      *service,
                                 NorpcChannel *channel);
NorpcWorker *norpc_worker_ref   (NorpcWorker  *self);
void         norpc_worker_unref (NorpcWorker  *self);

void     norpc_worker_add_layer (NorpcWorker       *self,
                                 NorpcLayer        *layer);
gboolean norpc_worker_attach    (NorpcWorker       *self,
                                 GMainContext      *context,
                                 NorpcThread       *thread,
                                 GError           **error);
gboolean norpc_worker_run_here  (NorpcWorker       *self,
                                 NorpcServerPhase   phase);

gboolean     norpc_worker_has_work       (NorpcWorker   *self);
gboolean     norpc_worker_can_serve      (NorpcWorker   *self);
gboolean     norpc_worker_run            (NorpcWorker   *self,
                                          GMainContext  *context);
void         norpc_worker_stop           (NorpcWorker   *self,
                                          NorpcStopMode  mode,
                                          const char    *reason);
void         norpc_worker_end            (NorpcWorker   *self,
                                          const char    *reason);
NorpcThread *norpc_worker_dup_own_thread (NorpcWorker   *self);

/* Any thread. */
static inline NorpcServerPhase
norpc_worker_get_phase (NorpcWorker *self)
{
  return norpc_server_state_get_phase (self->state);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcWorker, norpc_worker_unref)

G_END_DECLS
