/* redis-connection-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-connection.h"
#include "resp-reader.h"

G_BEGIN_DECLS

/* Everything here runs in the main thread. */
struct _RedisConnection
{
  RedisServer *server;
  GList link;                  /* its place among those of the server; data is the connection */
  GSocketConnection *stream;   /* (owned) (nullable): NULL once it is closed */
  GSocket *socket;             /* that of @stream */
  GSource *source;             /* (owned): watches the socket */
  gpointer tag;                /* of the socket in @source */
  GIOCondition watched;        /* for what */

  RespReader *reader;          /* (owned) */
  RespWriter *writer;          /* (owned): the replies that are ready to be sent */
  GQueue requests;             /* RedisRequest (owned): whose reply is not in the writer yet */
  GPtrArray *held;             /* (owned) (nullable): the arguments of the last request, which runs
                                  when all others are answered */
  guint database;              /* the number that SELECT chose */
  GHashTable *names[REDIS_N_TOPICS]; /* (owned): sets of GBytes (owned): what it subscribes to */

  gboolean drained;            /* the reader has no further complete request */
  gboolean finishing;          /* no more requests are accepted; closes when all are answered */
  gboolean blocked;            /* the socket accepts no data now */
  gboolean running;            /* run () is running */
  gboolean abandoned;          /* closes soon, and sends nothing more */
};

G_END_DECLS
