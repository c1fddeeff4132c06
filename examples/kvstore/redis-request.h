/* redis-request.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kvstore.h"
#include "redis-pubsub.h"
#include "resp-writer.h"

G_BEGIN_DECLS

typedef struct _RedisCommand RedisCommand;
typedef struct _RedisRequest RedisRequest;

/* A request of a client that is not answered yet. */
struct _RedisRequest
{
  GList link;                   /* its place among those of the connection; data is the request */
  RedisConnection *connection;  /* (owned) */
  const RedisCommand *command;  /* (nullable): NULL until it is known */
  gint64 option;                /* the command's own: what its reply depends on */
  RespWriter *early;            /* (owned) (nullable): the reply, while earlier replies are missing */
  gboolean answered;
};

RedisRequest *redis_request_new          (RedisConnection *connection);
void          redis_request_free         (RedisRequest    *self);
KvStoreProxy *redis_request_get_store    (RedisRequest    *self);
RedisPubsub  *redis_request_get_pubsub   (RedisRequest    *self);
guint         redis_request_get_database (RedisRequest    *self);
RespWriter   *redis_request_begin_reply  (RedisRequest    *self);
void          redis_request_end_reply    (RedisRequest    *self);
void          redis_request_reply_status (RedisRequest    *self,
                                          const char      *status);
void          redis_request_reply_integer (RedisRequest   *self,
                                           gint64          number);
void          redis_request_reply_bulk   (RedisRequest    *self,
                                          GBytes          *bytes);
void          redis_request_reply_error  (RedisRequest    *self,
                                          const char      *format,
                                          ...) G_GNUC_PRINTF (2, 3);
void          redis_request_reply_lines  (RedisRequest    *self,
                                          const char * const *lines,
                                          gsize            n_lines);
void          redis_request_fail         (RedisRequest    *self,
                                          const GError    *error);

G_END_DECLS
