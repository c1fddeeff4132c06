/* inspector-feed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "inspector-feed.h"

#define INTERVAL 250 /* milliseconds */
#define MAX_EVENTS 1000 /* that are kept */
#define MAX_LISTS 6     /* of events at a time: more than a process keeps */

/* The lists of one moment. */
typedef struct
{
  GVariant  *services; /* (owned) (nullable) */
  GVariant  *calls;    /* (owned) (nullable) */
  GVariant  *methods;  /* (owned) (nullable) */
  GVariant  *lints;    /* (owned) (nullable) */
  GPtrArray *events;   /* (owned): of owned GVariant, since the last time */
} Lists;

struct _InspectorFeed
{
  GObject parent_instance;

  NorpcInspector *inspector; /* (owned), since construction */
  Lists          *lists;     /* (owned): the last ones */
  GQueue          events;    /* of owned GVariant: the last ones */
  guint64         last_event;
  GHashTable     *samples;   /* (owned): owned names of methods to owned GArray of InspectorSample */
  guint           source_id;
  gboolean        is_busy;   /* lists are on their way */
  gboolean        is_paused;
};

G_DEFINE_FINAL_TYPE (InspectorFeed, inspector_feed, G_TYPE_OBJECT)

enum
{
  SIGNAL_UPDATED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
lists_free (gpointer data)
{
  Lists *self = data;

  g_clear_pointer (&self->services, g_variant_unref);
  g_clear_pointer (&self->calls, g_variant_unref);
  g_clear_pointer (&self->methods, g_variant_unref);
  g_clear_pointer (&self->lints, g_variant_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_free (self);
}

/* Returns an empty list (owned). */
static GVariant *
make_empty (void)
{
  return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
}

/* Returns lists (owned) without entries. */
static Lists *
lists_new_empty (void)
{
  Lists *self = g_new0 (Lists, 1);

  self->services = make_empty ();
  self->calls = make_empty ();
  self->methods = make_empty ();
  self->lints = make_empty ();
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

  return self;
}

static void
inspector_feed_finalize (GObject *object)
{
  InspectorFeed *self = INSPECTOR_FEED (object);

  inspector_feed_stop (self);
  g_clear_object (&self->inspector);
  g_clear_pointer (&self->lists, lists_free);
  g_queue_clear_full (&self->events, (GDestroyNotify) g_variant_unref);
  g_clear_pointer (&self->samples, g_hash_table_unref);

  G_OBJECT_CLASS (inspector_feed_parent_class)->finalize (object);
}

static void
inspector_feed_class_init (InspectorFeedClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_feed_finalize;

  signals[SIGNAL_UPDATED] = g_signal_new ("updated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
inspector_feed_init (InspectorFeed *self)
{
  self->lists = lists_new_empty ();
  self->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

/* Runs in a thread of GLib's pool. Adds the events after @after, list by list. A process that makes them faster than
 * they are listed does not hold up the other lists.
 */
static gboolean
get_events (NorpcInspector  *inspector,
            guint64          after,
            GPtrArray       *events,
            GError         **error)
{
  gsize n = 1;

  for (guint i = 0; n > 0 && i < MAX_LISTS; i++)
    {
      g_autoptr (GVariant) list = norpc_inspector_list_events (inspector, after, NULL, error);

      if (list == NULL)
        return FALSE;

      n = g_variant_n_children (list);
      for (gsize j = 0; j < n; j++)
        g_ptr_array_add (events, g_variant_get_child_value (list, j));
      if (n > 0)
        after = inspector_get_uint64 (events->pdata[events->len - 1], "serial");
    }

  return TRUE;
}

/* Runs in a thread of GLib's pool. */
static void
get_lists (GTask        *task,
           gpointer      source_object G_GNUC_UNUSED,
           gpointer      task_data,
           GCancellable *cancellable G_GNUC_UNUSED)
{
  NorpcInspector *inspector = g_object_get_data (G_OBJECT (task), "inspector");
  guint64 *after = task_data;
  Lists *lists = g_new0 (Lists, 1);
  GError *error = NULL;

  lists->events = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  if ((lists->services = norpc_inspector_list_services (inspector, NULL, &error)) != NULL &&
      (lists->calls = norpc_inspector_list_calls (inspector, NULL, &error)) != NULL &&
      (lists->methods = norpc_inspector_list_methods (inspector, NULL, &error)) != NULL &&
      (lists->lints = norpc_inspector_list_lints (inspector, NULL, &error)) != NULL &&
      get_events (inspector, *after, lists->events, &error))
    {
      g_task_return_pointer (task, lists, lists_free);
      return;
    }

  lists_free (lists);
  g_task_return_error (task, error);
}

static void
add_events (InspectorFeed *self,
            GPtrArray     *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      GVariant *event = events->pdata[i];

      self->last_event = inspector_get_uint64 (event, "serial");
      g_queue_push_tail (&self->events, g_variant_ref (event));
      if (self->events.length > MAX_EVENTS)
        g_variant_unref (g_queue_pop_head (&self->events));
    }
}

/* Returns a name (owned) of a method of a service. */
char *
inspector_feed_make_key (GVariant *method)
{
  return g_strdup_printf ("%u %s.%s", inspector_get_uint (method, "service"), inspector_get_string (method, "interface"),
                          inspector_get_string (method, "method"));
}

static void
add_sample (InspectorFeed *self,
            GVariant      *method)
{
  InspectorSample sample = {
    .time = g_get_monotonic_time (),
    .rate = inspector_get_double (method, "rate"),
    .median = inspector_get_int64 (method, "median"),
    .p90 = inspector_get_int64 (method, "p90"),
    .p99 = inspector_get_int64 (method, "p99"),
  };
  g_autofree char *key = inspector_feed_make_key (method);
  GArray *samples = g_hash_table_lookup (self->samples, key);

  if (samples == NULL)
    {
      samples = g_array_new (FALSE, FALSE, sizeof (InspectorSample));
      g_hash_table_insert (self->samples, g_steal_pointer (&key), samples);
    }
  g_array_append_val (samples, sample);
  while (g_array_index (samples, InspectorSample, 0).time < sample.time - INSPECTOR_HISTORY)
    g_array_remove_index (samples, 0);
}

/* A method whose service has stopped is no longer listed. */
static gboolean
is_past (gpointer key G_GNUC_UNUSED,
         gpointer value,
         gpointer user_data)
{
  GArray *samples = value;
  const gint64 *now = user_data;

  return g_array_index (samples, InspectorSample, samples->len - 1).time < *now - INSPECTOR_HISTORY;
}

static void
add_samples (InspectorFeed *self,
             GVariant      *methods)
{
  gint64 now = g_get_monotonic_time ();

  for (gsize i = 0; i < g_variant_n_children (methods); i++)
    {
      g_autoptr (GVariant) method = g_variant_get_child_value (methods, i);

      add_sample (self, method);
    }
  g_hash_table_foreach_remove (self->samples, is_past, &now);
}

/* Runs in the thread of GTK. */
static void
lists_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data G_GNUC_UNUSED)
{
  InspectorFeed *self = INSPECTOR_FEED (source_object);
  g_autoptr (GError) error = NULL;
  Lists *lists = g_task_propagate_pointer (G_TASK (result), &error);

  self->is_busy = FALSE;
  if (lists == NULL)
    {
      inspector_feed_stop (self);
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
      return;
    }
  if (self->source_id == 0)
    {
      lists_free (lists);
      return;
    }

  lists_free (self->lists);
  self->lists = lists;
  add_events (self, lists->events);
  add_samples (self, lists->methods);
  g_signal_emit (self, signals[SIGNAL_UPDATED], 0);
}

static gboolean
refresh_cb (gpointer user_data)
{
  InspectorFeed *self = user_data;
  g_autoptr (GTask) task = NULL;

  if (self->is_busy || self->is_paused)
    return G_SOURCE_CONTINUE;

  self->is_busy = TRUE;
  task = g_task_new (self, NULL, lists_cb, NULL);
  g_object_set_data_full (G_OBJECT (task), "inspector", g_object_ref (self->inspector), g_object_unref);
  g_task_set_task_data (task, g_memdup2 (&self->last_event, sizeof self->last_event), g_free);
  g_task_run_in_thread (task, get_lists);

  return G_SOURCE_CONTINUE;
}

/* Returns a feed (owned). */
InspectorFeed *
inspector_feed_new (NorpcInspector *inspector)
{
  InspectorFeed *self = g_object_new (INSPECTOR_TYPE_FEED, NULL);

  self->inspector = g_object_ref (inspector);
  self->source_id = g_timeout_add (INTERVAL, refresh_cb, self);
  g_source_set_name_by_id (self->source_id, "norpc-inspector-feed");
  refresh_cb (self);

  return self;
}

void
inspector_feed_stop (InspectorFeed *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
}

NorpcInspector *
inspector_feed_get_inspector (InspectorFeed *self)
{
  return self->inspector;
}

void
inspector_feed_set_paused (InspectorFeed *self,
                           gboolean       paused)
{
  self->is_paused = paused;
}

GVariant *
inspector_feed_get_services (InspectorFeed *self)
{
  return self->lists->services;
}

GVariant *
inspector_feed_get_calls (InspectorFeed *self)
{
  return self->lists->calls;
}

GVariant *
inspector_feed_get_methods (InspectorFeed *self)
{
  return self->lists->methods;
}

GVariant *
inspector_feed_get_lints (InspectorFeed *self)
{
  return self->lists->lints;
}

/* Returns the last events (unowned), the oldest first. */
GQueue *
inspector_feed_get_events (InspectorFeed *self)
{
  return &self->events;
}

/* Returns the samples (unowned) of a method, or NULL. */
GArray *
inspector_feed_get_samples (InspectorFeed *self,
                            const char    *key)
{
  return g_hash_table_lookup (self->samples, key);
}

/* Sets @summary to what is to be read as a number: the rate of the last second, and the latencies of the last calls that
 * have completed.
 */
void
inspector_feed_summarize (InspectorFeed   *self,
                          const char      *key,
                          InspectorSample *summary)
{
  GArray *samples = inspector_feed_get_samples (self, key);
  guint n_recent = 0;

  *summary = (InspectorSample) { 0 };
  for (guint i = 0; samples != NULL && i < samples->len; i++)
    {
      const InspectorSample *sample = &g_array_index (samples, InspectorSample, i);
      double rate = summary->rate;

      if (sample->median > 0)
        *summary = *sample;
      summary->rate = rate;
      if (sample->time > g_array_index (samples, InspectorSample, samples->len - 1).time - G_TIME_SPAN_SECOND)
        {
          summary->rate += sample->rate;
          n_recent++;
        }
    }
  summary->rate /= MAX (n_recent, 1);
}
