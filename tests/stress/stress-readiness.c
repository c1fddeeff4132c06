/* stress-readiness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Waiting until an endpoint would accept a call. All of it is in the thread of a client. */

#include "stress.h"

typedef struct
{
  StressClient *client; /* (unowned) */
  StressLane   *lane;   /* (owned) */
  GCancellable *cancellable; /* (owned) (nullable) */
  int           n_fates; /* of the route, before it was begun */
  gboolean      was_started[STRESS_MAX_MEMBERS];
  gboolean      completed;
} Wait;

static void
wait_free (Wait *wait)
{
  g_clear_object (&wait->cancellable);
  stress_lane_unref (wait->lane);
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (wait->client, -1);
  g_free (wait);
}

/* Only if all are that calls may go to. */
static gboolean
may_be_closed (Wait *wait)
{
  StressGroup *group = wait->lane->route->group;

  for (int i = 0; i < g_atomic_int_get (&group->n_fates); i++)
    if (!g_atomic_int_get (&group->removed[i]) &&
        !stress_fate_may_be_closed (group->fates[i], i < wait->n_fates && wait->was_started[i]))
      return FALSE;

  return TRUE;
}

static void
check_error (Wait         *wait,
             const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_assert_true (g_cancellable_is_cancelled (wait->cancellable));
      return;
    }

  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (may_be_closed (wait));
}

static void
ready_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Wait *wait = user_data;
  StressClient *client = wait->client;
  g_autoptr (GError) error = NULL;
  gboolean ready;

  g_assert_false (wait->completed);
  wait->completed = TRUE;
  g_assert_true (g_thread_self () == client->self);
  g_assert_true (g_main_context_get_thread_default () == client->context);
  g_assert_false (client->calling);

  ready = norpc_endpoint_ready_finish (NORPC_ENDPOINT (source_object), result, &error);
  if (!ready)
    check_error (wait, error);

  if (ready)
    stress_call_when_ready (client, wait->lane);
  wait_free (wait);

  stress_client_go_on (client);
}

static void
note_services (Wait        *wait,
               StressGroup *group)
{
  wait->n_fates = g_atomic_int_get (&group->n_fates);
  for (int i = 0; i < wait->n_fates; i++)
    {
      wait->was_started[i] = g_atomic_int_get (&group->fates[i]->started);
      g_atomic_int_inc (&group->fates[i]->n_probes);
    }
}

void
stress_await_room (StressClient *client,
                   StressLane   *lane)
{
  Wait *wait = g_new0 (Wait, 1);
  gboolean own;

  wait->client = client;
  wait->lane = g_rc_box_acquire (lane);
  wait->cancellable = stress_dup_cancellable (client, &own);
  note_services (wait, lane->route->group);
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);

  client->calling = TRUE;
  norpc_endpoint_ready_async (lane->route->endpoint, wait->cancellable, ready_cb, wait);
  client->calling = FALSE;
}
