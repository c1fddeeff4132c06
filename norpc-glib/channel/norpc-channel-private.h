/* norpc-channel-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "client/norpc-subscribers-private.h"
#include "core/norpc-spin-private.h"
#include "core/norpc-types-private.h"
#include "core/norpc-waker-private.h"
#include "norpc-channel-lane-private.h"
#include "norpc-channel.h"
#include "stats/norpc-stats-recorder-private.h"

G_BEGIN_DECLS

/* The lanes of a channel, in the order in which they are served. */
typedef enum
{
  NORPC_LANE_URGENT,
  NORPC_LANE_NORMAL,
  NORPC_LANE_LOW,
  NORPC_N_LANES
} NorpcLaneIndex;

/* The clients that have open calls, if each may have only one. */
typedef struct _NorpcChannelTurns NorpcChannelTurns;

/* Fields that are protected by the lock of the queue are marked [queue]. It is the lock of the
 * normal lane, which is also held for the other lanes.
 */
struct _NorpcChannel
{
  GObject        parent_instance;
  NorpcCallQueue call_queue; /* since construction: the interface that calls use */

  guint           capacity;  /* since construction: of each lane */
  NorpcFullPolicy when_full; /* since construction */
  guint           max_ended; /* since construction: of completed calls in a lane, besides those that
                                wait, if the capacity is not larger */
  GAsyncQueue    *queue;     /* (unowned): of the normal lane */
  NorpcLane       lanes[NORPC_N_LANES];

  NorpcSubscribers   *subscribers; /* (owned), since construction: has its own lock */
  int                 server_id; /* atomic: of the server that is registered for it, or 0 */
  NorpcStatsRecorder *recorder; /* (owned) (nullable), atomic: created once, on first use */

  gboolean     open;      /* [queue] */
  gboolean     asleep;    /* [queue]: the worker sleeps, or is about to */
  gboolean     napping;   /* [queue]: if it is asleep, not for long; see norpc-burst-private.h */
  int          n_probes;  /* atomic, written with [queue] */

  int n_open;  /* atomic: the number of open calls */
  int paused; /* atomic, written in the service's context: the service has the maximum number of
                 open calls, so that no call is dequeued */

  NorpcChannelTurns *turns; /* (owned) (nullable), atomic: created once, on first use */

  GMainContext *context;  /* (unowned) (nullable) [queue]: of the worker, while it exists */
  NorpcWaker   *waker;    /* (owned) (nullable) [queue]: wakes up the worker, while it exists */
  gboolean      used;     /* [queue]: a worker exists, or has existed */
  char         *reason;   /* (owned) [queue]: why the channel is not open */

  GQueue probes;  /* of owned NorpcCall [queue]: waiting for a free slot */

  GQueue jobs;   /* of owned Job [queue]: see norpc-channel-jobs.c */
  int    n_jobs; /* atomic, written with [queue] */
};

static inline NorpcLaneIndex
norpc_priority_get_lane (NorpcPriority priority)
{
  return (NorpcLaneIndex) (NORPC_PRIORITY_URGENT - priority);
}

static inline NorpcChannel *
norpc_channel_from_queue (NorpcCallQueue *queue)
{
  return (NorpcChannel *) ((char *) queue - G_STRUCT_OFFSET (NorpcChannel, call_queue));
}

static inline NorpcLane *
norpc_channel_get_lane (NorpcChannel *self,
                        NorpcCall    *call)
{
  return &self->lanes[norpc_priority_get_lane (call->priority)];
}

/* Thread-safe. @place is the field of a channel. */
static inline NorpcChannel *
norpc_channel_from_recorder (NorpcStatsRecorder **place)
{
  return (NorpcChannel *) ((char *) place - G_STRUCT_OFFSET (NorpcChannel, recorder));
}

/* Thread-safe. Returns FALSE if each client has always been allowed any number of open calls. */
static inline gboolean
norpc_channel_may_have_turns (NorpcChannel *self)
{
  return g_atomic_pointer_get (&self->turns) != NULL;
}

/* Thread-safe. Returns TRUE if there is a call to be dequeued. */
static inline gboolean
norpc_channel_has_calls (NorpcChannel *self)
{
  /* Most calls have normal priority. */
  return norpc_lane_has_calls (&self->lanes[NORPC_LANE_NORMAL]) ||
         norpc_lane_has_calls (&self->lanes[NORPC_LANE_URGENT]) ||
         norpc_lane_has_calls (&self->lanes[NORPC_LANE_LOW]);
}

guint       norpc_channel_get_waiting          (NorpcChannel *self);
NorpcWaker *norpc_channel_steal_sleeper_locked (NorpcChannel *self);

/* The clients' end of the queue */
void          norpc_channel_send         (NorpcEndpoint *endpoint,
                                          NorpcCall     *call);
gconstpointer norpc_channel_get_executor (NorpcEndpoint *endpoint);

/* Slots */
gboolean norpc_channel_has_capacity_locked (NorpcChannel   *self,
                                            NorpcLaneIndex  index);
gboolean norpc_channel_is_clogged_locked   (NorpcChannel   *self,
                                            NorpcLaneIndex  index);
void     norpc_channel_occupy_locked       (NorpcChannel   *self,
                                            NorpcCall      *call);
void     norpc_channel_vacate              (NorpcChannel   *self,
                                            NorpcCall      *call);
void     norpc_channel_note_length         (NorpcChannel   *self);
void     norpc_channel_add_probe           (NorpcChannel   *self,
                                            NorpcCall      *probe);
void     norpc_channel_answer_probes       (NorpcChannel   *self,
                                            gboolean        all);

/* Open calls */
NorpcCallQueue *norpc_channel_keep_open    (NorpcChannel *self,
                                            NorpcCall    *call);
guint           norpc_channel_get_n_open   (NorpcChannel *self);
void            norpc_channel_note_attempt (NorpcChannel *self,
                                            NorpcCall    *call);
void            norpc_channel_close_call   (NorpcChannel *self,
                                            NorpcCall    *call);

/* Turns of clients */
void       norpc_channel_turns_free     (NorpcChannelTurns *self);
gboolean   norpc_channel_has_turns      (NorpcChannel *self);
void       norpc_channel_enable_turns   (NorpcChannel *self,
                                         gboolean      enable);
gboolean   norpc_channel_begin_turn     (NorpcChannel *self,
                                         NorpcCall    *call);
NorpcCall *norpc_channel_take_ready     (NorpcChannel *self,
                                         gboolean      any);
gboolean   norpc_channel_has_ready      (NorpcChannel *self);
guint      norpc_channel_get_n_deferred (NorpcChannel *self);
void       norpc_channel_list_deferred  (NorpcChannel *self,
                                         GPtrArray    *calls);
void       norpc_channel_count_turn     (NorpcChannel *self,
                                         NorpcCall    *call,
                                         int           change);
void       norpc_channel_end_turn       (NorpcChannel *self,
                                         NorpcCall    *call);

/* The worker's end of the queue, where calls are dequeued */
gboolean   norpc_channel_open       (NorpcChannel  *self,
                                     GMainContext  *context,
                                     NorpcWakeFunc  wake_func,
                                     gpointer       data);
void       norpc_channel_close      (NorpcChannel  *self,
                                     const char    *reason);
void       norpc_channel_detach     (NorpcChannel  *self);
GPtrArray *norpc_channel_list_calls (NorpcChannel  *self);
NorpcCall *norpc_channel_take       (NorpcChannel  *self,
                                     gboolean       one);
typedef void (*NorpcChannelJobFunc) (gpointer data);

gboolean   norpc_channel_run_in_service (NorpcChannel        *self,
                                         NorpcChannelJobFunc  func,
                                         gpointer             data);
gboolean   norpc_channel_has_jobs       (NorpcChannel        *self);
void       norpc_channel_run_jobs       (NorpcChannel        *self,
                                         guint                max);
void       norpc_channel_served         (NorpcChannel        *self,
                                         NorpcCall           *call);
NorpcCall *norpc_channel_take_urgent    (NorpcChannel        *self);
gboolean   norpc_channel_fall_asleep    (NorpcChannel        *self,
                                         gboolean             nap);
void       norpc_channel_wake_up        (NorpcChannel        *self);

G_END_DECLS
