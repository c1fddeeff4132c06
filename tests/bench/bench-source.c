/* bench-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with a signal, a stream and a list model. All of it is in the service's context. */

#include "bench-source.h"

G_DECLARE_FINAL_TYPE (Source, source, BENCH, SOURCE, GObject)

struct _Source
{
  GObject parent_instance;

  GListStore *items; /* (owned) */
};

/* A stream that the service writes. */
typedef struct
{
  EventsSource            *source; /* (owned) */
  NorpcCall               *call;   /* (owned) */
  EventsSourceCountStream *stream; /* (owned) */
  guint                    n_written;
  guint                    n_items;
} Count;

static gboolean
source_emit (EventsSource  *source,
             guint          n,
             GError       **error)
{
  for (guint i = 0; i < n; i++)
    events_source_emit_ticked (source, i);

  return TRUE;
}

static gboolean
source_fill (EventsSource  *source,
             guint          n,
             GError       **error)
{
  Source *self = BENCH_SOURCE (source);

  g_list_store_remove_all (self->items);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EventsItem) item = events_item_new (i);

      g_list_store_append (self->items, item);
    }

  return TRUE;
}

static void write_items (Count *self);

static void
ready_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!norpc_stream_ready_finish (NORPC_STREAM (source_object), result, &error))
    g_error ("%s", error->message);
  write_items (user_data);
}

static void
write_items (Count *self)
{
  while (self->n_written < self->n_items)
    {
      if (!norpc_stream_is_ready (NORPC_STREAM (self->stream)))
        {
          norpc_stream_ready_async (NORPC_STREAM (self->stream), NULL, ready_cb, self);
          return;
        }

      if (!events_source_count_stream_write (self->stream, self->n_written++, NULL))
        g_error ("an item could not be written");
    }

  events_source_complete_count (self->source, self->call);
  g_object_unref (self->stream);
  norpc_call_unref (self->call);
  g_object_unref (self->source);
  g_free (self);
}

static gboolean
source_handle_count (EventsSource             *source,
                     NorpcCall                *call,
                     EventsSourceCountStream  *stream,
                     guint                     n,
                     GError                  **error)
{
  Count *self = g_new0 (Count, 1);

  self->source = g_object_ref (source);
  self->call = norpc_call_ref (call);
  self->stream = g_object_ref (stream);
  self->n_items = n;
  write_items (self);

  return TRUE;
}

static void
source_iface_init (EventsSourceInterface *iface)
{
  iface->emit = source_emit;
  iface->fill = source_fill;
  iface->handle_count = source_handle_count;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Source, source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EVENTS_TYPE_SOURCE, source_iface_init))

static void
source_get_property (GObject    *object,
                     guint       property_id,
                     GValue     *value,
                     GParamSpec *pspec)
{
  g_value_set_object (value, BENCH_SOURCE (object)->items);
}

static void
source_finalize (GObject *object)
{
  g_clear_object (&BENCH_SOURCE (object)->items);

  G_OBJECT_CLASS (source_parent_class)->finalize (object);
}

static void
source_class_init (SourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = source_get_property;
  object_class->finalize = source_finalize;
  g_object_class_override_property (object_class, 1, "items");
}

static void
source_init (Source *self)
{
  self->items = g_list_store_new (EVENTS_TYPE_ITEM);
}

GObject *
bench_source_new (void)
{
  return g_object_new (source_get_type (), NULL);
}
