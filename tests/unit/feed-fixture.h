/* feed-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "feed-service.h"
#include "fixture.h"
#include "log.h"

G_BEGIN_DECLS

/* A server with a feed, and the log of a client of it. */
typedef struct
{
  GAsyncQueue   *held;   /* (owned): of owned Held */
  NorpcServer   *server; /* (owned) */
  FeedFeedProxy *proxy;  /* (owned) */
  Log            log;
} FeedFixture;

void feed_fixture_set_up    (FeedFixture   *self,
                             gconstpointer  unused);
void feed_fixture_tear_down (FeedFixture   *self,
                             gconstpointer  unused);

#define FEED_TEST(path, data, func) \
  g_test_add (path, FeedFixture, data, feed_fixture_set_up, func, feed_fixture_tear_down)

void     take_held          (FeedFixture        *self,
                             Held               *held);
void     read_next          (FeedFixture        *self,
                             FeedFeedHoldStream *stream);
gboolean write_item         (Held               *held,
                             guint               number);

/* Callbacks of the client, which write to its log. The ones of items read on until the end. */
void     count_next_cb      (GObject            *object,
                             GAsyncResult       *result,
                             gpointer            log);
void     pairs_next_cb      (GObject            *object,
                             GAsyncResult       *result,
                             gpointer            log);
void     hold_next_cb       (GObject            *object,
                             GAsyncResult       *result,
                             gpointer            log);
void     hold_outcome_cb    (GObject            *object,
                             GAsyncResult       *result,
                             gpointer            log);
void     collect_outcome_cb (GObject            *object,
                             GAsyncResult       *result,
                             gpointer            log);
void     ready_cb           (GObject            *object,
                             GAsyncResult       *result,
                             gpointer            log);

G_END_DECLS
