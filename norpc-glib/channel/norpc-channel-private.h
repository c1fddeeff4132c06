/* norpc-channel-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "core/norpc-spin-private.h"
#include "core/norpc-types-private.h"
#include "core/norpc-waker-private.h"
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

/* As much as processors fetch from each other at once. */
#define NORPC_CACHE_LINE 64

/* How many calls were accepted; how many of these the worker has served or passed over;
 * and how many have left their places, either way or because they ended before. All
 * of them wrap. They are far from each other, as each end of the channel writes some
 * of them for each call.
 */
typedef struct
{
  GAsyncQueue *queue;       /* (owned): of owned NorpcCall */
  guint        accepted;    /* atomic, written with [queue] */
  guint        served_seen; /* [queue]: that many were served when a client last looked */
  guint        freed_seen;  /* [queue]: the same of those that were freed */
  char         gap[NORPC_CACHE_LINE];
  guint        served;      /* atomic, written by the worker's context */
  guint        freed;       /* atomic, written by any thread */
  char         end[NORPC_CACHE_LINE];
} NorpcLane;

/* What the lock of the queue protects is marked [queue]: that is the lock of
 * the normal lane, which is held for the other lanes, too.
 */
struct _NorpcChannel
{
  GObject        parent_instance;
  NorpcCallQueue call_queue; /* since construction: the channel as calls know it */

  guint           capacity;  /* since construction: of each lane */
  NorpcFullPolicy when_full; /* since construction */
  GAsyncQueue    *queue;     /* (unowned): that of the normal lane */
  NorpcLane       lanes[NORPC_N_LANES];

  NorpcStatsRecorder *recorder; /* (owned) (nullable), atomic: made once, when asked for */

  gboolean     open;      /* [queue] */
  gboolean     asleep;    /* [queue]: the worker sleeps, or will in a moment */
  int          n_probes;  /* atomic, written with [queue] */

  int n_open;  /* atomic: how many calls the service has, and is not done with */
  int paused; /* atomic, written by the worker's context: as many as it may have, so that none
                  is taken */

  GMainContext *context;  /* (unowned) (nullable) [queue]: the worker's, while there is one */
  NorpcWaker   *waker;    /* (owned) (nullable) [queue]: wakes the worker, while there is one */
  gboolean      used;     /* [queue]: there is or was a worker */
  char         *reason;   /* (owned) [queue]: why it is not open */

  GQueue probes;  /* of owned NorpcCall [queue]: those that wait for a place */

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

guint         norpc_channel_get_waiting          (NorpcChannel  *self);
gconstpointer norpc_channel_get_executor         (NorpcEndpoint *endpoint);
NorpcWaker   *norpc_channel_steal_sleeper_locked (NorpcChannel  *self);

/* Slots. How many calls that have ended a lane may have in its queue, besides those
 * that wait, if its capacity is not larger: changed by tests alone.
 */
extern guint norpc_channel_max_ended;

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
void  norpc_channel_keep_open    (NorpcChannel *self,
                                  NorpcCall    *call);
guint norpc_channel_get_n_open   (NorpcChannel *self);
void  norpc_channel_note_attempt (NorpcChannel *self,
                                  NorpcCall    *call);
void  norpc_channel_close_call   (NorpcChannel *self);

/* The end of the worker, which takes the calls. */
gboolean   norpc_channel_open       (NorpcChannel  *self,
                                     GMainContext  *context);
void       norpc_channel_close      (NorpcChannel  *self,
                                     const char    *reason);
void       norpc_channel_detach     (NorpcChannel  *self);
GPtrArray *norpc_channel_list_calls (NorpcChannel  *self);
guint      norpc_channel_take       (NorpcChannel  *self,
                                     NorpcCall    **calls,
                                     guint          max);
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
gboolean   norpc_channel_has_calls      (NorpcChannel        *self);
gboolean   norpc_channel_spin           (NorpcChannel        *self,
                                         NorpcSpin           *spin);
gboolean   norpc_channel_fall_asleep    (NorpcChannel        *self,
                                         NorpcSpin           *spin);
void       norpc_channel_wake_up        (NorpcChannel        *self);

G_END_DECLS
