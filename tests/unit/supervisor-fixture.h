/* supervisor-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"

G_BEGIN_DECLS

#define MAX_PROBES 16

/* A supervisor, whose services are probes with a state each, and a clock that the test moves. */
typedef struct
{
  GMutex lock;
  GCond  changed;

  ProbeState   *states[MAX_PROBES];  /* (owned) (nullable) [lock]: in the order of the services */
  GThread      *threads[MAX_PROBES]; /* [lock]: where they were made */
  guint         n_made;              /* [lock] */
  guint         n_failures;          /* [lock]: so many of the next services cannot be made */
  guint         n_failing_starts;    /* [lock]: and so many do not start */
  gboolean      closed;              /* [lock]: the function that makes services blocks */
  guint         n_blocked;           /* [lock]: how many block now */
  gboolean      makes_servers;       /* since before the start */
  gboolean      stops;               /* since before the start: the function stops the supervisor, which fails … */
  GError       *stop_error;          /* (owned) (nullable) [lock]: … with this error */
  NorpcServer  *server;              /* (owned) (nullable) [lock]: the last one, with makes_servers */
  guint         n_destroyed;         /* [lock] */

  NorpcManualClock *clock;      /* (owned) */
  NorpcSupervisor  *supervisor; /* (owned) */
  ProbeProbeProxy  *proxy;      /* (owned) */
} Supervised;

void supervised_set_up           (Supervised           *self,
                                  gconstpointer         in_context);
void supervised_tear_down        (Supervised           *self,
                                  gconstpointer         in_context);
void supervised_release          (Supervised           *self);
void supervised_wait             (Supervised           *self,
                                  NorpcSupervisorState  state);
void supervised_wait_blocked     (Supervised           *self,
                                  guint                 n_blocked);
void supervised_open             (Supervised           *self);
void supervised_stop_server      (Supervised           *self);
void supervised_call             (Supervised           *self,
                                  int                   code,
                                  const char           *pattern);
void supervised_assert_made      (Supervised           *self,
                                  guint                 n_made);
ProbeState *supervised_get_state (Supervised           *self,
                                  guint                 index);

#define SUPERVISED_TEST(path, func) \
  g_test_add (path, Supervised, NULL, supervised_set_up, func, supervised_tear_down)

G_END_DECLS
