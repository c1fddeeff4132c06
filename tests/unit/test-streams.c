/* test-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams, in both directions. */

#include "feed.h"
#include "fixture.h"

#define FEED_TYPE_SERVICE (feed_service_get_type ())
G_DECLARE_FINAL_TYPE (FeedService, feed_service, FEED, SERVICE, GObject)

struct _FeedService
{
  GObject parent_instance;

  GAsyncQueue *held; /* (owned): of owned Held */
};

/* A stream that the service has kept. */
typedef struct
{
  NorpcCall          *call;   /* (owned) */
  FeedFeedHoldStream *stream; /* (owned) */
} Held;

/* A stream that the service writes or reads by itself. */
typedef struct
{
  FeedFeed  *feed;   /* (owned) */
  NorpcCall *call;   /* (owned) */
  gpointer   stream; /* (owned) */
  guint      n;
  guint      upto;
  GString   *text;   /* (owned) (nullable) */
} Work;

static void
work_free (Work *self)
{
  g_object_unref (self->feed);
  norpc_call_unref (self->call);
  g_object_unref (self->stream);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

static Work *
work_new (FeedFeed  *feed,
          NorpcCall *call,
          gpointer   stream)
{
  Work *self = g_new0 (Work, 1);

  self->feed = g_object_ref (feed);
  self->call = norpc_call_ref (call);
  self->stream = g_object_ref (stream);

  return self;
}

static gboolean
feed_service_handle_hold (FeedFeed            *feed,
                          NorpcCall           *call,
                          FeedFeedHoldStream  *stream,
                          GError             **error)
{
  Held *held = g_new (Held, 1);

  *held = (Held) { norpc_call_ref (call), g_object_ref (stream) };
  g_async_queue_push (FEED_SERVICE (feed)->held, held);

  return TRUE;
}

static void count_on (Work *work);

static void
count_ready_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      work)
{
  g_autoptr (GError) error = NULL;

  if (norpc_stream_ready_finish (NORPC_STREAM (object), result, &error))
    {
      count_on (work);
      return;
    }

  g_assert_true (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
                 g_error_matches (error, NORPC_ERROR, NORPC_ERROR_CLOSED));
  work_free (work);
}

static void
count_on (Work *work)
{
  g_autoptr (GError) error = NULL;

  while (work->n < work->upto)
    {
      if (!feed_feed_count_stream_write (work->stream, work->n + 1, &error))
        {
          if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
            norpc_stream_ready_async (work->stream, NULL, count_ready_cb, work);
          else
            work_free (work);
          return;
        }
      work->n++;
      feed_feed_emit_counted (work->feed, work->n);
    }

  feed_feed_complete_count (work->feed, work->call, (guint64) work->n * (work->n + 1) / 2);
  work_free (work);
}

static gboolean
feed_service_handle_count (FeedFeed             *feed,
                           NorpcCall            *call,
                           FeedFeedCountStream  *stream,
                           guint                 upto,
                           GError              **error)
{
  Work *work = work_new (feed, call, stream);

  work->upto = upto;
  feed_feed_emit_counted (feed, 0);
  count_on (work);

  return TRUE;
}

static gboolean
feed_service_handle_pairs (FeedFeed             *feed,
                           NorpcCall            *call,
                           FeedFeedPairsStream  *stream,
                           GError              **error)
{
  for (guint i = 1; i <= 4; i++)
    {
      g_assert_true (feed_feed_pairs_stream_write (stream, i, NULL));
      if (i % 2 == 0)
        feed_feed_emit_counted (feed, i);
    }
  feed_feed_complete_pairs (feed, call);

  return TRUE;
}

static void
collected_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  Work *work = user_data;
  FeedFeedCollectStream *stream = FEED_FEED_COLLECT_STREAM (object);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (feed_feed_collect_stream_next_finish (stream, result, &text, &error))
    {
      g_string_append (work->text, text);
      if (!g_str_equal (text, "stop"))
        {
          feed_feed_collect_stream_next_async (stream, NULL, collected_cb, work);
          return;
        }
      norpc_stream_close (NORPC_STREAM (stream));
    }

  if (error != NULL)
    norpc_call_return_gerror (work->call, error);
  else
    feed_feed_complete_collect (work->feed, work->call, work->text->str);
  work_free (work);
}

static gboolean
feed_service_handle_collect (FeedFeed               *feed,
                             NorpcCall              *call,
                             FeedFeedCollectStream  *stream,
                             GError                **error)
{
  Work *work = work_new (feed, call, stream);

  work->text = g_string_new (NULL);
  feed_feed_collect_stream_next_async (stream, NULL, collected_cb, work);

  return TRUE;
}

static gboolean
feed_service_handle_tick (FeedFeed            *feed,
                          NorpcCall           *call,
                          FeedFeedTickStream  *stream,
                          GError             **error)
{
  g_assert_true (feed_feed_tick_stream_write (stream, NULL));
  feed_feed_complete_tick (feed, call);

  return TRUE;
}

static void
feed_service_iface_init (FeedFeedInterface *iface)
{
  iface->handle_hold = feed_service_handle_hold;
  iface->handle_count = feed_service_handle_count;
  iface->handle_pairs = feed_service_handle_pairs;
  iface->handle_collect = feed_service_handle_collect;
  iface->handle_tick = feed_service_handle_tick;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FeedService, feed_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FEED_TYPE_FEED, feed_service_iface_init))

static void
feed_service_finalize (GObject *object)
{
  g_async_queue_unref (FEED_SERVICE (object)->held);

  G_OBJECT_CLASS (feed_service_parent_class)->finalize (object);
}

static void
feed_service_class_init (FeedServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = feed_service_finalize;
}

static void
feed_service_init (FeedService *self)
{
  self->held = g_async_queue_new ();
}

typedef struct
{
  GAsyncQueue   *held;   /* (owned) */
  NorpcServer   *server; /* (owned) */
  FeedFeedProxy *proxy;  /* (owned) */
  GString       *log;    /* (owned) */
  GThread       *thread;
} Feed;

static void
set_up (Feed          *self,
        gconstpointer  unused)
{
  g_autoptr (FeedService) service = g_object_new (FEED_TYPE_SERVICE, NULL);

  self->held = g_async_queue_ref (service->held);
  self->server = norpc_server_new (G_OBJECT (service));
  self->proxy = feed_feed_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
  self->log = g_string_new (NULL);
  self->thread = g_thread_self ();
  g_assert_true (norpc_server_start (self->server, NULL, NULL));
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Feed          *self,
           gconstpointer  unused)
{
  if (self->server != NULL)
    {
      g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
      let_go_and_wait (g_steal_pointer (&self->server));
    }
  iterate ();
  if (self->proxy != NULL)
    let_go_and_wait (g_steal_pointer (&self->proxy));
  g_assert_cmpint (g_async_queue_length (self->held), ==, 0);
  g_async_queue_unref (self->held);
  g_string_free (self->log, TRUE);
}

static void
held_clear (Held *self)
{
  g_clear_pointer (&self->call, norpc_call_unref);
  g_clear_object (&self->stream);
}

static void
take_held (Feed *self,
           Held *held)
{
  Held *taken = g_async_queue_pop (self->held);

  *held = *taken;
  g_free (taken);
}

static void
log_add (Feed       *self,
         const char *format,
         ...)
{
  va_list args;

  g_assert_true (self->thread == g_thread_self ());
  va_start (args, format);
  g_string_append_vprintf (self->log, format, args);
  va_end (args);
}

static void
log_wait (Feed       *self,
          const char *text)
{
  while (strstr (self->log->str, text) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

#define log_assert(self, expected) \
  G_STMT_START { \
    g_assert_cmpstr ((self)->log->str, ==, expected); \
    g_string_truncate ((self)->log, 0); \
  } G_STMT_END

static void
hold_next_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      self)
{
  FeedFeedHoldStream *stream = FEED_FEED_HOLD_STREAM (object);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

  if (feed_feed_hold_stream_next_finish (stream, result, &number, &text, &error))
    log_add (self, "%u %s; ", number, text);
  else
    log_add (self, "%s; ", error != NULL ? error->message : "end");
}

static void
hold_outcome_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      self)
{
  FeedFeedHoldStream *stream = FEED_FEED_HOLD_STREAM (object);
  g_autoptr (GError) error = NULL;
  guint64 sum;

  if (feed_feed_hold_stream_outcome_finish (stream, result, &sum, &error))
    log_add (self, "outcome %" G_GUINT64_FORMAT "; ", sum);
  else
    log_add (self, "outcome: %s; ", error->message);
}

static void
read_next (Feed               *self,
           FeedFeedHoldStream *stream)
{
  feed_feed_hold_stream_next_async (stream, NULL, hold_next_cb, self);
}

static gboolean
write_item (Held  *held,
            guint  number)
{
  return feed_feed_hold_stream_write (held->stream, number, "text", NULL);
}

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
test_items (Feed          *self,
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
  log_assert (self, "");

  for (guint i = 1; i <= 3; i++)
    g_assert_true (write_item (&held, i));
  g_assert_false (feed_feed_hold_stream_try_next (stream, &number, NULL));
  log_wait (self, "; ");
  log_assert (self, "1 text; ");
  g_assert_true (feed_feed_hold_stream_try_next (stream, &number, &text));
  g_assert_cmpuint (number, ==, 2);
  g_assert_cmpstr (text, ==, "text");
  g_assert_true (feed_feed_hold_stream_try_next (stream, NULL, NULL));
  g_assert_false (feed_feed_hold_stream_try_next (stream, NULL, NULL));

  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, self);
  end_held (&held, 6);
  read_next (self, stream);
  log_wait (self, "end; ");
  log_wait (self, "outcome 6; ");
  g_string_truncate (self->log, 0);

  read_next (self, stream);
  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, self);
  log_wait (self, "end; ");
  log_wait (self, "outcome: The outcome has been taken already; ");
}

/* Nothing of it is lost, and all of it in the order in which the service has made it. */
static void
count_next_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      self)
{
  FeedFeedCountStream *stream = FEED_FEED_COUNT_STREAM (object);
  guint number;

  if (!feed_feed_count_stream_next_finish (stream, result, &number, NULL))
    {
      log_add (self, "end; ");
      return;
    }

  log_add (self, "item %u; ", number);
  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, self);
}

static void
counted_cb (FeedFeed *feed,
            guint     number,
            Feed     *self)
{
  log_add (self, "signal %u; ", number);
}

static void
test_order (Feed          *self,
            gconstpointer  unused)
{
  g_autoptr (FeedFeedCountStream) stream = NULL;
  guint64 sum;

  g_signal_connect (self->proxy, "counted", G_CALLBACK (counted_cb), self);
  stream = feed_feed_proxy_open_count (self->proxy, 3, NULL);
  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, self);
  log_wait (self, "end; ");
  log_assert (self, "signal 0; item 1; signal 1; item 2; signal 2; item 3; signal 3; end; ");
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 6);
}

static void
pairs_next_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      self)
{
  FeedFeedPairsStream *stream = FEED_FEED_PAIRS_STREAM (object);
  guint number;

  if (!feed_feed_pairs_stream_next_finish (stream, result, &number, NULL))
    {
      log_add (self, "end; ");
      return;
    }

  log_add (self, "item %u; ", number);
  feed_feed_pairs_stream_next_async (stream, NULL, pairs_next_cb, self);
}

/* A reader that reads on in its callback gets items that were written one after the other before what
 * the service has sent after them.
 */
static void
test_order_of_pairs (Feed          *self,
                     gconstpointer  unused)
{
  g_autoptr (FeedFeedPairsStream) stream = NULL;

  g_signal_connect (self->proxy, "counted", G_CALLBACK (counted_cb), self);
  stream = feed_feed_proxy_open_pairs (self->proxy, NULL);
  feed_feed_pairs_stream_next_async (stream, NULL, pairs_next_cb, self);
  log_wait (self, "end; ");
  log_assert (self, "item 1; item 2; signal 2; item 3; item 4; signal 4; end; ");
}

/* The thread that has the client's end does not wait until the stream is over: that may be never. It
 * waits if the other end needs nothing from it.
 */
static void
test_stopped_with_end (Feed          *self,
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

  let_go_and_wait (stream);
  held_clear (&held);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, NULL));
  joined = feed_feed_collect_stream_outcome_sync (other, NULL, NULL);
  g_assert_cmpstr (joined, ==, "");
}

/* A context that is not run any more after the last callback keeps nothing of the stream. */
static void
test_context_after_end (Feed          *self,
                        gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  FeedFeedPairsStream *stream;

  g_main_context_push_thread_default (context);
  stream = feed_feed_proxy_open_pairs (self->proxy, NULL);
  feed_feed_pairs_stream_next_async (stream, NULL, pairs_next_cb, self);
  while (strstr (self->log->str, "end; ") == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_assert_finalize_object (stream);
}

static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      self)
{
  g_autoptr (GError) error = NULL;

  if (norpc_stream_ready_finish (NORPC_STREAM (object), result, &error))
    log_add (self, "ready; ");
  else
    log_add (self, "ready: %s; ", error->message);
}

/* A writer waits for the reader, whose context need not run. */
static void
test_flow (Feed          *self,
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
  norpc_stream_ready_async (NORPC_STREAM (held.stream), NULL, ready_cb, self);
  norpc_stream_ready_async (NORPC_STREAM (held.stream), NULL, ready_cb, self);
  log_wait (self, "ready: The stream is already being waited for; ");
  g_string_truncate (self->log, 0);

  for (guint i = 1; i <= 2; i++)
    {
      iterate ();
      log_assert (self, "");
      g_assert_true (feed_feed_hold_stream_next_sync (stream, &number, NULL, NULL, NULL));
      g_assert_cmpuint (number, ==, i);
    }
  log_wait (self, "ready; ");
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
test_many (Feed          *self,
           gconstpointer  sync)
{
  guint n = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 200 : 5000;
  g_autoptr (FeedFeedCountStream) stream = feed_feed_proxy_open_count (self->proxy, n, NULL);
  guint number, last = 0;
  guint64 sum;

  if (sync == NULL)
    {
      feed_feed_count_stream_next_async (stream, NULL, count_next_cb, self);
      log_wait (self, "end; ");
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

static void
assert_cancelled (Feed *self,
                  Held *held)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_call_is_cancelled (held->call));
  g_assert_false (feed_feed_hold_stream_write (held->stream, 1, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_stream_ready_async (NORPC_STREAM (held->stream), NULL, ready_cb, self);
  log_wait (self, "ready: The stream was cancelled; ");
  g_string_truncate (self->log, 0);
  held_clear (held);
}

/* Items that have not been read are dropped. */
static void
test_closed (Feed          *self,
             gconstpointer  unused)
{
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  g_assert_true (write_item (&held, 1));
  norpc_stream_close (NORPC_STREAM (stream));
  read_next (self, stream);
  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, self);
  log_wait (self, "outcome: ");
  log_assert (self, "The stream was closed; outcome: The stream was closed; ");
  assert_cancelled (self, &held);
}

static void
test_cancelled (Feed          *self,
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
  log_wait (self, "; ");
  if (!g_str_equal (self->log->str, "1 text; "))
    log_assert (self, "Operation was cancelled; ");
  g_string_truncate (self->log, 0);
  assert_cancelled (self, &held);
}

/* A stream that nobody holds any more is cancelled; but a read that waits holds it. */
static void
test_released (Feed          *self,
               gconstpointer  unused)
{
  FeedFeedHoldStream *stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  read_next (self, stream);
  g_object_unref (stream);
  g_assert_true (write_item (&held, 1));
  log_wait (self, "1 text; ");
  g_string_truncate (self->log, 0);
  iterate ();
  assert_cancelled (self, &held);
}

/* A read that is cancelled leaves its item to the next one. There is one at a time. */
static void
test_cancelled_read (Feed          *self,
                     gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (FeedFeedHoldStream) stream = feed_feed_proxy_open_hold (self->proxy, NULL);
  Held held;

  take_held (self, &held);
  feed_feed_hold_stream_next_async (stream, cancellable, hold_next_cb, self);
  read_next (self, stream);
  log_wait (self, "The stream is already being waited for; ");
  g_assert_true (write_item (&held, 1));
  g_cancellable_cancel (cancellable);
  log_wait (self, "Operation was cancelled; ");
  g_string_truncate (self->log, 0);

  read_next (self, stream);
  log_wait (self, "; ");
  log_assert (self, "1 text; ");
  held_clear (&held);
}

/* An error comes after the items, too. */
static void
test_failed (Feed          *self,
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
      log_wait (self, "; ");
      if (i == 0)
        log_assert (self, "1 text; ");
    }
  log_assert (self, drops == NULL ? "nothing there; "
                                  : "org.example.Feed.Hold was dropped without a reply; ");
  feed_feed_hold_stream_outcome_async (stream, NULL, hold_outcome_cb, self);
  log_wait (self, drops == NULL ? "outcome: nothing there; " : "outcome: org.example");
}

static void
test_stopped (Feed          *self,
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

/* A client that waits for the outcome alone does not hold up the service. */
static void
test_outcome_only (Feed          *self,
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

static void
test_direct (Feed          *self,
             gconstpointer  unused)
{
  g_autoptr (FeedService) service = g_object_new (FEED_TYPE_SERVICE, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));
  g_autoptr (FeedFeedProxy) proxy = feed_feed_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (FeedFeedCountStream) stream = feed_feed_proxy_open_count (proxy, 20, NULL);
  g_autoptr (FeedFeedCollectStream) collect = feed_feed_proxy_open_collect (proxy, NULL);
  guint64 sum;

  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, self);
  log_wait (self, "item 20; end; ");
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 210);
  g_assert_true (feed_feed_collect_stream_write (collect, "a", NULL));
  norpc_stream_close (NORPC_STREAM (collect));
  iterate ();
}

static void
collect_outcome_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *joined =
    feed_feed_collect_stream_outcome_finish (FEED_FEED_COLLECT_STREAM (object), result, &error);

  log_add (self, "%s; ", joined != NULL ? joined : error->message);
}

/* The client writes, and ends; the items that were written before the service begins are there. */
static void
test_in (Feed          *self,
         gconstpointer  unused)
{
  g_autoptr (FeedFeedCollectStream) stream = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_feed_collect_stream_write (stream, "a", NULL));
  g_assert_true (feed_feed_collect_stream_write (stream, "b", NULL));
  feed_feed_collect_stream_outcome_async (stream, NULL, collect_outcome_cb, self);
  norpc_stream_ready_async (NORPC_STREAM (stream), NULL, ready_cb, self);
  log_wait (self, "ready; ");
  g_assert_true (feed_feed_collect_stream_write (stream, "c", NULL));
  norpc_stream_end (NORPC_STREAM (stream));
  g_assert_false (feed_feed_collect_stream_write (stream, "d", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  log_wait (self, "abc; ");
}

/* A service that has enough. */
static void
test_in_stopped (Feed          *self,
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
test_in_closed (Feed          *self,
                gconstpointer  unused)
{
  FeedFeedCollectStream *stream = feed_feed_proxy_open_collect (self->proxy, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (feed_feed_collect_stream_write (stream, "a", NULL));
  norpc_stream_close (NORPC_STREAM (stream));
  g_assert_false (feed_feed_collect_stream_write (stream, "b", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  feed_feed_collect_stream_outcome_async (stream, NULL, collect_outcome_cb, self);
  log_wait (self, "The stream was closed; ");
  g_object_unref (stream);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, NULL));
}

/* A wrong value of an item is rejected, and named. */
static void
test_wrong_value (Feed          *self,
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
  log_wait (self, "2 text; ");
  held_clear (&held);
}

/* A server whose service is a proxy: the items do not pass through its context. */
static void
test_forwarded (Feed          *self,
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
  feed_feed_count_stream_next_async (stream, NULL, count_next_cb, self);
  log_wait (self, "item 10; end; ");
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 55);

  collect = feed_feed_proxy_open_collect (proxy, NULL);
  g_assert_true (feed_feed_collect_stream_write (collect, "a", NULL));
  norpc_stream_end (NORPC_STREAM (collect));
  feed_feed_collect_stream_outcome_async (collect, NULL, collect_outcome_cb, self);
  log_wait (self, "a; ");
  g_assert_true (norpc_server_stop (front, NORPC_STOP_FINISH, NULL, NULL));
}

/* A retry does not open a stream a second time that a service has begun with. */
static void
test_retried (Feed          *self,
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
  log_wait (self, "1 text; ");
  g_string_truncate (self->log, 0);
  read_next (self, stream);
  log_wait (self, "; ");
  log_assert (self, "org.example.Feed.Hold was dropped without a reply; ");
}

/* A call that is sent without an end for the client drops the items. */
static void
reply_cb (NorpcReply *reply,
          gpointer    self)
{
  const GValue *values = norpc_reply_get_values (reply, NULL);

  log_add (self, "reply %" G_GUINT64_FORMAT "; ", g_value_get_uint64 (values));
  norpc_reply_unref (reply);
}

static void
test_plain_call (Feed          *self,
                 gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = feed_feed_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Count"));

  g_value_set_uint (norpc_call_get_args (call, NULL), 20);
  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (self->proxy)), call, NULL, reply_cb, self);
  log_wait (self, "reply 210; ");
}

static void
assert_not_called (void)
{
  g_assert_not_reached ();
}

static void
test_owner (Feed          *self,
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
  let_go_and_wait (stream);
}

static gpointer
open_in_context (gpointer user_data)
{
  Feed *self = user_data;
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
test_context_freed (Feed          *self,
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
test_deadline (Feed          *self,
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
test_abandoned_behind_a_proxy (Feed          *self,
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
test_deadline_of_blocked_client (Feed          *self,
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

/* The client has not cancelled a stream that the server abandons. */
static void
test_in_abandoned (Feed          *self,
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
test_cancelled_outcome (Feed          *self,
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
  log_wait (self, "; ");
  log_assert (self, "Operation was cancelled; ");
  held_clear (&held);
}

#define TEST_FEED(path, data, func) g_test_add (path, Feed, data, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FEED ("/streams/items", NULL, test_items);
  TEST_FEED ("/streams/order", NULL, test_order);
  TEST_FEED ("/streams/order-of-pairs", NULL, test_order_of_pairs);
  TEST_FEED ("/streams/stopped-with-end", NULL, test_stopped_with_end);
  TEST_FEED ("/streams/context-after-end", NULL, test_context_after_end);
  TEST_FEED ("/streams/flow", NULL, test_flow);
  TEST_FEED ("/streams/many", NULL, test_many);
  TEST_FEED ("/streams/many-sync", "sync", test_many);
  TEST_FEED ("/streams/closed", NULL, test_closed);
  TEST_FEED ("/streams/cancelled", NULL, test_cancelled);
  TEST_FEED ("/streams/released", NULL, test_released);
  TEST_FEED ("/streams/cancelled-read", NULL, test_cancelled_read);
  TEST_FEED ("/streams/failed", NULL, test_failed);
  TEST_FEED ("/streams/dropped", "drops", test_failed);
  TEST_FEED ("/streams/stopped", NULL, test_stopped);
  TEST_FEED ("/streams/outcome-only", NULL, test_outcome_only);
  g_test_add_func ("/streams/deadlock", test_deadlock);
  TEST_FEED ("/streams/direct", NULL, test_direct);
  TEST_FEED ("/streams/in", NULL, test_in);
  TEST_FEED ("/streams/in-stopped", NULL, test_in_stopped);
  TEST_FEED ("/streams/in-closed", NULL, test_in_closed);
  TEST_FEED ("/streams/wrong-value", NULL, test_wrong_value);
  TEST_FEED ("/streams/forwarded", NULL, test_forwarded);
  TEST_FEED ("/streams/retried", NULL, test_retried);
  TEST_FEED ("/streams/plain-call", NULL, test_plain_call);
  TEST_FEED ("/streams/owner", NULL, test_owner);
  TEST_FEED ("/streams/deadline", NULL, test_deadline);
  TEST_FEED ("/streams/abandoned-behind-a-proxy", NULL, test_abandoned_behind_a_proxy);
  TEST_FEED ("/streams/deadline-of-blocked-client", NULL, test_deadline_of_blocked_client);
  TEST_FEED ("/streams/in-abandoned", NULL, test_in_abandoned);
  TEST_FEED ("/streams/cancelled-outcome", NULL, test_cancelled_outcome);
  TEST_FEED ("/streams/context-freed", NULL, test_context_freed);

  return g_test_run ();
}
