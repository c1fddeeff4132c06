/* test-interleavings-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A stream that one thread closes at a certain moment of another thread's read. */

#include "events/norpc-stream-private.h"
#include "feed-fixture.h"

NorpcItem *__real_norpc_pipe_take (NorpcPipe *self, guint64 max_number, gboolean *at_end);
NorpcItem *__wrap_norpc_pipe_take (NorpcPipe *self, guint64 max_number, gboolean *at_end);

/* The stream (unowned) (nullable) that is closed once something has been taken from its pipe, atomic. */
static NorpcStream *closing = NULL;

static gpointer
close_in_thread (gpointer stream)
{
  norpc_stream_close (stream);

  return NULL;
}

NorpcItem *
__wrap_norpc_pipe_take (NorpcPipe *self,
                        guint64    max_number,
                        gboolean  *at_end)
{
  NorpcItem *item = __real_norpc_pipe_take (self, max_number, at_end);
  NorpcStream *stream = g_atomic_pointer_get (&closing);

  if (stream != NULL && norpc_stream_get_private (stream)->pipe == self &&
      g_atomic_pointer_compare_and_exchange (&closing, stream, NULL))
    g_thread_join (g_thread_new ("closer", close_in_thread, stream));

  return item;
}

static void
answer (Held *held)
{
  g_auto (GValue) sum = G_VALUE_INIT;

  g_value_init (&sum, G_TYPE_UINT64);
  norpc_call_return_values (held->call, 1, &sum);
  iterate ();
}

/* The reader has found the end, which the other thread then drops. */
static void
test_at_end (FeedFixture   *self,
             gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  Held held;

  take_held (self, &held);
  answer (&held);

  g_atomic_pointer_set (&closing, NORPC_STREAM (stream));
  g_assert_false (feed_feed_hold_stream_next_sync (stream, NULL, NULL, NULL, &error));
  g_assert_null (g_atomic_pointer_get (&closing));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  held_clear (&held);
}

/* The reader has taken an item, and keeps it. The end that follows is lost. */
static void
test_with_item (FeedFixture   *self,
                gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  guint number = 0;
  Held held;

  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  answer (&held);

  g_atomic_pointer_set (&closing, NORPC_STREAM (stream));
  g_assert_true (feed_feed_hold_stream_next_sync (stream, &number, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (g_atomic_pointer_get (&closing));
  g_assert_cmpuint (number, ==, 1);
  g_assert_false (feed_feed_hold_stream_next_sync (stream, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  held_clear (&held);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FEED_TEST ("/interleavings-streams/at-end", NULL, test_at_end);
  FEED_TEST ("/interleavings-streams/with-item", NULL, test_with_item);

  return g_test_run ();
}
