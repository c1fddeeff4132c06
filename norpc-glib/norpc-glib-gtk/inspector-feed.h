/* inspector-feed.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gets the lists of an inspector again and again, in another thread, because the inspected process may be slow to
 * answer. It emits "updated" when there are new ones, and "failed", with a text, once when there will be no more.
 *
 * Everything is accessed in the thread of GTK.
 */

#pragma once

#include "inspector-format.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_FEED (inspector_feed_get_type ())
G_DECLARE_FINAL_TYPE (InspectorFeed, inspector_feed, INSPECTOR, FEED, GObject)

/* A moment in the life of a method. Times are in nanoseconds. */
typedef struct
{
  gint64 time;   /* monotonic, in microseconds */
  double rate;   /* calls per second */
  gint64 median; /* or 0 if no call has completed */
  gint64 p90;
  gint64 p99;
} InspectorSample;

/* How long samples are kept, in microseconds. */
#define INSPECTOR_HISTORY (60 * G_TIME_SPAN_SECOND)

InspectorFeed  *inspector_feed_new           (NorpcInspector  *inspector);
NorpcInspector *inspector_feed_get_inspector (InspectorFeed   *self);
void            inspector_feed_set_paused    (InspectorFeed   *self,
                                              gboolean         paused);
void            inspector_feed_stop          (InspectorFeed   *self);

GVariant       *inspector_feed_get_services  (InspectorFeed   *self);
GVariant       *inspector_feed_get_calls     (InspectorFeed   *self);
GVariant       *inspector_feed_get_methods   (InspectorFeed   *self);
GVariant       *inspector_feed_get_lints     (InspectorFeed   *self);
GQueue         *inspector_feed_get_events    (InspectorFeed   *self);
GArray         *inspector_feed_get_samples   (InspectorFeed   *self,
                                              const char      *key);
char           *inspector_feed_make_key      (GVariant        *method);
void            inspector_feed_summarize     (InspectorFeed   *self,
                                              const char      *key,
                                              InspectorSample *summary);

G_END_DECLS
