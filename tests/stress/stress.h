/* stress.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stress-fate.h"
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
  STRESS_REPLIES, /* that filters are to get */
  STRESS_ITEMS, /* of lists */
  STRESS_STREAMS, /* ends that clients have */
  STRESS_WORKS, /* of services, on streams */
  STRESS_CONTENTS, /* of items of streams */
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

/* stress-data.c: the arguments and results of calls, which see to it that they end where
 * they should. */
typedef struct
{
  GThread *thread;  /* (unowned): of the client */
  gboolean retried; /* a layer may retry the call */
  GThread *front;   /* (unowned) (nullable): of a proxy that passes the call on */
} StressOrigin;

GBytes  *stress_argument_new (StressGroup        *group,
                              guint64             number,
                              const StressTraits *traits,
                              gboolean            kept);
void     stress_argument_watch (GBytes           *bytes,
                                NorpcCall        *call);
void     stress_argument_handled (GBytes         *bytes,
                                  StressManner    manner,
                                  StressOrigin   *origin);
void     stress_argument_done (GBytes            *bytes);
gboolean stress_argument_is_handled_now (GBytes  *bytes);
GBytes  *stress_result_new   (guint64             number,
                              const StressOrigin *origin,
                              gboolean            shared);
gboolean stress_bytes_are    (GBytes             *bytes,
                              guint64             number);
void     stress_data_set_main_thread (void);

/* Whether filters that deny calls do so with this one. */
static inline gboolean
stress_is_denied (guint64 sequence)
{
  return sequence % 32 == 5;
}

/* stress-model.c: what was done to a call, and so what may come out of it. */
typedef struct
{
  StressGroup  *group;    /* (owned) */
  StressManner  manner;
  guint64       sequence;
  GCancellable *cancellable; /* (owned) (nullable) */
  NorpcCall    *parent;      /* (unowned) (nullable): on whose behalf it is made */
  StressFate   *caller;      /* (owned) (nullable): the service that makes it */
  gint64        sent_time;
  guint         timeout;     /* milliseconds, or 0 */
  gboolean      cancelled;   /* before it was made */
  gboolean      may_deadlock; /* it is synchronous, and its service may wait for it */
  gboolean      denied;      /* by a filter that it has to pass */
  gboolean      streams;     /* it is a stream */
  StressTraits  traits;      /* of the layers on its way */

  /* The services, before it was made. */
  int           n_fates;
  struct
  {
    gboolean was_started;
    gboolean was_stopped;
    int      n_gone; /* calls that were gone */
  } before[STRESS_MAX_MEMBERS];

  /* Filled in when it has ended. */
  gboolean      cancelled_all; /* its proxy cancelled everything since */
  gboolean      superseded;    /* there was a newer one of a latest-wins method */
  gboolean      closed;        /* its client has closed the stream */
} StressFacts;

void stress_facts_init  (StressFacts  *self,
                         StressGroup  *group,
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
GCancellable *stress_service_get_leaving (gpointer    service);
guint64      stress_service_next_stamp (gpointer      service);
void         stress_service_answer    (gpointer            service,
                                       NorpcCall          *call,
                                       guint64             sequence,
                                       const StressOrigin *origin);

/* stress-answer.c. The service's context. */
void stress_answer           (gpointer            service,
                              NorpcCall          *call,
                              guint64             sequence,
                              guint64             stamp,
                              const StressOrigin *origin);
void stress_answer_later     (gpointer            service,
                              NorpcCall          *call,
                              guint64             sequence,
                              const StressOrigin *origin,
                              GPtrArray          *moved);
void stress_answer_in_worker (StressFate         *fate,
                              NorpcCall          *call,
                              guint64             sequence,
                              const StressOrigin *origin);

void stress_wait_until_cancelled (NorpcCall         *call,
                                  guint64            sequence);

/* stress-moved.c: arguments that move to a service. */
#define STRESS_N_MOVED 3

GPtrArray *stress_moved_new  (GBytes     *first,
                              GBytes     *second,
                              GBytes     *third);
void       stress_moved_take (GPtrArray  *array,
                              guint64     sequence);
void       stress_moved_drop (GPtrArray  *array);

/* stress-turns.c: how many calls a service is given in one dispatch. */
typedef struct
{
  gint64 time;
  guint  n;
} StressTurn;

void stress_turn_note (StressTurn *self);

/* stress-pacer.c: what rate limits count with, on a clock of its own. */
void stress_pacer_check (guint32 seed);

/* stress-worker.c: a thread that does things for others. */
typedef void (*StressWorkFunc) (gpointer data,
                                gpointer more_data);

void stress_worker_start (void);
void stress_worker_stop  (void);
gboolean stress_worker_is_current (void);
void stress_worker_push  (StressWorkFunc func,
                          gpointer       data,
                          gpointer       more_data);

/* On which side of a channel layers are. */
typedef struct
{
  StressFate *fate;   /* (unowned) (nullable): of the server, on that side */
  GThread    *client; /* (unowned) (nullable): the only one that passes them, on the other */
} StressSide;

/* stress-layers.c */
void     stress_layers_add (GPtrArray        *layers,
                            StressTraits     *traits,
                            GRand            *rand,
                            const StressSide *side);
NorpcEndpoint *stress_layers_stack_patient (NorpcEndpoint *endpoint,
                                            GRand         *rand);
void     stress_traits_add (StressTraits       *self,
                            const StressTraits *other);

/* stress-filter.c: functions of layers, which call, deny, and look at replies. */
NorpcLayer *stress_filter_new     (GRand            *rand,
                                   const StressSide *side,
                                   StressTraits     *traits);
void        stress_retry_set_func (NorpcRetry       *retry);

/* stress-aside.c: a synchronous call that such a function makes. Any thread. */
void     stress_aside (guint64 sequence);

/* stress-hosts.c */
typedef struct
{
  NorpcServer *server; /* (owned) */
  StressFate  *fate;   /* (owned) */
  StressTraits traits; /* of its layers */
} StressHost;

#define STRESS_N_HOSTS 6

#define STRESS_N_SHARED_ROUTES 3

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

/* stress-relay.c */
void     stress_relay      (GObject            *service,
                            NorpcCall          *call,
                            guint64             sequence,
                            const StressOrigin *origin);
gboolean stress_relay_sync (GObject            *service,
                            NorpcCall          *call,
                            guint64             sequence,
                            GError            **error);
StressHost *stress_pick_host_to_wait_for (guint64 sequence);

/* stress-route.c: a proxy, and where it leads to. Several clients may use it. */
typedef struct
{
  StressTargetProxy *proxy;    /* (owned) */
  NorpcEndpoint     *endpoint; /* (owned): layers, and at last that of the services */
  StressGroup       *group;    /* (owned) */
  NorpcBalance      *balance;  /* (owned) (nullable): that spreads calls over the services */
  NorpcPool         *pool;     /* (owned) (nullable): that has the services */
  NorpcServer       *server;   /* (owned) (nullable): that nobody else uses */
  StressTraits       traits;   /* of all layers */
  gboolean           denies;   /* all calls pass a filter that denies some */
  gboolean           shared;   /* by clients */

  /* How often that was begun, and done; atomic. */
  int n_latest[2];      /* calls of the latest-wins method */
  int n_cancel_alls[2]; /* cancelling all of its calls */
} StressRoute;

typedef struct _StressClient StressClient;
typedef struct _StressSessions StressSessions;

StressRoute *stress_route_new        (StressClient *client);
StressRoute *stress_route_ref        (StressRoute  *self);
void         stress_route_unref      (StressRoute  *self);
void         stress_routes_begin     (guint32       seed);
void         stress_routes_end       (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StressRoute, stress_route_unref)

/* stress-members.c: routes to several services. */
void         stress_route_to_members (StressRoute  *self,
                                      GRand        *rand);
void         stress_route_to_pool    (StressRoute  *self,
                                      GRand        *rand);
void         stress_pool_end         (StressRoute  *self);
void         stress_route_change     (StressRoute  *self,
                                      GRand        *rand);

/* stress-private.c: a route to a service that no other client uses. */
void         stress_route_to_private  (StressRoute *self,
                                       GRand       *rand);
void         stress_route_end_private (StressRoute *self);

/* Calls of one proxy, by one client. Lives as long as one of its calls. */
typedef struct
{
  StressRoute *route; /* (owned) */
  guint        number;
  guint64      last_sent;
  guint        n_cancel_alls; /* by this client */
} StressLane;

/* A thread with a main context that does everything that one can do. */
struct _StressClient
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
  guint         n_open;  /* streams that it has open */
  guint         n_endless; /* of these, those that have no deadline */
  StressSessions *sessions; /* (owned) (nullable) */
};

void     stress_client_begin   (StressClient *self,
                                guint         number,
                                guint         n_operations,
                                guint32       seed);
void     stress_client_join    (StressClient *self);
void     stress_client_clear   (StressClient *self);
void     stress_client_print   (StressClient *self);

/* Any thread: the client whose thread it is, or NULL, and what it is called. */
StressClient *stress_get_current_client (void);
const char   *stress_describe_thread    (void);

/* The client's thread. */
void     stress_client_pending (StressClient *self,
                                int           n);
void     stress_client_go_on   (StressClient *self);
void     stress_client_note_stamp (StressClient *self,
                                   guint         fate,
                                   guint64       stamp,
                                   gboolean      is_signal);
void     stress_client_note_late_stamp (StressClient *self,
                                        guint         fate,
                                        guint64       stamp);

/* stress-signals.c */
void     stress_emit            (StressTarget      *service,
                                 StressFate        *fate,
                                 guint64            stamp,
                                 guint64            number);
void     stress_signals_connect (StressRoute       *route);
void     stress_signals_print   (void);

/* stress-keeper.c. The client's thread. */
void     stress_stop_keeper     (StressClient *client);

/* stress-gauge.c. The client's thread. */
void     stress_use_gauge       (StressClient *client);

/* stress-shelf.c. The client's thread; the main thread. */
void     stress_use_shelf       (StressClient *client);
void     stress_shelf_end       (void);

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
void     stress_call_blocking  (StressClient *client,
                                StressLane   *lane);
void     stress_call_often     (StressClient *client,
                                StressLane   *lane);
void     stress_call_when_ready (StressClient *client,
                                 StressLane   *lane);

/* stress-readiness.c. The client's thread. */
void     stress_await_room     (StressClient *client,
                                StressLane   *lane);

G_END_DECLS
