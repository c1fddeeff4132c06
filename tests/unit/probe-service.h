/* probe-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "probe.h"

G_BEGIN_DECLS

/* A service that does what a test tells it to do, and that the test sees into
 * from its own thread. Everything below may be used in any thread.
 */
#define PROBE_TYPE_SERVICE (probe_service_get_type ())
G_DECLARE_FINAL_TYPE (ProbeService, probe_service, PROBE, SERVICE, GObject)

/* The state of a service that a test looks at. It outlives the service. */
typedef struct
{
  GMutex lock;
  GCond  changed;

  GAsyncQueue *held;    /* (owned): of owned NorpcCall */
  GArray      *numbers; /* (owned) [lock] */
  gboolean     open;    /* [lock]: what blocks may go on */
  guint        n_blocked;   /* [lock]: how many block now */
  guint        n_handled;   /* [lock] */
  guint        n_wrong;     /* [lock]: in another thread than the first */
  GThread     *thread;      /* [lock]: the first that it ran in */
  GThread     *started_in;  /* [lock] */
  GThread     *stopped_in;  /* [lock] */
  GThread     *finalized_in; /* [lock] */
  gboolean     fail_start;
  void       (*run) (ProbeService *service, NorpcCall *call, gpointer data);
  gpointer     run_data;
} ProbeState;

ProbeState   *probe_state_new           (void);
void          probe_state_free          (ProbeState *state);
GObject      *probe_service_new         (ProbeState *state);

NorpcCall    *probe_state_take_held     (ProbeState *state);
void          probe_state_wait_blocked  (ProbeState *state);
void          probe_state_open_gate     (ProbeState *state);
guint         probe_state_get_n_handled (ProbeState *state);
GThread      *probe_state_get_thread    (ProbeState *state,
                                         GThread   **place);
void          probe_state_wait_finalized (ProbeState *state);

G_END_DECLS
