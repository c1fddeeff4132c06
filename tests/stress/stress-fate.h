/* stress-fate.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

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

/* The ways in which a service treats a call. */
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
  STRESS_UNTIL_CANCELLED, /* blocks until it is, and does not answer */
  STRESS_N_MANNERS
} StressManner;

/* stress-fate.c: what happened to a service and its server, for those who have to know
 * what may come out of a call. It outlives them. */
typedef struct
{
  /* Read-only. */
  guint          number;
  StressPlace    place;
  GMainContext  *context; /* (unowned) (nullable): the client's, of STRESS_CLIENT_CONTEXT */
  NorpcFullPolicy when_full;
  guint          capacity;
  guint          max_open; /* calls that it may have open, or 0 for any number */
  gboolean       turns;    /* each client has one open call at a time */
  gboolean       layered;  /* the server has layers */

  GThread *thread; /* (unowned) (nullable), atomic: the service's, since it has started */
  GThread *front;  /* (unowned) (nullable), atomic: of a proxy that passes calls on to it */
  int n_open;   /* atomic: calls that it has open, at least */
  int started;  /* atomic: its start has succeeded */
  int ending;   /* atomic: somebody stops it or lets it go */
  int stopped;  /* atomic: it has stopped, so that its channel is closed for good */
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

/* The effects that layers may have on a call. */
typedef struct
{
  gboolean sheds;      /* answer it BUSY */
  gboolean reorders;   /* let others pass it */
  gboolean retries;    /* make more attempts */
  gboolean carries;    /* pass it on in the worker's thread, and hold it there */
  gboolean denies;     /* reject it, if stress_is_denied () */
  guint    time_limit; /* milliseconds, or 0 */
} StressTraits;

#define STRESS_MAX_MEMBERS 8

/* The services that may get a call: one, or those that a balance spreads calls over. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex      lock; /* for writing */
  StressFate *fates[STRESS_MAX_MEMBERS];   /* (owned) */
  int         removed[STRESS_MAX_MEMBERS]; /* atomic: it gets no more calls */
  int         n_fates;                     /* atomic: it only grows */
  int         n_arguments;                 /* atomic: of calls that are not gone */
  StressTraits traits; /* of the layers of each; of the client's thread, if they change */
} StressGroup;

StressGroup *stress_group_new        (StressFate  *fate);
StressGroup *stress_group_ref        (StressGroup *self);
void         stress_group_unref      (StressGroup *self);
gboolean     stress_group_add        (StressGroup *self,
                                      StressFate  *fate);
void         stress_group_remove     (StressGroup *self,
                                      StressFate  *fate);
StressFate  *stress_group_get_single (StressGroup *self);
gboolean     stress_group_is_at      (StressGroup *self,
                                      StressPlace  place);
gboolean     stress_group_is_ending  (StressGroup *self);
gboolean     stress_group_has_thread (StressGroup *self,
                                      GThread     *thread);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StressGroup, stress_group_unref)

G_END_DECLS
