/* feed-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "feed.h"

G_BEGIN_DECLS

/* A service with streams; feed.xml tells of each. */
#define FEED_TYPE_SERVICE (feed_service_get_type ())
G_DECLARE_FINAL_TYPE (FeedService, feed_service, FEED, SERVICE, GObject)

/* A stream that the service keeps for the test. */
typedef struct
{
  NorpcCall          *call;   /* (owned) */
  FeedFeedHoldStream *stream; /* (owned) */
} Held;

GAsyncQueue *feed_service_get_held (FeedService *self);

void         held_clear            (Held        *self);

G_END_DECLS
