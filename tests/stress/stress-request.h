/* stress-request.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stress.h"

G_BEGIN_DECLS

/* stress-request.c: a call that a client has made, or a stream that it has opened. */
typedef struct
{
  StressClient *client; /* (unowned) */
  StressLane   *lane;   /* (owned) */
  StressFacts   facts;
  gboolean      own_cancellable; /* nobody but this client cancels it */
  gboolean      latest;          /* of the latest-wins method */
  gboolean      moved;           /* its arguments move */
  gboolean      by_proxy;        /* cancelled with all others */
  guint         n_cancel_alls;   /* by this client, before it was made */
  int           n_cancel_alls_done; /* by any client, before it was made */
  int           n_latest_done;      /* calls that were made before it was */
  int           operation;       /* that made it */
  gboolean      completed;
} StressRequest;

guint          stress_lane_get_number        (StressLane    *lane);
StressRequest *stress_request_new            (StressClient  *client,
                                              StressLane    *lane,
                                              StressManner   manner);
void           stress_request_free           (StressRequest *call);
void           stress_request_check_callback (StressRequest *call);
void           stress_request_check_not_cancelled (StressRequest *call);
void           stress_request_note_stamp     (StressRequest *call,
                                              guint64        stamp);
void           stress_request_note_end       (StressRequest *call);
GBytes        *stress_request_new_argument   (StressRequest *call,
                                              gboolean       kept);

G_END_DECLS
