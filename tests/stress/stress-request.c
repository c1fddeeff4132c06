/* stress-request.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A call that a client has made, or a stream that it has opened, and what is known of it. All of it
 * is in the thread of the client. */

#include "stress-request.h"

/* Gets the number by which the service checks the order. */
guint
stress_lane_get_number (StressLane *lane)
{
  return lane->route->traits.reorders ? 0 : lane->number;
}

/* Returns a call of @lane (owned) that is about to be made. */
StressRequest *
stress_request_new (StressClient *client,
                    StressLane   *lane,
                    StressManner  manner)
{
  GRand *rand = client->rand;
  StressRequest *call = g_new0 (StressRequest, 1);
  g_autoptr (GCancellable) cancellable = stress_dup_cancellable (client, &call->own_cancellable);
  guint timeout = g_rand_int_range (rand, 0, 6) == 0 ? g_rand_int_range (rand, 1, 9) : 0;

  call->client = client;
  call->lane = g_rc_box_acquire (lane);
  call->n_cancel_alls = lane->n_cancel_alls;
  call->n_cancel_alls_done = g_atomic_int_get (&lane->route->n_cancel_alls[1]);
  call->operation = g_atomic_int_get (&client->operation);
  stress_facts_init (&call->facts, lane->route->group, manner, ++lane->last_sent, cancellable,
                     timeout);
  call->facts.traits = lane->route->traits;
  call->facts.denied = lane->route->denies && stress_is_denied (call->facts.sequence);
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);

  return call;
}

void
stress_request_free (StressRequest *call)
{
  stress_facts_clear (&call->facts);
  stress_lane_unref (call->lane);
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (call->client, -1);
  g_free (call);
}

/* After cancelling, nobody sees a success. */
void
stress_request_check_not_cancelled (StressRequest *call)
{
  if (call->own_cancellable)
    g_assert_false (g_cancellable_is_cancelled (call->facts.cancellable));
  if (call->by_proxy)
    g_assert_cmpuint (call->lane->n_cancel_alls, ==, call->n_cancel_alls);
}

/* A reply has a place in the order of all that its service sends. */
void
stress_request_note_stamp (StressRequest *call,
                           guint64        stamp)
{
  StressRoute *route = call->lane->route;

  if (stamp != 0 && !route->traits.reorders)
    stress_client_note_stamp (call->client, stress_group_get_single (route->group)->number, stamp, FALSE);
}

/* For what is called back: once, in the right thread and context, later. */
void
stress_request_check_callback (StressRequest *call)
{
  StressClient *client = call->client;

  g_assert_false (call->completed);
  call->completed = TRUE;
  g_assert_true (g_thread_self () == client->self);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  g_assert_false (client->calling);
}

/* Other clients may do the same by the same proxy: whatever was done when the call was made
 * cannot have ended it, and all that was begun since may. */
void
stress_request_note_end (StressRequest *call)
{
  StressRoute *route = call->lane->route;

  call->facts.cancelled_all = call->by_proxy &&
    g_atomic_int_get (&route->n_cancel_alls[0]) > call->n_cancel_alls_done;
  call->facts.superseded = call->latest &&
    g_atomic_int_get (&route->n_latest[0]) - 1 > call->n_latest_done;
  stress_traits_add (&call->facts.traits, &route->group->traits);
}

/* Returns an argument of the call. @kept: for longer than it takes to make the call. */
GBytes *
stress_request_new_argument (StressRequest *call,
                             gboolean       kept)
{
  StressRoute *route = call->lane->route;

  return stress_argument_new (route->group, call->facts.sequence, &route->traits, kept);
}
