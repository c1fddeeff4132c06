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
#define NORPC_HOST_MAX_CALLS 64

/*
 * What a server has in the context of its service: it takes calls off the
 * channel and dispatches them.
 *
 * The host owns the service, and the source in the context owns the host, so
 * a service ends where it lives however its server goes. A server, and
 * whoever else wants the host to stop, only sets its state and wakes it.
 *
 * Locks are taken in this order: that of the waiters, the host, the backlog,
 * the queue of the channel. None is held while anything foreign is called.
 */
struct _NorpcHost
{
  gatomicrefcount ref_count;

  NorpcChannel *channel; /* (owned), since construction */

  /* Before it was attached. */
  NorpcEndpoint *layers;     /* (owned) (nullable): the first, which leads to the gate */
  NorpcLayer    *last_layer; /* (unowned) (nullable) */
  NorpcGate     *gate;       /* (owned) (nullable): has its own lock */

  /* Since it was attached, written with the lock: for whoever has not seen that. */
  NorpcThread *thread;      /* (owned) (nullable) */
  gboolean     owns_thread; /* made for this host, and ends with it */

  /* The context of the service. */
  GObject  *service; /* (owned) (nullable): until the host has stopped */
  NorpcHome *home;   /* (owned), since construction: of the service */
  NorpcSpin spin;
  gboolean  busy;  /* it is running, so nothing may run it again */
  gboolean  tried; /* the service was started, or will never be */
  gboolean  handling; /* a call that came through layers */
  guint     n_left;   /* how many calls it may still be given in this dispatch */
  GThread  *busy_thread; /* (unowned) (nullable), atomic: the one that runs it now, if there
                            are layers, or another host has the service */

  NorpcBacklog backlog; /* has its own lock */
  NorpcWaiters waiters; /* has its own lock; woken after each change of the state */

  int max_open;     /* atomic: how many calls may be open, 0 for any number */
  int told_to_stop; /* atomic */
  int abandoned;    /* atomic: nothing is to be served any more */
  int state;        /* atomic, written with the lock: NorpcHostState */

  GMutex   lock;
  gboolean started; /* [lock], written in the context: the service runs or ran */
  GError  *error;   /* (owned) (nullable) [lock]: why it did not start */
  GSource *source;  /* (unowned) (nullable) [lock]: while it is attached */
};

NorpcHost     *norpc_host_new            (GObject         *service,
                                          NorpcChannel    *channel);
NorpcHost     *norpc_host_ref            (NorpcHost       *self);
void           norpc_host_unref          (NorpcHost       *self);

void           norpc_host_add_layer      (NorpcHost       *self,
                                          NorpcLayer      *layer);
void           norpc_host_serve_gate     (NorpcHost       *self);
gboolean       norpc_host_may_handle     (NorpcHost       *self);
void           norpc_host_handle         (NorpcHost       *self,
                                          NorpcCall       *call);
gboolean       norpc_host_attach         (NorpcHost       *self,
                                          GMainContext    *context,
                                          NorpcThread     *thread,
                                          GError         **error);
gboolean       norpc_host_has_work       (NorpcHost       *self);
gboolean       norpc_host_has_room       (NorpcHost       *self);
gboolean       norpc_host_can_serve      (NorpcHost       *self);
gboolean       norpc_host_hold_up        (NorpcHost       *self);
void           norpc_host_set_max_open   (NorpcHost       *self,
                                          guint            max_open);
gboolean       norpc_host_run            (NorpcHost       *self,
                                          GMainContext    *context);
gboolean       norpc_host_run_here       (NorpcHost       *self,
                                          NorpcHostState   state);
void           norpc_host_stop           (NorpcHost       *self,
                                          NorpcStopMode    mode,
                                          const char      *reason);
void           norpc_host_end            (NorpcHost       *self,
                                          const char      *reason);
void           norpc_host_forget         (NorpcHost       *self,
                                          NorpcCall       *call);

NorpcHostState norpc_host_get_state      (NorpcHost       *self);
void           norpc_host_set_state      (NorpcHost       *self,
                                          NorpcHostState   state);
void           norpc_host_set_overtaken_error (GError    **error);
gboolean       norpc_host_has_started    (NorpcHost       *self,
                                          GError         **error);
NorpcThread   *norpc_host_dup_own_thread (NorpcHost       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcHost, norpc_host_unref)

G_END_DECLS
