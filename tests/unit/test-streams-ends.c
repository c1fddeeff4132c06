/* test-streams-ends.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How streams end: closed, cancelled or released by either side, or with their server. */

#include "feed-fixture.h"

/* The thread that has the client's end does not wait until the stream is over: that may be never. It
 * waits if the other end needs nothing from it.
 */
static void
test_stopped_with_end (FeedFixture   *self,
                       gconstpointer  unused)
{
  FeedFeedHoldStream *stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (FeedFeedCollectStream) other = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *joined = NULL;
  Held held;

  take_held (self, &held);
  norpc_stream_end (NORPC_STREAM (other));
  g_assert_false (norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);

  release_and_wait (stream);
  held_clear (&held);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, NULL));
  joined = feed_feed_collect_stream_outcome_sync (other, NULL, NULL);
  g_assert_cmpstr (joined, ==, "");
}

static void
assert_cancelled (FeedFixture *self,
                  Held        *held)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_call_is_cancelled (held->call));
  g_assert_false (feed_feed_hold_stream_write (held->stream, 1, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_stream_ready_async (NORPC_STREAM (held->stream), NULL, ready_cb, &self->log);
  log_wait (&self->log, "ready: The stream was cancelled; ");
  log_truncate (&self->log);
  held_clear (held);
}

/* Items that have not been read are dropped. */
static void
test_closed (FeedFixture   *self,
             gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  norpc_stream_close (NORPC_STREAM (stream));
  read_next (self, stream);
  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, &self->log);
  log_wait (&self->log, "outcome: ");
  log_assert (&self->log, "The stream was closed; outcome: The stream was closed; ");
  assert_cancelled (self, &held);
}

static void
test_cancelled (FeedFixture   *self,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, cancellable);
  Held held;

  take_held (self, &held);
  read_next (self, stream);
  iterate ();
  g_assert_true (write_item (&held, 1));
  g_cancellable_cancel (cancellable);
  log_wait (&self->log, "; ");
  if (!g_str_equal (self->log.text->str, "1 text; "))
    log_assert (&self->log, "Operation was cancelled; ");
  log_truncate (&self->log);
  assert_cancelled (self, &held);
}

/* A stream that nobody holds any more is cancelled; but a read that waits holds it. */
static void
test_released (FeedFixture   *self,
               gconstpointer  unused)
{
  FeedFeedHoldStream *stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  read_next (self, stream);
  g_object_unref (stream);
  g_assert_true (write_item (&held, 1));
  log_wait (&self->log, "1 text; ");
  log_truncate (&self->log);
  iterate ();
  assert_cancelled (self, &held);
}

static void
test_stopped (FeedFixture   *self,
              gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (FeedFeedHoldStream) late = NULL;
  g_autoptr (GError) error = NULL;
  Held held;

  take_held (self, &held);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_assert_false (feed_feed_hold_stream_next_sync (stream, NULL, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_false (write_item (&held, 1));
  held_clear (&held);

  late = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_clear_error (&error);
  g_assert_false (feed_feed_hold_stream_outcome_sync (late, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A service that has enough. */
static void
test_in_stopped (FeedFixture   *self,
                 gconstpointer  unused)
{
  g_autoptr (FeedFeedCollectStream) stream = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *joined = NULL;

  g_assert_true (feed_feed_collect_stream_write (stream, "a", NULL));
  g_assert_true (feed_feed_collect_stream_write (stream, "stop", NULL));
  joined = feed_feed_collect_stream_outcome_sync (stream, NULL, NULL);
  g_assert_cmpstr (joined, ==, "astop");
  g_assert_false (feed_feed_collect_stream_write (stream, "b", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* The reads of the service fail, so that it ends. */
static void
test_in_closed (FeedFixture   *self,
                gconstpointer  unused)
{
  FeedFeedCollectStream *stream = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_feed_collect_stream_write (stream, "a", NULL));
  norpc_stream_close (NORPC_STREAM (stream));
  g_assert_false (feed_feed_collect_stream_write (stream, "b", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  feed_feed_collect_stream_outcome_async (stream, NULL, collect_outcome_cb, &self->log);
  log_wait (&self->log, "The stream was closed; ");
  g_object_unref (stream);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, NULL));
}

/* The client has not cancelled a stream that the server abandons. */
static void
test_in_abandoned (FeedFixture   *self,
                   gconstpointer  unused)
{
  g_autoptr (FeedFeedCollectStream) stream = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_feed_collect_stream_write (stream, "a", NULL));
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_assert_false (feed_feed_collect_stream_write (stream, "b", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A stream that is cancelled while its outcome is on its way has been cancelled for its reader, too. */
static void
test_cancelled_outcome (FeedFixture   *self,
                        gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, cancellable);
  GValue value = G_VALUE_INIT;
  Held held;

  take_held (self, &held);
  g_value_init (&value, G_TYPE_UINT64);
  norpc_call_return_values (held.call, 1, &value);
  g_cancellable_cancel (cancellable);
  read_next (self, stream);
  log_wait (&self->log, "; ");
  log_assert (&self->log, "Operation was cancelled; ");
  held_clear (&held);
}

/* Keeps other threads from running the context of the test. */
typedef struct
{
  GMutex   lock;
  GCond    cond;
  gboolean acquired; /* [lock] */
  gboolean released; /* [lock] */
} ContextHold;

static gpointer
hold_context (gpointer data)
{
  ContextHold *self = data;

  while (!g_main_context_acquire (NULL))
    g_thread_yield ();
  g_mutex_lock (&self->lock);
  self->acquired = TRUE;
  g_cond_signal (&self->cond);
  while (!self->released)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  g_main_context_release (NULL);

  return NULL;
}

/* Ends a stream, and returns its outcome (owned). */
static NorpcReply *
take_outcome (FeedFixture        *self,
              FeedFeedHoldStream *stream)
{
  g_autoptr (GError) error = NULL;
  GValue value = G_VALUE_INIT;
  NorpcReply *reply;
  Held held;

  take_held (self, &held);
  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, 7);
  norpc_call_return_values (held.call, 1, &value);
  reply = norpc_stream_outcome_sync (NORPC_STREAM (stream), NULL, &error);
  g_assert_no_error (error);
  held_clear (&held);

  return reply;
}

/* An outcome that was taken stays, although the stream is cancelled before its reply is delivered: here by the wait for
 * another outcome, because the context had another owner before.
 */
static void
test_cancelled_after_outcome (FeedFixture   *self,
                              gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, cancellable);
  g_autoptr (FeedFeedHoldStream) other = NULL;
  g_autoptr (NorpcReply) reply = NULL, other_reply = NULL;
  ContextHold hold = { 0 };
  GThread *thread;

  g_mutex_init (&hold.lock);
  g_cond_init (&hold.cond);
  thread = g_thread_new ("owner", hold_context, &hold);
  g_mutex_lock (&hold.lock);
  while (!hold.acquired)
    g_cond_wait (&hold.cond, &hold.lock);
  g_mutex_unlock (&hold.lock);
  reply = take_outcome (self, stream);
  g_mutex_lock (&hold.lock);
  hold.released = TRUE;
  g_cond_signal (&hold.cond);
  g_mutex_unlock (&hold.lock);
  g_thread_join (thread);
  g_cond_clear (&hold.cond);
  g_mutex_clear (&hold.lock);

  g_cancellable_cancel (cancellable);
  other = feed_feed_proxy_open_hold (self->proxy, NULL);
  other_reply = take_outcome (self, other);
  g_assert_no_error (norpc_reply_get_error (reply));
  g_assert_cmpuint (g_value_get_uint64 (norpc_reply_get_values (reply, NULL)), ==, 7);
}

static void
assert_not_called (void)
{
  g_assert_not_reached ();
}

static void
test_owner (FeedFixture   *self,
            gconstpointer  unused)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  FeedFeedHoldStream *stream;
  Held held;

  norpc_proxy_set_owner (NORPC_PROXY (self->proxy), owner);
  stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  take_held (self, &held);
  feed_feed_hold_stream_next_async (stream, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
  feed_feed_hold_stream_outcome_async (stream, NULL, (GAsyncReadyCallback) assert_not_called, NULL);
  iterate ();
  g_assert_true (write_item (&held, 1));
  g_object_unref (owner);
  iterate ();
  assert_cancelled (self, &held);
  release_and_wait (stream);
}

/* A service may end its call with the error that a client would get if it had cancelled it: the items come first. */
static void
test_service_cancelled (FeedFixture   *self,
                        gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  g_autoptr (GError) error = NULL;
  Held held;
  guint number;

  take_held (self, &held);
  for (guint i = 1; i <= 3; i++)
    g_assert_true (write_item (&held, i));
  norpc_call_return_error_literal (held.call, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The service has given up");
  held_clear (&held);
  for (guint i = 1; i <= 3; i++)
    {
      g_assert_true (feed_feed_hold_stream_next_sync (stream, &number, NULL, NULL, &error));
      g_assert_cmpuint (number, ==, i);
    }
  g_assert_false (feed_feed_hold_stream_next_sync (stream, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "The service has given up");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  FEED_TEST ("/streams-ends/stopped-with-end", NULL, test_stopped_with_end);
  FEED_TEST ("/streams-ends/closed", NULL, test_closed);
  FEED_TEST ("/streams-ends/cancelled", NULL, test_cancelled);
  FEED_TEST ("/streams-ends/released", NULL, test_released);
  FEED_TEST ("/streams-ends/service-cancelled", NULL, test_service_cancelled);
  FEED_TEST ("/streams-ends/stopped", NULL, test_stopped);
  FEED_TEST ("/streams-ends/in-stopped", NULL, test_in_stopped);
  FEED_TEST ("/streams-ends/in-closed", NULL, test_in_closed);
  FEED_TEST ("/streams-ends/owner", NULL, test_owner);
  FEED_TEST ("/streams-ends/in-abandoned", NULL, test_in_abandoned);
  FEED_TEST ("/streams-ends/cancelled-outcome", NULL, test_cancelled_outcome);
  FEED_TEST ("/streams-ends/cancelled-after-outcome", NULL, test_cancelled_after_outcome);

  return g_test_run ();
}
