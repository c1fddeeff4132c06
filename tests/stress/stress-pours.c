/* stress-pours.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams whose items a client reads. One that reads on at once gets them in one order with all else
 * that the service sends. All of it is in the client's thread. */

#include "stress-streams.h"

typedef StressPour Pour;

static void read_on (Pour *pour);

static StressTargetPourStream *
get_stream (Pour *pour)
{
  return STRESS_TARGET_POUR_STREAM (pour->flow.stream);
}

static void
check_end (gpointer flow)
{
  Pour *pour = flow;

  if (!stress_flow_is_over (&pour->flow))
    return;

  stress_flow_clear (&pour->flow);
  g_clear_object (&pour->cancellable);
  g_free (pour);
}

static void
outcome_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Pour *pour = user_data;
  StressClient *client = pour->flow.request->client;
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0, stamp = 0;

  stress_flow_check_place (&pour->flow);
  stress_target_pour_stream_outcome_finish (STRESS_TARGET_POUR_STREAM (object), result, &echoed, &data,
                                            &stamp, &error);
  pour->flow.n_waits--;
  stress_flow_end (&pour->flow, echoed, data, stamp, error);
  /* A read that waits ends first. */
  if (pour->read == STRESS_READ_ON && pour->flow.early)
    g_assert_true (pour->flow.ended);
  check_end (pour);

  stress_client_go_on (client);
}

static void
wait_for_outcome (Pour *pour)
{
  pour->flow.n_waits++;
  stress_target_pour_stream_outcome_async (get_stream (pour), NULL, outcome_cb, pour);
}

/* The client blocks in a callback. Returns FALSE at the end. */
static gboolean
read_some_sync (Pour *pour)
{
  StressClient *client = pour->flow.request->client;
  gboolean more = TRUE;

  client->calling = TRUE;
  for (guint i = pour->flow.n_done % 3; more && i > 0; i--)
    more = stress_pour_read_sync (pour);
  client->calling = FALSE;
  if (!more && pour->flow.stream != NULL && !pour->flow.early)
    wait_for_outcome (pour);

  return more;
}

/* An item has been read. */
static void
go_on (Pour *pour)
{
  if (pour->read == STRESS_READ_MANY)
    while (pour->flow.n_done < pour->flow.n_own && stress_pour_try_item (pour))
      ;
  if (pour->flow.n_done >= pour->flow.n_own && !stress_flow_leave (&pour->flow))
    return;
  if (pour->read != STRESS_READ_MIXED || read_some_sync (pour))
    read_on (pour);
}

/* A client that waits already is refused. */
static void
refused_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Pour *pour = user_data;
  g_autoptr (GError) error = NULL;

  stress_flow_check_place (&pour->flow);
  g_assert_false (stress_target_pour_stream_next_finish (STRESS_TARGET_POUR_STREAM (object), result, NULL, NULL,
                                                         NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  pour->flow.n_waits--;
  check_end (pour);
}

/* A read that was cancelled has taken no item. */
static void
cancelled_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  Pour *pour = user_data;
  g_autoptr (GError) error = NULL;

  stress_flow_check_place (&pour->flow);
  g_assert_false (stress_target_pour_stream_next_finish (STRESS_TARGET_POUR_STREAM (object), result, NULL, NULL,
                                                         NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  pour->flow.n_waits--;
  read_on (pour);
}

/* Whether another thread has cancelled the read. It has taken no item then. */
static gboolean
was_cancelled (Pour         *pour,
               const GError *error)
{
  g_autoptr (GCancellable) cancellable = g_steal_pointer (&pour->cancellable);

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && g_cancellable_is_cancelled (cancellable);
}

static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Pour *pour = user_data;
  StressClient *client = pour->flow.request->client;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  guint64 stamp, number;
  guint service;

  stress_flow_check_place (&pour->flow);
  pour->flow.n_waits--;
  if (stress_target_pour_stream_next_finish (STRESS_TARGET_POUR_STREAM (object), result, &service, &stamp,
                                             &number, &content, &error))
    {
      stress_pour_note_item (pour, service, stamp, number, content,
                             pour->read == STRESS_READ_ON || pour->read == STRESS_READ_MANY);
      g_clear_pointer (&content, g_bytes_unref);
      g_clear_object (&pour->cancellable);
      go_on (pour);
    }
  else if (was_cancelled (pour, error))
    {
      read_on (pour);
    }
  else
    {
      stress_pour_note_end (pour, error);
      if (!pour->flow.early)
        wait_for_outcome (pour);
    }
  check_end (pour);

  stress_client_go_on (client);
}

/* The worker's thread. Not used under AddressSanitizer. */
G_GNUC_UNUSED static void
cancel_elsewhere (gpointer cancellable,
                  gpointer unused)
{
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
}

/* GLib 2.74 leaks a cancellable's source that goes in one thread while another one cancels, and
 * LeakSanitizer and Valgrind see that. */
static void
set_cancellable (Pour *pour)
{
#ifndef __SANITIZE_ADDRESS__
  if (g_getenv ("NORPC_TEST_VALGRIND") != NULL)
    return;

  pour->cancellable = g_cancellable_new ();
  stress_worker_push (cancel_elsewhere, g_object_ref (pour->cancellable), NULL);
#endif
}

/* Waits for the next item, in one of some ways. */
static void
wait_for_item (Pour *pour)
{
  GRand *rand = pour->flow.request->client->rand;

  pour->flow.n_waits++;
  if (g_rand_int_range (rand, 0, 16) == 0)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      stress_target_pour_stream_next_async (get_stream (pour), cancellable, cancelled_cb, pour);
      g_cancellable_cancel (cancellable);
      return;
    }

  if (g_rand_int_range (rand, 0, 8) == 0)
    set_cancellable (pour);
  stress_target_pour_stream_next_async (get_stream (pour), pour->cancellable, next_cb, pour);
  if (g_rand_int_range (rand, 0, 32) != 0)
    return;

  pour->flow.n_waits++;
  stress_target_pour_stream_next_async (get_stream (pour), NULL, refused_cb, pour);
}

static gboolean
later_cb (gpointer user_data)
{
  Pour *pour = user_data;

  pour->flow.n_waits--;
  wait_for_item (pour);

  return G_SOURCE_REMOVE;
}

static void
read_on (Pour *pour)
{
  StressClient *client = pour->flow.request->client;
  g_autoptr (GSource) source = NULL;

  if (pour->read != STRESS_READ_LATER)
    {
      wait_for_item (pour);
      return;
    }

  pour->flow.n_waits++;
  source = pour->flow.n_done % 2 == 0 ? g_idle_source_new () : g_timeout_source_new (1);
  g_source_set_callback (source, later_cb, pour, NULL);
  g_source_attach (source, client->context);
}

/* The client waits for the outcome once it has begun to read, or when all items are read. */
static void
read_all_sync (Pour *pour)
{
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;
  guint64 echoed = 0, stamp = 0;
  gboolean more = stress_pour_read_sync (pour);

  pour->flow.early = pour->flow.early && more;
  if (pour->flow.early)
    wait_for_outcome (pour);
  while (more)
    more = stress_pour_read_sync (pour);
  if (pour->flow.stream == NULL || pour->flow.early)
    return;

  stress_target_pour_stream_outcome_sync (get_stream (pour), &echoed, &data, &stamp, NULL, &error);
  pour->flow.request->client->calling = FALSE;
  stress_flow_end (&pour->flow, echoed, data, 0, error);
}

static gboolean
outcome_later_cb (gpointer user_data)
{
  Pour *pour = user_data;

  pour->flow.n_waits--;
  wait_for_outcome (pour);

  return G_SOURCE_REMOVE;
}

/* The service may wait for a reader already. */
static void
wait_for_outcome_later (Pour *pour)
{
  g_autoptr (GSource) source = g_timeout_source_new (1);

  pour->flow.n_waits++;
  g_source_set_callback (source, outcome_later_cb, pour, NULL);
  g_source_attach (source, pour->flow.request->client->context);
}

static void
begin_reading (Pour *pour)
{
  if (pour->read == STRESS_READ_SYNC)
    {
      read_all_sync (pour);
      return;
    }

  if (pour->read != STRESS_READ_NONE)
    read_on (pour);
  if (pour->flow.early)
    wait_for_outcome (pour);
  else if (pour->read == STRESS_READ_NONE)
    wait_for_outcome_later (pour);
}

static Pour *
pour_new (StressClient *client,
          StressLane   *lane)
{
  Pour *pour = g_new0 (Pour, 1);

  pour->flow.check_end = check_end;
  stress_flow_begin (&pour->flow, client, lane);
  pour->read = g_rand_int_range (client->rand, 0, STRESS_N_READS);
  /* A client that waits for the outcome before it reads gets no items. */
  pour->flow.early = pour->read != STRESS_READ_LATER && g_rand_boolean (client->rand);
  if (pour->read == STRESS_READ_SYNC || pour->read == STRESS_READ_MIXED)
    stress_flow_allow_deadlock (&pour->flow);

  return pour;
}

void
stress_pour (StressClient *client,
             StressLane   *lane)
{
  Pour *pour = pour_new (client, lane);
  StressFacts *facts = &pour->flow.request->facts;
  g_autoptr (GBytes) data = stress_request_new_argument (pour->flow.request, TRUE);

  client->calling = TRUE;
  if (facts->timeout != 0)
    norpc_timeout_push (facts->timeout);
  stress_flow_opened (&pour->flow,
                      stress_target_proxy_open_pour (lane->route->proxy, facts->manner,
                                                     stress_lane_get_number (lane), facts->sequence, data,
                                                     pour->flow.n_items, facts->cancellable));
  if (facts->timeout != 0)
    norpc_timeout_pop ();
  begin_reading (pour);
  client->calling = FALSE;
  check_end (pour);
}
