/* feed-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "feed-service.h"

struct _FeedService
{
  GObject parent_instance;

  GAsyncQueue *held; /* (owned): of owned Held */
};

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

/* The streams that the service keeps (unowned): each a Held (owned). */
GAsyncQueue *
feed_service_get_held (FeedService *self)
{
  return self->held;
}

void
held_clear (Held *self)
{
  g_clear_pointer (&self->call, norpc_call_unref);
  g_clear_object (&self->stream);
}
