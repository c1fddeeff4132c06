/* stress.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stress-target.h"

G_BEGIN_DECLS

/* What is counted, by all threads: in the end as many have gone as were made. */
typedef enum
{
  STRESS_CALLS,
  STRESS_ARGUMENTS,
  STRESS_RESULTS,
  STRESS_SERVICES,
  STRESS_STARTS,
  STRESS_SERVERS,
  STRESS_CHANNELS,
  STRESS_PROXIES,
  STRESS_N_COUNTS
} StressCount;

void     stress_count_made (StressCount  count);
void     stress_count_gone (StressCount  count);
void     stress_watch      (gpointer     object,
                            StressCount  count);
GBytes  *stress_bytes_new  (StressCount  count,
                            guint64      number);
gboolean stress_bytes_are  (GBytes      *bytes,
                            guint64      number);
gboolean stress_all_gone   (void);
int      stress_get_steps  (void);
void     stress_print      (void);

/* What a service does with a call. */
typedef enum
{
  STRESS_AT_ONCE,
  STRESS_LATER,     /* in its context */
  STRESS_ELSEWHERE, /* in another thread */
  STRESS_NEVER,
  STRESS_FAIL,
  STRESS_BLOCK,
  STRESS_N_MANNERS
} StressManner;

GObject *stress_service_new      (void);
void     stress_answerer_start   (void);
void     stress_answerer_stop    (void);

/* Where a server has its service. */
typedef enum
{
  STRESS_OWN_THREAD,
  STRESS_SHARED_THREAD,
  STRESS_GIVEN_CONTEXT, /* of a thread that does nothing else */
  STRESS_CLIENT_CONTEXT,
  STRESS_N_PLACES
} StressPlace;

typedef struct
{
  NorpcServer *server; /* (owned) */
  StressPlace  place;
  GMainContext *context; /* (owned) (nullable): of STRESS_CLIENT_CONTEXT */
} StressHost;

void        stress_hosts_begin         (void);
void        stress_hosts_end           (void);
StressHost *stress_hosts_pick          (GRand        *rand);
StressHost *stress_hosts_replace       (GRand        *rand,
                                        GMainContext *context);
void        stress_hosts_change_thread (void);
void        stress_host_unref          (StressHost   *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StressHost, stress_host_unref)

/* Calls of one proxy, by one client. Lives as long as one of its calls. */
typedef struct
{
  StressTargetProxy *proxy; /* (owned) */
  StressPlace        place;
  gboolean           here;   /* the service is in the client's own context */
  gboolean           closed; /* its server has stopped, or was not started yet */
  guint              number;
  guint64            last_sent;
  guint64            last_answered; /* of the calls that are answered at once */
} StressLane;

/* A thread with a main context that does everything that one can do. */
typedef struct
{
  guint         number;
  GThread      *thread;       /* (owned): the main thread's to join */
  GMainContext *context;      /* (owned) */
  int           n_operations; /* atomic: that are left to do */
  int           n_pending;    /* atomic: calls, starts and stops on their way */
  int           operation;    /* atomic: what it is at, for the watchdog */

  /* The client's thread. */
  GThread   *self;         /* (unowned) */
  GRand     *rand;         /* (owned) */
  GPtrArray *lanes;        /* (owned): of owned StressLane */
  GPtrArray *cancellables; /* (owned): of owned GCancellable, which no other client knows */
  gboolean   calling;      /* it is inside a function that calls */
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
void     stress_client_operate (StressClient *self);

StressLane *stress_lane_new    (StressHost   *host,
                                GMainContext *context);
void        stress_lane_unref  (StressLane   *self);

void     stress_call_async     (StressClient *client,
                                StressLane   *lane,
                                GCancellable *cancellable);
void     stress_call_reply     (StressClient *client,
                                StressLane   *lane,
                                GCancellable *cancellable);
void     stress_call_sync      (StressClient *client,
                                StressLane   *lane,
                                GCancellable *cancellable);

G_END_DECLS
