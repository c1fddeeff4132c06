/* stress-fills.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams whose items a client writes. All of it is in the client's thread. */

#include "stress-streams.h"

typedef struct
{
  StressFlow flow; /* must be first */
  gboolean   late;     /* items are written one by one, at times */
  gboolean   sync;     /* the client blocks until there is an outcome */
  gboolean   elsewhere; /* items are written in the worker's thread, which has the flow meanwhile */
  guint      n_wanted; /* items that the service reads */
  StressCourse *course; /* (owned) */
} Fill;

static void write_on (Fill *fill);

static StressTargetFillStream *
get_stream (Fill *fill)
{
  return STRESS_TARGET_FILL_STREAM (fill->flow.stream);
}

static void
check_end (gpointer flow)
{
  Fill *fill = flow;

  if (!stress_flow_is_over (&fill->flow))
    return;

  stress_flow_clear (&fill->flow);
  stress_course_unref (fill->course);
  g_free (fill);
}

/* A service that succeeds has read what it wanted of the items, or all. */
static void
note_outcome (Fill         *fill,
              guint64       echoed,
              GBytes       *data,
              guint64       stamp,
              const GError *error)
{
  StressFlow *flow = &fill->flow;

  stress_flow_end (flow, echoed, data, stamp, error);
  if (error == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_assert_cmpuint (flow->n_done, >=, MIN (fill->n_wanted, flow->n_items));
}

static void
outcome_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fill *fill = user_data;
  StressClient *client = fill->flow.request->client;
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0, stamp = 0;

  stress_flow_check_place (&fill->flow);
  stress_target_fill_stream_outcome_finish (STRESS_TARGET_FILL_STREAM (object), result, &echoed, &data,
                                            &stamp, &error);
  fill->flow.n_waits--;
  note_outcome (fill, echoed, data, stamp, error);
  check_end (fill);

  stress_client_go_on (client);
}

static void
wait_for_outcome (Fill *fill)
{
  fill->flow.n_waits++;
  stress_target_fill_stream_outcome_async (get_stream (fill), NULL, outcome_cb, fill);
}

static void
take_outcome (Fill *fill)
{
  StressClient *client = fill->flow.request->client;
  gboolean calling = client->calling;
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0, stamp = 0;

  if (fill->flow.early)
    return;
  if (!fill->sync)
    {
      wait_for_outcome (fill);
      return;
    }

  client->calling = TRUE;
  stress_target_fill_stream_outcome_sync (get_stream (fill), &echoed, &data, &stamp, NULL, &error);
  client->calling = FALSE;
  stress_flow_check_time (&fill->flow, error);
  note_outcome (fill, echoed, data, 0, error);
  client->calling = calling;
}

/* There is room, and nobody else writes. */
static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Fill *fill = user_data;
  StressClient *client = fill->flow.request->client;
  g_autoptr (GError) error = NULL;

  stress_flow_check_place (&fill->flow);
  fill->flow.n_waits--;
  if (norpc_stream_ready_finish (NORPC_STREAM (object), result, &error))
    {
      g_assert_true (norpc_stream_is_ready (fill->flow.stream));
      write_on (fill);
    }
  else
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      take_outcome (fill);
    }
  check_end (fill);

  stress_client_go_on (client);
}

static gboolean
later_cb (gpointer user_data)
{
  Fill *fill = user_data;

  fill->flow.n_waits--;
  write_on (fill);
  check_end (fill);

  return G_SOURCE_REMOVE;
}

static void
write_later (Fill *fill)
{
  g_autoptr (GSource) source = fill->flow.n_done % 2 == 0 ? g_idle_source_new () : g_timeout_source_new (1);

  fill->flow.n_waits++;
  g_source_set_callback (source, later_cb, fill, NULL);
  g_source_attach (source, fill->flow.request->client->context);
}

/* Returns FALSE if the stream waits, or has ended. */
static gboolean
write_item (Fill *fill)
{
  StressFlow *flow = &fill->flow;
  g_autoptr (GBytes) content = stress_content_new (fill->course, flow->n_done + 1);
  g_autoptr (GError) error = NULL;

  if (stress_target_fill_stream_write (get_stream (fill), flow->n_done + 1, content, &error))
    {
      flow->n_done++;
      stress_course_check (fill->course, STRESS_FILL_BACKLOG);
      return TRUE;
    }

  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    {
      flow->n_waits++;
      norpc_stream_ready_async (flow->stream, NULL, ready_cb, fill);
      return FALSE;
    }

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  take_outcome (fill);

  return FALSE;
}

static void
write_on (Fill *fill)
{
  while (fill->flow.n_done < fill->flow.n_items)
    {
      if (!write_item (fill))
        return;
      if (fill->flow.n_done >= fill->flow.n_own && !stress_flow_leave (&fill->flow))
        return;
      if (fill->late)
        {
          write_later (fill);
          return;
        }
    }

  norpc_stream_end (fill->flow.stream);
  take_outcome (fill);
}

/* The client's thread. */
static gboolean
written_cb (gpointer user_data)
{
  Fill *fill = user_data;

  fill->flow.n_waits--;
  take_outcome (fill);
  check_end (fill);

  return G_SOURCE_REMOVE;
}

/* The worker's thread, which has others to serve while the reader is behind. */
static void
write_elsewhere (gpointer data,
                 gpointer context)
{
  Fill *fill = data;
  g_autoptr (GSource) source = NULL;
  g_autoptr (GError) error = NULL;

  while (fill->flow.n_done < fill->flow.n_items && error == NULL)
    {
      g_autoptr (GBytes) content = stress_content_new (fill->course, fill->flow.n_done + 1);

      if (stress_target_fill_stream_write (get_stream (fill), fill->flow.n_done + 1, content, &error))
        fill->flow.n_done++;
    }
  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    {
      g_usleep (20);
      stress_worker_push (write_elsewhere, fill, context);
      return;
    }

  if (error == NULL)
    norpc_stream_end (fill->flow.stream);
  source = g_idle_source_new ();
  g_source_set_callback (source, written_cb, fill, NULL);
  g_source_attach (source, context);
  g_main_context_unref (context);
}

static void
push_writing (Fill *fill)
{
  fill->flow.n_waits++;
  stress_worker_push (write_elsewhere, fill, g_main_context_ref (fill->flow.request->client->context));
}

static Fill *
fill_new (StressClient *client,
          StressLane   *lane)
{
  Fill *fill = g_new0 (Fill, 1);

  fill->flow.check_end = check_end;
  stress_flow_begin (&fill->flow, client, lane);
  fill->course = stress_course_new (fill->flow.request->facts.sequence);
  fill->late = g_rand_int_range (client->rand, 0, 3) == 0;
  fill->flow.early = g_rand_boolean (client->rand);
  fill->elsewhere = g_rand_int_range (client->rand, 0, 4) == 0;
  fill->flow.early = fill->flow.early && !fill->elsewhere;
  fill->sync = g_rand_int_range (client->rand, 0, 4) == 0;
  if (fill->sync)
    stress_flow_allow_deadlock (&fill->flow);
  fill->n_wanted = g_rand_int_range (client->rand, 0, 3) == 0
                     ? (guint) g_rand_int_range (client->rand, 0, 10) : G_MAXUINT;

  return fill;
}

void
stress_fill (StressClient *client,
             StressLane   *lane)
{
  Fill *fill = fill_new (client, lane);
  StressFacts *facts = &fill->flow.request->facts;
  g_autoptr (GBytes) data = stress_request_new_argument (fill->flow.request, TRUE);

  client->calling = TRUE;
  if (facts->timeout != 0)
    norpc_timeout_push (facts->timeout);
  stress_flow_opened (&fill->flow,
                      stress_target_proxy_open_fill (lane->route->proxy, facts->manner,
                                                     stress_lane_get_number (lane), facts->sequence, data,
                                                     fill->flow.n_items, fill->n_wanted,
                                                     facts->cancellable));
  if (facts->timeout != 0)
    norpc_timeout_pop ();
  if (fill->flow.early)
    wait_for_outcome (fill);
  if (fill->elsewhere)
    push_writing (fill);
  else
    write_on (fill);
  client->calling = FALSE;
  check_end (fill);
}
