/* test-streams-order.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The items of a stream, and their place among signals and replies. */

#include "feed-fixture.h"

static void
end_held (Held    *held,
          guint64  sum)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, sum);
  norpc_call_return_values (held->call, 1, &value);
  held_clear (held);
}

/* A read that waits gets the next item; others arrive with it; then there is the end. */
static void
test_items (FeedFixture   *self,
            gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autofree char *text = NULL;
  Held held;
  guint number;

  g_assert_false (feed_feed_hold_stream_try_next (stream, NULL, NULL));
  read_next (self, stream);
  take_held (self, &held);
  iterate ();
  log_assert (&self->log, "");

  for (guint i = 1; i <= 3; i++)
    g_assert_true (write_item (&held, i));
  g_assert_false (feed_feed_hold_stream_try_next (stream, &number, NULL));
  log_wait (&self->log, "; ");
  log_assert (&self->log, "1 text; ");
  g_assert_true (feed_feed_hold_stream_try_next (stream, &number, &text));
  g_assert_cmpuint (number, ==, 2);
  g_assert_cmpstr (text, ==, "text");
  g_assert_true (feed_feed_hold_stream_try_next (stream, NULL, NULL));
  g_assert_false (feed_feed_hold_stream_try_next (stream, NULL, NULL));

  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, &self->log);
  end_held (&held, 6);
  read_next (self, stream);
  log_wait (&self->log, "end; ");
  log_wait (&self->log, "outcome 6; ");
  log_truncate (&self->log);

  read_next (self, stream);
  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, &self->log);
  log_wait (&self->log, "end; ");
  log_wait (&self->log, "outcome: The outcome has been taken already; ");
}

static void
counted_cb (FeedFeed *feed,
            guint     number,
            Log      *log)
{
  log_add (log, "signal %u; ", number);
}

static void
test_order (FeedFixture   *self,
            gconstpointer  unused)
{
  g_autoptr (FeedFeedCountStream) stream = NULL;
  guint64 sum;

  g_signal_connect (self->proxy, "counted", G_CALLBACK (counted_cb), &self->log);
  stream = feed_feed_proxy_open_count (self->proxy, 3, NULL);
  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, &self->log);
  log_wait (&self->log, "end; ");
  log_assert (&self->log, "signal 0; item 1; signal 1; item 2; signal 2; item 3; signal 3; end; ");
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 6);
}

/* A reader that reads on in its callback gets items that were written one after the other before what
 * the service has sent after them.
 */
static void
test_order_of_pairs (FeedFixture   *self,
                     gconstpointer  unused)
{
  g_autoptr (FeedFeedPairsStream) stream = NULL;

  g_signal_connect (self->proxy, "counted", G_CALLBACK (counted_cb), &self->log);
  stream = feed_feed_proxy_open_pairs (self->proxy, NULL);
  feed_feed_pairs_stream_next_async (stream, NULL, pairs_next_cb, &self->log);
  log_wait (&self->log, "end; ");
  log_assert (&self->log, "item 1; item 2; signal 2; item 3; item 4; signal 4; end; ");
}

/* A read that is cancelled leaves its item to the next one. There is one at a time. */
static void
test_cancelled_read (FeedFixture   *self,
                     gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  feed_feed_hold_stream_next_async (stream, cancellable, hold_next_cb, &self->log);
  read_next (self, stream);
  log_wait (&self->log, "The stream is already being waited for; ");
  g_assert_true (write_item (&held, 1));
  g_cancellable_cancel (cancellable);
  log_wait (&self->log, "Operation was cancelled; ");
  log_truncate (&self->log);

  read_next (self, stream);
  log_wait (&self->log, "; ");
  log_assert (&self->log, "1 text; ");
  held_clear (&held);
}

/* An error comes after the items, too. */
static void
test_failed (FeedFixture   *self,
             gconstpointer  drops)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  if (drops == NULL)
    norpc_call_return_error (held.call, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing there");
  held_clear (&held);
  for (guint i = 0; i < 2; i++)
    {
      read_next (self, stream);
      log_wait (&self->log, "; ");
      if (i == 0)
        log_assert (&self->log, "1 text; ");
    }
  log_assert (&self->log, drops == NULL ? "nothing there; "
                                        : "org.example.Feed.Hold was dropped without a reply; ");
  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, &self->log);
  log_wait (&self->log, drops == NULL ? "outcome: nothing there; " : "outcome: org.example");
}

/* A wrong value of an item is rejected, and named. */
static void
test_wrong_value (FeedFixture   *self,
                  gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  Held held;

  take_held (self, &held);
  g_assert_false (feed_feed_hold_stream_write (held.stream, 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Feed.Hold: item 'text': expected a value of type gchararray, got NULL");
  g_assert_true (write_item (&held, 2));
  read_next (self, stream);
  log_wait (&self->log, "2 text; ");
  held_clear (&held);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FEED_TEST ("/streams-order/items", NULL, test_items);
  FEED_TEST ("/streams-order/signals", NULL, test_order);
  FEED_TEST ("/streams-order/order-of-pairs", NULL, test_order_of_pairs);
  FEED_TEST ("/streams-order/cancelled-read", NULL, test_cancelled_read);
  FEED_TEST ("/streams-order/failed", NULL, test_failed);
  FEED_TEST ("/streams-order/dropped", "drops", test_failed);
  FEED_TEST ("/streams-order/wrong-value", NULL, test_wrong_value);

  return g_test_run ();
}
