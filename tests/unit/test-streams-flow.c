/* test-streams-flow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Flow control: the writer of a stream waits for its reader. */

#include "client/norpc-reply-queue-parts-private.h"
#include "feed-fixture.h"

/* A writer waits for the reader, whose context need not run. */
static void
test_flow (FeedFixture   *self,
           gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  guint number;
  Held held;

  take_held (self, &held);
  for (guint i = 1; i <= 4; i++)
    {
      g_assert_true (norpc_stream_is_ready (NORPC_STREAM (held.stream)));
      g_assert_true (write_item (&held, i));
    }
  g_assert_false (norpc_stream_is_ready (NORPC_STREAM (held.stream)));
  g_assert_false (feed_feed_hold_stream_write (held.stream, 5, "", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  norpc_stream_ready_async (NORPC_STREAM (held.stream), NULL, ready_cb, &self->log);
  norpc_stream_ready_async (NORPC_STREAM (held.stream), NULL, ready_cb, &self->log);
  log_wait (&self->log, "ready: The stream is already being waited for; ");
  log_truncate (&self->log);

  for (guint i = 1; i <= 2; i++)
    {
      iterate ();
      log_assert (&self->log, "");
      g_assert_true (feed_feed_hold_stream_next_sync (stream, &number, NULL, NULL, NULL));
      g_assert_cmpuint (number, ==, i);
    }
  log_wait (&self->log, "ready; ");
  g_assert_true (write_item (&held, 5));
  for (guint i = 3; i <= 5; i++)
    {
      g_assert_true (feed_feed_hold_stream_next_sync (stream, &number, NULL, NULL, NULL));
      g_assert_cmpuint (number, ==, i);
    }
  held_clear (&held);
}

/* Thousands of items through a stream for four, in two threads. */
static void
test_many (FeedFixture   *self,
           gconstpointer  sync)
{
  guint n = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 200 : 5000;
  g_autoptr (FeedFeedCountStream) stream = feed_feed_proxy_open_count (self->proxy, n, NULL);
  guint number, last = 0;
  guint64 sum;

  if (sync == NULL)
    {
      feed_feed_count_stream_next_async (stream, NULL, count_next_cb, &self->log);
      log_wait (&self->log, "end; ");
    }
  else
    {
      while (feed_feed_count_stream_next_sync (stream, &number, NULL, NULL))
        g_assert_cmpuint (number, ==, ++last);
      g_assert_cmpuint (last, ==, n);
    }
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, (guint64) n * (n + 1) / 2);
}

/* A client that waits for the outcome alone does not hold up the service. */
static void
test_outcome_only (FeedFixture   *self,
                   gconstpointer  unused)
{
  g_autoptr (FeedFeedCountStream) stream = feed_feed_proxy_open_count (self->proxy, 100, NULL);
  g_autoptr (FeedFeedTickStream) tick = feed_feed_proxy_open_tick (self->proxy, NULL);
  guint64 sum;

  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 5050);
  g_assert_true (feed_feed_tick_stream_next_sync (tick, NULL, NULL));
  g_assert_false (feed_feed_tick_stream_next_sync (tick, NULL, NULL));
  g_assert_true (feed_feed_tick_stream_outcome_sync (tick, NULL, NULL));
}

/* A program that does not run its context does not keep the outcomes that it has got. That of the last stream may still be
 * on its way, and an outcome that is waited for comes when the context runs.
 */
static void
test_no_context (FeedFixture   *self,
                 gconstpointer  unused)
{
  g_autoptr (NorpcReplyQueue) reply_queue = norpc_reply_queue_get_thread_default ();
  g_autoptr (FeedFeedCollectStream) other = feed_feed_proxy_open_collect (self->proxy, NULL);

  norpc_stream_end (NORPC_STREAM (other));
  feed_feed_collect_stream_outcome_async (other, NULL, collect_outcome_cb, &self->log);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (FeedFeedCountStream) stream = feed_feed_proxy_open_count (self->proxy, 1, NULL);
      g_autoptr (GError) error = NULL;
      guint number;

      g_assert_true (feed_feed_count_stream_next_sync (stream, &number, NULL, &error));
      g_assert_false (feed_feed_count_stream_next_sync (stream, &number, NULL, &error));
      g_assert_true (feed_feed_count_stream_outcome_sync (stream, NULL, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_atomic_int_get (&reply_queue->n_open), <=, 2);
    }
  log_assert (&self->log, "");
  log_wait (&self->log, "; ");
}

/* The client writes, and ends; the items that were written before the service begins are there. */
static void
test_in (FeedFixture   *self,
         gconstpointer  unused)
{
  g_autoptr (FeedFeedCollectStream) stream = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_feed_collect_stream_write (stream, "a", NULL));
  g_assert_true (feed_feed_collect_stream_write (stream, "b", NULL));
  feed_feed_collect_stream_outcome_async (stream, NULL, collect_outcome_cb, &self->log);
  norpc_stream_ready_async (NORPC_STREAM (stream), NULL, ready_cb, &self->log);
  log_wait (&self->log, "ready; ");
  g_assert_true (feed_feed_collect_stream_write (stream, "c", NULL));
  norpc_stream_end (NORPC_STREAM (stream));
  g_assert_false (feed_feed_collect_stream_write (stream, "d", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  log_wait (&self->log, "abc; ");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FEED_TEST ("/streams-flow/full", NULL, test_flow);
  FEED_TEST ("/streams-flow/many", NULL, test_many);
  FEED_TEST ("/streams-flow/many-sync", "sync", test_many);
  FEED_TEST ("/streams-flow/outcome-only", NULL, test_outcome_only);
  FEED_TEST ("/streams-flow/no-context", NULL, test_no_context);
  FEED_TEST ("/streams-flow/in", NULL, test_in);

  return g_test_run ();
}
