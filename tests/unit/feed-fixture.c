/* feed-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "feed-fixture.h"

void
feed_fixture_set_up (FeedFixture   *self,
                     gconstpointer  unused)
{
  g_autoptr (FeedService) service = g_object_new (FEED_TYPE_SERVICE, NULL);

  self->held = g_async_queue_ref (feed_service_get_held (service));
  self->server = norpc_server_new (G_OBJECT (service));
  self->proxy = feed_feed_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
  log_init (&self->log);
  g_assert_true (norpc_server_start (self->server, NULL, NULL));
}

void
feed_fixture_tear_down (FeedFixture   *self,
                        gconstpointer  unused)
{
  if (self->server != NULL)
    {
      g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
      release_and_wait (g_steal_pointer (&self->server));
    }
  iterate ();
  if (self->proxy != NULL)
    release_and_wait (g_steal_pointer (&self->proxy));
  g_assert_cmpint (g_async_queue_length (self->held), ==, 0);
  g_async_queue_unref (self->held);
  log_clear (&self->log);
}

/* Waits until the service keeps a stream, and takes it over. */
void
take_held (FeedFixture *self,
           Held        *held)
{
  Held *taken = g_async_queue_pop (self->held);

  *held = *taken;
  g_free (taken);
}

void
count_next_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      log)
{
  FeedFeedCountStream *stream = FEED_FEED_COUNT_STREAM (object);
  guint number;

  if (!feed_feed_count_stream_next_finish (stream, result, &number, NULL))
    {
      log_add (log, "end; ");
      return;
    }

  log_add (log, "item %u; ", number);
  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, log);
}

void
pairs_next_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      log)
{
  FeedFeedPairsStream *stream = FEED_FEED_PAIRS_STREAM (object);
  guint number;

  if (!feed_feed_pairs_stream_next_finish (stream, result, &number, NULL))
    {
      log_add (log, "end; ");
      return;
    }

  log_add (log, "item %u; ", number);
  feed_feed_pairs_stream_next_async (stream, NULL, pairs_next_cb, log);
}

void
hold_next_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      log)
{
  FeedFeedHoldStream *stream = FEED_FEED_HOLD_STREAM (object);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

  if (feed_feed_hold_stream_next_finish (stream, result, &number, &text, &error))
    log_add (log, "%u %s; ", number, text);
  else
    log_add (log, "%s; ", error != NULL ? error->message : "end");
}

void
hold_outcome_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      log)
{
  FeedFeedHoldStream *stream = FEED_FEED_HOLD_STREAM (object);
  g_autoptr (GError) error = NULL;
  guint64 sum;

  if (feed_feed_hold_stream_outcome_finish (stream, result, &sum, &error))
    log_add (log, "outcome %" G_GUINT64_FORMAT "; ", sum);
  else
    log_add (log, "outcome: %s; ", error->message);
}

void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      log)
{
  g_autoptr (GError) error = NULL;

  if (norpc_stream_ready_finish (NORPC_STREAM (object), result, &error))
    log_add (log, "ready; ");
  else
    log_add (log, "ready: %s; ", error->message);
}

void
collect_outcome_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      log)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *joined =
    feed_feed_collect_stream_outcome_finish (FEED_FEED_COLLECT_STREAM (object), result, &error);

  log_add (log, "%s; ", joined != NULL ? joined : error->message);
}

void
read_next (FeedFixture        *self,
           FeedFeedHoldStream *stream)
{
  feed_feed_hold_stream_next_async (stream, NULL, hold_next_cb, &self->log);
}

gboolean
write_item (Held  *held,
            guint  number)
{
  return feed_feed_hold_stream_write (held->stream, number, "text", NULL);
}
