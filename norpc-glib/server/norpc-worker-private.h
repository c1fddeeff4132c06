/* norpc-worker-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "client/norpc-layer.h"
#include "events/norpc-signal-relay-private.h"
#include "norpc-pending-calls-private.h"
#include "norpc-server-state-private.h"
#include "norpc-server.h"
#include "norpc-service-endpoint-private.h"
#include "norpc-shared-source-private.h"
#include "norpc-thread-check-private.h"

G_BEGIN_DECLS

/* The number of calls to serve before other sources of the context get their turn, including
 * urgent calls and those that come through layers.
 */
#define NORPC_WORKER_MAX_CALLS 64

/*
 * The part of a server that runs in the service's context: it dequeues calls from the channel
 * and dispatches them.
 *
 * The worker owns the service, and the source of the context owns the worker, so the service
 * is finalized in its context, however its server ends. A server, or any other code that stops
 * the worker, only sets its state and wakes it up.
 *
 * Locks are taken in this order: the lock of the worker, of the pending calls, of the
 * channel's queue. None is held while application code runs.
 */
struct _NorpcWorker
{
  NorpcCallOwner  owner; /* must be first: the interface that calls use */
  gatomicrefcount ref_count;

  NorpcChannel     *channel; /* (owned), since construction */
  NorpcServerState *state;   /* (owned), since construction: has its own lock */

  /* Set before the worker is attached. */
  gboolean              is_exported;      /* it has no server, but serves an object that was passed
                                             to other contexts */
  NorpcEndpoint        *layers;           /* (owned) (nullable): the first layer; the last one
                                             leads to the service endpoint */
  NorpcLayer           *last_layer;       /* (unowned) (nullable) */
  NorpcServiceEndpoint *service_endpoint; /* (owned) (nullable): has its own lock */

  /* Set when the worker is attached. Written with the lock held, for threads that have not
   * seen that yet.
   */
  NorpcThread *thread;      /* (owned) (nullable) */
  gboolean     owns_thread; /* the thread was created for this worker, and ends with it */

  /* Accessed in the service's context. */
  GObject          *service;      /* (owned) (nullable): until the worker has stopped */
  NorpcSignalRelay *relay;        /* (owned) (nullable): while the service runs, or earlier */
  NorpcThreadCheck *thread_check; /* (owned), since construction: of the service */
  gboolean          busy;        /* the worker is running, and must not be run recursively */
  gboolean          tried;       /* the service was started, or never will be */
  gboolean          handling;    /* the service is handling a call */
  gboolean          had_burst;   /* several calls were served in the last dispatch, and more are
                                    expected soon */
  guint             n_left;      /* the number of calls that it may still get in this dispatch */
  GThread          *busy_thread; /* (unowned) (nullable), atomic: the thread that runs the
                                    worker now; set only if there are layers, or if another
                                    worker has the same service */

  /* For norpc-server-registry-private.h */
  GType service_type;  /* since construction */
  guint id;            /* [lock of the registry]: since it is registered */
  GList registry_link; /* [lock of the registry]: with data while it is registered */

  NorpcPendingCalls pending;      /* has its own lock */
  int               stop_requested; /* atomic */

  GMutex             lock;
  NorpcSharedSource *source; /* (owned) (nullable), since it is being attached: of its context */
  NorpcSharedMember  member; /* of the source; added with [lock] */
};

NorpcWorker *norpc_worker_new   (GObject      *service,
                                 NorpcChannel *channel);
NorpcWorker *norpc_worker_ref   (NorpcWorker  *self);
void         norpc_worker_unref (NorpcWorker  *self);

void     norpc_worker_add_layer   (NorpcWorker       *self,
                                   NorpcLayer        *layer);
void     norpc_worker_begin_relay (NorpcWorker       *self);
gboolean norpc_worker_attach      (NorpcWorker       *self,
                                   GMainContext      *context,
                                   NorpcThread       *thread,
                                   GError           **error);
gboolean norpc_worker_run_here    (NorpcWorker       *self,
                                   GMainContext      *context,
                                   NorpcServerPhase   phase);

gboolean     norpc_worker_has_work       (NorpcWorker   *self);
gboolean     norpc_worker_can_serve      (NorpcWorker   *self);
gboolean     norpc_worker_spin           (NorpcWorker   *self);
gboolean     norpc_worker_run            (NorpcWorker   *self,
                                          GMainContext  *context);
void         norpc_worker_stop           (NorpcWorker   *self,
                                          NorpcStopMode  mode,
                                          const char    *reason);
void         norpc_worker_end            (NorpcWorker   *self,
                                          const char    *reason);
NorpcThread *norpc_worker_dup_own_thread (NorpcWorker   *self);
gboolean     norpc_worker_is_here        (NorpcWorker   *self);

/* Thread-safe. */
static inline NorpcServerPhase
norpc_worker_get_phase (NorpcWorker *self)
{
  return norpc_server_state_get_phase (self->state);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcWorker, norpc_worker_unref)

G_END_DECLS
