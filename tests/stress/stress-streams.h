/* stress-streams.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stress-request.h"

G_BEGIN_DECLS

/* As in stress.xml. */
#define STRESS_POUR_BACKLOG 4
#define STRESS_FILL_BACKLOG 3

/* stress-content.c: the contents of items, which are numbered from 1 on in each stream, and those of
 * them that there are at the moment. */
typedef struct
{
  guint64 sequence; /* of the call */
  int     n_items;  /* atomic */
} StressCourse;

StressCourse *stress_course_new (guint64 sequence);
void    stress_course_check (StressCourse *self,
                             guint         backlog);
void    stress_course_unref (StressCourse *self);

GBytes *stress_content_new (StressCourse *course,
                            guint64       number);
void    stress_content_check (GBytes  *content,
                              guint64  sequence,
                              guint64  number);

/* stress-works.c: what a service does for a stream. All of it is in the service's context, or,
 * without the service, in the worker's thread. */
typedef struct
{
  GObject      *service; /* (owned) (nullable): not in the worker's thread */
  StressFate   *fate;    /* (owned) */
  NorpcCall    *call;    /* (owned) */
  NorpcStream  *stream;  /* (owned) */
  StressCourse *course;  /* (owned) */
  StressManner  manner;
  guint64       sequence;
  StressOrigin  origin;
  guint         n_items; /* that are to be written */
  guint         n_wanted; /* that the service reads of them */
  guint         n_done;
} StressWork;

typedef void (*StressWorkStep) (StressWork *work);

void stress_work_later    (StressWork     *self,
                           StressWorkStep  step);
void stress_work_answer   (StressWork     *self);
void stress_work_drop     (StressWork     *self);
void stress_work_drop_for (StressWork     *self,
                           const GError   *error);

/* stress-service.c. The service's context. */
void stress_service_admit    (gpointer   service,
                              NorpcCall *call,
                              guint      lane,
                              guint64    sequence);
void stress_service_set_busy (gpointer   service,
                              gboolean   busy);
void stress_service_emit     (gpointer   service);

gboolean stress_work_handle_pour (StressTarget            *target,
                                  NorpcCall               *call,
                                  StressTargetPourStream  *stream,
                                  guint                    manner,
                                  guint                    lane,
                                  guint64                  sequence,
                                  GBytes                  *data,
                                  guint                    n_items,
                                  GError                 **error);
gboolean stress_work_handle_fill (StressTarget            *target,
                                  NorpcCall               *call,
                                  StressTargetFillStream  *stream,
                                  guint                    manner,
                                  guint                    lane,
                                  guint64                  sequence,
                                  GBytes                  *data,
                                  guint                    n_items,
                                  guint                    n_wanted,
                                  GError                 **error);

/* stress-pouring.c: a work that writes items. */
void stress_work_pour (StressWork *self);

/* stress-drawing.c: a work that reads items. */
void stress_work_draw (StressWork *self);

/* The ways in which a client leaves a stream. */
typedef enum
{
  STRESS_CLOSE,
  STRESS_CLOSE_ELSEWHERE, /* in another thread */
  STRESS_DROP,
  STRESS_CANCEL,
  STRESS_N_LEAVES
} StressLeave;

/* stress-flow.c: a stream that a client has opened, and the end that it has of it. All of it is in the
 * client's thread. */
typedef struct
{
  StressRequest *request; /* (owned) */
  NorpcStream   *stream;  /* (owned) (nullable): until it is dropped */
  guint          n_items; /* that are to go through it */
  guint          n_done;  /* that have been read, or written */
  guint          n_own;   /* after these the client leaves */
  StressLeave    leave;
  guint          n_waits; /* callbacks that are to come */
  void         (*check_end) (gpointer flow); /* frees it, if it is over */
  gboolean       endless; /* it has no deadline */
  gboolean       passed_on; /* by a proxy that is a service */
  gboolean       early;   /* the outcome is waited for from the beginning */
  gboolean       replied; /* then: the reply has arrived */
  gboolean       ended;   /* the items have */
  GError        *end;     /* (owned) (nullable): why they have failed */
  gboolean       has_outcome;
  GError        *outcome; /* (owned) (nullable): why it has failed */
} StressFlow;

gboolean stress_flow_may_be_endless (StressRoute   *route);
void     stress_flow_begin          (StressFlow    *self,
                                     StressClient  *client,
                                     StressLane    *lane);
void     stress_flow_opened         (StressFlow    *self,
                                     gpointer       stream);
void     stress_flow_check_place    (StressFlow    *self);
void     stress_flow_check_time     (StressFlow    *self,
                                     const GError  *error);
void     stress_flow_end_items      (StressFlow    *self,
                                     const GError  *error);
void     stress_flow_end            (StressFlow    *self,
                                     guint64        echoed,
                                     GBytes        *echoed_data,
                                     guint64        stamp,
                                     const GError  *error);
gboolean stress_flow_leave          (StressFlow    *self);
gboolean stress_flow_is_over        (StressFlow    *self);
void     stress_flow_clear          (StressFlow    *self);
void     stress_flow_allow_deadlock (StressFlow    *self);

/* The ways in which a client reads. */
typedef enum
{
  STRESS_READ_ON,    /* at once */
  STRESS_READ_MANY,  /* those that have arrived together */
  STRESS_READ_LATER,
  STRESS_READ_SYNC,
  STRESS_READ_MIXED, /* some while the client blocks */
  STRESS_READ_NONE,  /* only the outcome is waited for */
  STRESS_N_READS
} StressRead;

/* A stream that a client reads. */
typedef struct
{
  StressFlow flow; /* must be first */
  StressRead read;
  guint      service;  /* the number of the one that writes, or 0 */
  GCancellable *cancellable; /* (owned) (nullable): of the read */
} StressPour;

/* stress-pour-items.c. The client's thread. */
void     stress_pour_note_end  (StressPour   *pour,
                                const GError *error);
void     stress_pour_note_item (StressPour   *pour,
                                guint         service,
                                guint64       stamp,
                                guint64       number,
                                GBytes       *content,
                                gboolean      in_order);
gboolean stress_pour_try_item  (StressPour   *pour);
gboolean stress_pour_read_sync (StressPour   *pour);

/* stress-pours.c, stress-fills.c. The client's thread. */
void stress_fill (StressClient *client,
                  StressLane   *lane);
void stress_pour (StressClient *client,
                  StressLane   *lane);

G_END_DECLS
