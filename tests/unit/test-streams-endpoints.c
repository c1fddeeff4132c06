/* test-streams-endpoints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams of a NorpcDirect, behind layers and behind another server, and the plain call of one. */

#include "feed-fixture.h"

static void
test_direct (FeedFixture   *self,
             gconstpointer  unused)
{
  g_autoptr (FeedService) service = g_object_new (FEED_TYPE_SERVICE, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));
  g_autoptr (FeedFeedProxy) proxy = feed_feed_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (FeedFeedCountStream) stream = feed_feed_proxy_open_count (proxy, 20, NULL);
  g_autoptr (FeedFeedCollectStream) collect = feed_feed_proxy_open_collect (proxy, NULL);
  guint64 sum;

  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, &self->log);
  log_wait (&self->log, "item 20; end; ");
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 210);
  g_assert_true (feed_feed_collect_stream_write (collect, "a", NULL));
  norpc_stream_close (NORPC_STREAM (collect));
  iterate ();
}

/* A server whose service is a proxy: the items do not pass through its context. */
static void
test_forwarded (FeedFixture   *self,
                gconstpointer  unused)
{
  g_autoptr (NorpcServer) front = norpc_server_new (G_OBJECT (self->proxy));
  g_autoptr (FeedFeedProxy) proxy = NULL;
  g_autoptr (FeedFeedCountStream) stream = NULL;
  g_autoptr (FeedFeedCollectStream) collect = NULL;
  guint64 sum;

  proxy = feed_feed_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (front)));
  g_assert_true (norpc_server_start (front, NULL, NULL));
  stream = feed_feed_proxy_open_count (proxy, 10, NULL);
  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, &self->log);
  log_wait (&self->log, "item 10; end; ");
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 55);

  collect = feed_feed_proxy_open_collect (proxy, NULL);
  g_assert_true (feed_feed_collect_stream_write (collect, "a", NULL));
  norpc_stream_end (NORPC_STREAM (collect));
  feed_feed_collect_stream_outcome_async (collect, NULL, collect_outcome_cb, &self->log);
  log_wait (&self->log, "a; ");
  g_assert_true (norpc_server_stop (front, NORPC_STOP_FINISH, NULL, NULL));
}

/* A retry does not open a stream a second time that a service has begun with. */
static void
test_retried (FeedFixture   *self,
              gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (NORPC_ENDPOINT (norpc_retry_new (3)),
                     norpc_proxy_get_endpoint (NORPC_PROXY (self->proxy)), NULL);
  g_autoptr (FeedFeedProxy) proxy = feed_feed_proxy_new (stack);
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (proxy, NULL);
  Held held;

  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  held_clear (&held);
  read_next (self, stream);
  log_wait (&self->log, "1 text; ");
  log_truncate (&self->log);
  read_next (self, stream);
  log_wait (&self->log, "; ");
  log_assert (&self->log, "org.example.Feed.Hold was dropped without a reply; ");
}

/* A call that is sent without an end for the client drops the items. */
static void
reply_cb (NorpcReply *reply,
          gpointer    log)
{
  const GValue *values = norpc_reply_get_values (reply, NULL);

  log_add (log, "reply %" G_GUINT64_FORMAT "; ", g_value_get_uint64 (values));
  norpc_reply_unref (reply);
}

static void
test_plain_call (FeedFixture   *self,
                 gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = feed_feed_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Count"));

  g_value_set_uint (norpc_call_get_args (call, NULL), 20);
  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (self->proxy)), call,
                       NULL, reply_cb, &self->log);
  log_wait (&self->log, "reply 210; ");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FEED_TEST ("/streams-endpoints/direct", NULL, test_direct);
  FEED_TEST ("/streams-endpoints/forwarded", NULL, test_forwarded);
  FEED_TEST ("/streams-endpoints/retried", NULL, test_retried);
  FEED_TEST ("/streams-endpoints/plain-call", NULL, test_plain_call);

  return g_test_run ();
}
