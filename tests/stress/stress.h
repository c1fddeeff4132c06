/* stress.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stress-target.h"

G_BEGIN_DECLS

/* stress-counts.c: what is counted, by all threads. In the end as many have gone
 * as were made. */
typedef enum
{
  STRESS_CALLS,
  STRESS_RELAYS, /* calls that services make */
  STRESS_ARGUMENTS,
  STRESS_RESULTS,
  STRESS_SERVICES,
  STRESS_STARTS,
  STRESS_SERVERS,
  STRESS_CHANNELS,
  STRESS_PROXIES,
  STRESS_LAYERS,
  STRESS_N_COUNTS
} StressCount;

void     stress_count_made (StressCount  count);
void     stress_count_gone (StressCount  count);
void     stress_watch      (gpointer     object,
                            StressCount  count);
gboolean stress_is_gone    (StressCount  count);
gboolean stress_all_gone   (void);
int      stress_get_steps  (void);
void     stress_print      (void);

/* Where a service is. */
typedef enum
{
  STRESS_OWN_THREAD,
  STRESS_SHARED_THREAD,
  STRESS_GIVEN_CONTEXT, /* of a thread that does nothing else */
  STRESS_CLIENT_CONTEXT,
  STRESS_DIRECT,
  STRESS_N_PLACES
} StressPlace;

/* What happened to a service and its server, for those who have to know what may
 * come out of a call. It outlives them. */
typedef struct
{
  /* Read-only. */
  guint          number;
  StressPlace    place;
  GMainContext  *context; /* (unowned) (nullable): the client's, of STRESS_CLIENT_CONTEXT */
  NorpcFullPolicy when_full;
  guint          capacity;
  guint          max_open; /* calls that it may have open, or 0 for any number */

  int n_open;   /* atomic: calls that it has open, at least */
  int started;  /* atomic: its start has succeeded */
  int ending;   /* atomic: somebody stops it or lets it go */
  int n_made;   /* atomic: calls to it */
  int n_gone;   /* atomic: calls that it can have no more */
  int n_probes; /* atomic: how often somebody waited for room */
} StressFate;

StressFate *stress_fate_new       (StressPlace     place);
StressFate *stress_fate_ref       (StressFate     *self);
void        stress_fate_unref     (StressFate     *self);
void        stress_fate_open      (StressFate     *self);
void        stress_fate_close     (StressFate     *self);
gboolean    stress_fate_may_be_closed (StressFate *self,
                                       gboolean    was_started);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StressFate, stress_fate_unref)

/* The arguments of a call to a service, or the result of one (no @fate). */
GBytes  *stress_bytes_new (StressFate *fate,
                           guint64     number);
gboolean stress_bytes_are (GBytes     *bytes,
                           guint64     number);

/* What a service does with a call. */
typedef enum
{
  STRESS_AT_ONCE,
  STRESS_LATER,      /* in its context */
  STRESS_ELSEWHERE,  /* in another thread */
  STRESS_NEVER,
  STRESS_FAIL,
  STRESS_BLOCK,
  STRESS_RELAY,      /* when another service has answered */
  STRESS_RELAY_SYNC,
  STRESS_N_MANNERS
} StressManner;

/* What layers on the way of a call may do to it. */
typedef struct
{
  gboolean sheds;      /* answer it BUSY */
  gboolean reorders;   /* let others pass it */
  guint    time_limit; /* milliseconds, or 0 */
} StressTraits;

/* stress-model.c: what was done to a call, and so what may come out of it. */
typedef struct
{
  StressFate   *fate;   /* (owned) */
  StressManner  manner;
  guint64       sequence;
  GCancellable *cancellable; /* (owned) (nullable) */
  NorpcCall    *parent;      /* (unowned) (nullable): on whose behalf it is made */
  StressFate   *caller;      /* (owned) (nullable): the service that makes it */
  gint64        sent_time;
  guint         timeout;     /* milliseconds, or 0 */
  gboolean      cancelled;   /* before it was made */
  gboolean      was_started; /* its server, before it was made */
  int           n_gone;      /* calls to its service, before it was made */
  gboolean      may_deadlock; /* it is synchronous, and its service may wait for it */
  StressTraits  traits;      /* of the layers on its way */

  /* Filled in when it has ended. */
  gboolean      cancelled_all; /* its proxy cancelled everything since */
  gboolean      superseded;    /* there was a newer one of a latest-wins method */
} StressFacts;

void stress_facts_init  (StressFacts  *self,
                         StressFate   *fate,
                         StressManner  manner,
                         guint64       sequence,
                         GCancellable *cancellable,
                         guint         timeout);
void stress_facts_clear (StressFacts  *self);
void stress_facts_check (StressFacts  *self,
                         guint64       echoed,
                         GBytes       *echoed_data,
                         const GError *error);

void stress_model_print (void);

/* stress-service.c */
GObject     *stress_service_new       (StressFate   *fate,
                                       GMainContext *context);
GMainContext *stress_service_get_context (gpointer    service);
StressFate  *stress_service_get_fate  (gpointer      service);
void         stress_service_answer    (gpointer      service,
                                       NorpcCall    *call,
                                       guint64       sequence);

/* stress-relay.c */
void     stress_relay      (GObject    *service,
                            NorpcCall  *call,
                            guint64     sequence);
gboolean stress_relay_sync (GObject    *service,
                            NorpcCall  *call,
                            guint64     sequence,
                            GError    **error);

/* stress-worker.c: a thread that does things for others. */
typedef void (*StressWorkFunc) (gpointer data,
                                gpointer more_data);

void stress_worker_start (void);
void stress_worker_stop  (void);
void stress_worker_push  (StressWorkFunc func,
                          gpointer       data,
                          gpointer       more_data);

/* stress-layers.c */
void     stress_layers_add (GPtrArray    *layers,
                            StressTraits *traits,
                            GRand        *rand);

/* stress-hosts.c */
typedef struct
{
  NorpcServer *server; /* (owned) */
  StressFate  *fate;   /* (owned) */
  StressTraits traits; /* of its layers */
} StressHost;

#define STRESS_N_HOSTS 6

void        stress_hosts_begin         (void);
void        stress_hosts_drop          (void);
void        stress_hosts_end           (void);
StressHost *stress_hosts_pick          (guint         i);
StressHost *stress_hosts_replace       (GRand        *rand,
                                        GMainContext *context);
void        stress_hosts_change_thread (void);
void        stress_host_unref          (StressHost   *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StressHost, stress_host_unref)

/* stress-client.c */
#define STRESS_N_LANES 6
#define STRESS_N_CANCELLABLES 8

/* Calls of one proxy, by one client. Lives as long as one of its calls. */
typedef struct
{
  StressTargetProxy *proxy;    /* (owned) */
  NorpcEndpoint     *endpoint; /* (owned): layers, and at last that of the service */
  StressFate        *fate;     /* (owned) */
  StressTraits       traits;   /* of all layers */
  guint              number;
  guint64            last_sent;
  guint64            last_latest; /* of the latest-wins method */
  guint              n_cancel_alls;
} StressLane;

/* A thread with a main context that does everything that one can do. */
typedef struct
{
  guint         number;
  guint32       seed;
  GThread      *thread;       /* (owned): the main thread's to join */
  GMainContext *context;      /* (owned) */
  int           n_operations; /* atomic: that are left to do */
  int           n_pending;    /* atomic: calls, starts and stops on their way */
  int           operation;    /* atomic: the number of the last one */
  const char   *doing;        /* atomic (nullable): what it is at */

  /* The client's thread. */
  GThread      *self;   /* (unowned) */
  GRand        *rand;   /* (owned): set anew for each operation */
  GRand        *timing; /* (owned): when operations are done, not which */
  StressLane   *lanes[STRESS_N_LANES];               /* (owned) (nullable) */
  GCancellable *cancellables[STRESS_N_CANCELLABLES]; /* (owned) (nullable): its own */
  GHashTable   *stamps;  /* (owned): of fate and owned guint64, the last that came */
  gboolean      calling; /* it is inside a function that calls */
} StressClient;

void     stress_client_begin   (StressClient *self,
                                guint         number,
                                guint         n_operations,
                                guint32       seed);
void     stress_client_join    (StressClient *self);
void     stress_client_clear   (StressClient *self);
void     stress_client_print   (StressClient *self);

/* The client's thread. */
void     stress_client_pending (StressClient *self,
                                int           n);
void     stress_client_go_on   (StressClient *self);

/* stress-operations.c. The client's thread. */
void     stress_operate        (StressClient *self);
GCancellable *stress_dup_cancellable (StressClient *self,
                                      gboolean     *own);
void     stress_operations_end (void);

/* stress-lane.c */
StressLane *stress_lane_new    (StressClient *client);
void        stress_lane_unref  (StressLane   *self);

/* stress-calls.c. The client's thread. */
void     stress_call           (StressClient *client,
                                StressLane   *lane);
void     stress_call_when_ready (StressClient *client,
                                 StressLane   *lane);

/* stress-room.c. The client's thread. */
void     stress_await_room     (StressClient *client,
                                StressLane   *lane);

G_END_DECLS
