/* test-streams-contexts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams and main contexts: of those that do not run, those that end, and both ends in one. */

#include "events/norpc-stream-private.h"
#include "feed-fixture.h"

/* A context that is not run any more after the last callback keeps nothing of the stream. */
static void
test_context_after_end (FeedFixture   *self,
                        gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  FeedFeedPairsStream *stream;

  g_main_context_push_thread_default (context);
  stream = feed_feed_proxy_open_pairs (self->proxy, NULL);
  feed_feed_pairs_stream_next_async (stream, NULL, pairs_next_cb, &self->log);
  while (strstr (self->log.text->str, "end; ") == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_assert_finalize_object (stream);
}

/* Both ends in one context, of which none can go on while the other blocks. */
static void
test_deadlock (void)
{
  g_autoptr (FeedService) service = g_object_new (FEED_TYPE_SERVICE, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (G_OBJECT (service), NULL);
  g_autoptr (FeedFeedProxy) proxy = NULL;
  g_autoptr (FeedFeedCountStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  proxy = feed_feed_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  stream = feed_feed_proxy_open_count (proxy, 3, NULL);
  g_assert_false (feed_feed_count_stream_next_sync (stream, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  iterate ();
}

static gpointer
open_in_context (gpointer user_data)
{
  FeedFixture *self = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (FeedFeedHoldStream) stream = NULL;
  Held held;

  g_main_context_push_thread_default (context);
  stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_true (write_item (&held, 2));
  held_clear (&held);
  g_clear_object (&stream);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* A context that ends with items on their way. */
static void
test_context_freed (FeedFixture   *self,
                    gconstpointer  unused)
{
  g_thread_join (g_thread_new ("client", open_in_context, self));
}

/* Runs in the context of the wait. */
static void
ready_failed_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      error)
{
  g_assert_false (norpc_stream_ready_finish (NORPC_STREAM (object), result, error));
}

static gboolean
too_late_cb (gpointer unused)
{
  g_assert_not_reached ();
}

/* A service that waits for a client whose context does not run hears of the deadline. */
static void
test_deadline (FeedFixture   *self,
               gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) too_late = g_timeout_source_new_seconds (20);
  g_autoptr (FeedFeedHoldStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  Held held;

  norpc_timeout_push (500);
  stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  norpc_timeout_pop ();
  take_held (self, &held);
  for (guint i = 1; i <= 4; i++)
    g_assert_true (write_item (&held, i));

  g_main_context_push_thread_default (context);
  norpc_stream_ready_async (NORPC_STREAM (held.stream), NULL, ready_failed_cb, &error);
  g_source_set_callback (too_late, too_late_cb, NULL, NULL);
  g_source_attach (too_late, context);
  while (error == NULL)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (too_late);
  g_main_context_pop_thread_default (context);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  held_clear (&held);
}

/* A service hears of the end of the call that it handles, although the call of the client goes on until
 * the proxy in between, whose context does not run, passes that on.
 */
static void
test_abandoned_behind_a_proxy (FeedFixture   *self,
                               gconstpointer  unused)
{
  g_autoptr (NorpcServer) front = norpc_server_new_in_context (G_OBJECT (self->proxy), NULL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) too_late = g_timeout_source_new_seconds (20);
  g_autoptr (FeedFeedProxy) proxy = NULL;
  g_autoptr (FeedFeedHoldStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  Held held;

  proxy = feed_feed_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (front)));
  g_assert_true (norpc_server_start (front, NULL, NULL));
  stream = feed_feed_proxy_open_hold (proxy, NULL);
  iterate ();
  take_held (self, &held);
  for (guint i = 1; i <= 4; i++)
    g_assert_true (write_item (&held, i));

  g_main_context_push_thread_default (context);
  norpc_stream_ready_async (NORPC_STREAM (held.stream), NULL, ready_failed_cb, &error);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_source_set_callback (too_late, too_late_cb, NULL, NULL);
  g_source_attach (too_late, context);
  while (error == NULL)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (too_late);
  g_main_context_pop_thread_default (context);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  held_clear (&held);
  iterate ();
  g_assert_true (norpc_server_stop (front, NORPC_STOP_ABANDON, NULL, NULL));
  iterate ();
}

/* A client that blocks hears of the deadline of a stream that no service has begun with. */
static void
test_deadline_of_blocked_client (FeedFixture   *self,
                                 gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (NORPC_ENDPOINT (norpc_concurrency_limit_new (1)),
                     norpc_proxy_get_endpoint (NORPC_PROXY (self->proxy)), NULL);
  g_autoptr (FeedFeedProxy) proxy = feed_feed_proxy_new (stack);
  g_autoptr (FeedFeedHoldStream) first = feed_feed_proxy_open_hold (proxy, NULL);
  g_autoptr (FeedFeedHoldStream) stream = NULL;
  g_autoptr (FeedFeedCollectStream) collect = NULL;
  g_autoptr (GError) error = NULL;
  Held held;

  take_held (self, &held);
  norpc_timeout_push (20);
  stream = feed_feed_proxy_open_hold (proxy, NULL);
  collect = feed_feed_proxy_open_collect (proxy, NULL);
  norpc_timeout_pop ();

  g_assert_false (feed_feed_hold_stream_next_sync (stream, NULL, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "org.example.Feed.Hold timed out"));
  g_clear_error (&error);
  g_assert_null (feed_feed_collect_stream_outcome_sync (collect, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "org.example.Feed.Collect timed out"));
  held_clear (&held);
  iterate ();
}

/* A thread says how long it waits. */
static void
test_pushed_timeout (FeedFixture   *self,
                     gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) read = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (FeedFeedHoldStream) waited_for = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();
  Held held[2];

  for (guint i = 0; i < 2; i++)
    take_held (self, &held[i]);
  norpc_timeout_push (20);
  g_assert_false (feed_feed_hold_stream_next_sync (read, NULL, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (feed_feed_hold_stream_outcome_sync (waited_for, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_clear_error (&error);

  /* It has read, and leaves an item. */
  g_assert_true (write_item (&held[0], 1));
  g_assert_false (feed_feed_hold_stream_outcome_sync (read, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "1 of its items were not read"));
  norpc_timeout_pop ();

  /* Not the 25 seconds of a wait without a timeout. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 20 * G_TIME_SPAN_SECOND);
  for (guint i = 0; i < 2; i++)
    held_clear (&held[i]);
}

static int reader_runs; /* atomic */

static gpointer
read_in_thread (gpointer stream)
{
  GError *error = NULL;

  g_atomic_int_set (&reader_runs, TRUE);
  g_assert_false (feed_feed_hold_stream_next_sync (stream, NULL, NULL, NULL, &error));

  return error;
}

/* A stream is closed while a thread reads it: what it has not read is no end. The pipe is locked, so that
 * the reader stops between looking whether the stream is open and taking an item.
 */
static void
test_closed_while_read (FeedFixture   *self,
                        gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  NorpcStreamPrivate *priv = norpc_stream_get_private (NORPC_STREAM (stream));
  g_auto (GValue) sum = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  NorpcItem *dropped;
  GThread *thread;
  Held held;

  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  g_value_init (&sum, G_TYPE_UINT64);
  norpc_call_return_values (held.call, 1, &sum);
  iterate ();

  g_mutex_lock (&priv->pipe->lock);
  thread = g_thread_new ("reader", read_in_thread, stream);
  while (!g_atomic_int_get (&reader_runs))
    g_thread_yield ();
  g_usleep (20 * G_TIME_SPAN_MILLISECOND); /* if the reader is later, it finds the stream closed anyway */
  g_atomic_int_set (&priv->closed, TRUE);
  dropped = g_steal_pointer (&priv->pipe->oldest);
  priv->pipe->newest = NULL;
  priv->pipe->n_items = 0;
  g_mutex_unlock (&priv->pipe->lock);

  error = g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_item_unref (dropped);
  held_clear (&held);
}

/* A reader does not take the end for a success when another thread has closed the stream, and dropped the
 * items before the end.
 */
static void
test_end_of_closed (void)
{
  const NorpcInterfaceInfo *info = feed_feed_interface_info ();
  NorpcPipe *pipe = norpc_pipe_new (info, 0);
  gboolean at_end;

  g_assert_true (norpc_pipe_write (pipe, norpc_item_new_end (info, 0), NULL));
  g_assert_null (norpc_pipe_take (pipe, G_MAXUINT64, &at_end));
  g_assert_true (at_end);
  norpc_pipe_close (pipe, TRUE);
  g_assert_null (norpc_pipe_take (pipe, G_MAXUINT64, &at_end));
  g_assert_false (at_end);
  norpc_pipe_unref (pipe);
}

static gpointer
write_in_thread (gpointer data)
{
  FeedFeedHoldStream *stream = data;
  GError *error = NULL;

  g_assert_false (feed_feed_hold_stream_write (stream, 1, "text", &error));

  return error;
}

/* The service writes while the client cancels, and has claimed the call already. */
static void
test_write_while_cancelled (FeedFixture   *self,
                            gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  GThread *thread;
  Held held;

  take_held (self, &held);
  g_assert_true (norpc_call_claim (held.call));
  thread = g_thread_new ("writer", write_in_thread, held.stream);
  g_usleep (20 * G_TIME_SPAN_MILLISECOND); /* if the writer is later, it finds the call cancelled anyway */
  g_atomic_int_set (&held.call->cancelled, TRUE);
  error = g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  held.call->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  norpc_call_deliver (held.call);
  held_clear (&held);
  iterate ();
}

/* It is known that the client has closed its end, although its call has not completed yet. */
static void
test_write_while_closed (FeedFixture   *self,
                         gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  Held held;

  take_held (self, &held);
  norpc_pipe_close (norpc_stream_get_private (NORPC_STREAM (stream))->pipe, TRUE);
  g_assert_false (feed_feed_hold_stream_write (held.stream, 1, "text", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  held_clear (&held);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FEED_TEST ("/streams-contexts/context-after-end", NULL, test_context_after_end);
  g_test_add_func ("/streams-contexts/deadlock", test_deadlock);
  FEED_TEST ("/streams-contexts/deadline", NULL, test_deadline);
  FEED_TEST ("/streams-contexts/abandoned-behind-a-proxy", NULL, test_abandoned_behind_a_proxy);
  FEED_TEST ("/streams-contexts/deadline-of-blocked-client", NULL, test_deadline_of_blocked_client);
  FEED_TEST ("/streams-contexts/pushed-timeout", NULL, test_pushed_timeout);
  FEED_TEST ("/streams-contexts/closed-while-read", NULL, test_closed_while_read);
  g_test_add_func ("/streams-contexts/end-of-closed", test_end_of_closed);
  FEED_TEST ("/streams-contexts/write-while-cancelled", NULL, test_write_while_cancelled);
  FEED_TEST ("/streams-contexts/write-while-closed", NULL, test_write_while_closed);
  FEED_TEST ("/streams-contexts/context-freed", NULL, test_context_freed);

  return g_test_run ();
}
