/* redis-pubsub-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-pubsub-commands.h"

#include "redis-command.h"
#include "redis-connection.h"

/* The commands that change the subscriptions of a connection wait until its earlier requests are
 * answered. So a message that it has published itself is not delivered to it. */

static void
add_subscription (RespWriter   *writer,
                  RedisRequest *request,
                  GBytes       *name)
{
  resp_writer_add_array (writer, 3);
  resp_writer_add_string (writer, request->command->name);
  resp_writer_add_bulk (writer, name);
  resp_writer_add_integer (writer, redis_connection_get_n_names (request->connection));
}

static void
subscribe (RedisRequest *request,
           GPtrArray    *args,
           RedisTopic    topic)
{
  RedisPubsub *pubsub = redis_request_get_pubsub (request);
  RespWriter *writer;

  if (redis_connection_hold (request->connection, request, args))
    return;

  writer = redis_request_begin_reply (request);
  for (guint i = 1; i < args->len; i++)
    {
      redis_pubsub_subscribe (pubsub, request->connection, topic, args->pdata[i]);
      add_subscription (writer, request, args->pdata[i]);
    }
  redis_request_end_reply (request);
}

void
redis_subscribe (RedisRequest *request,
                 GPtrArray    *args)
{
  subscribe (request, args, REDIS_CHANNELS);
}

void
redis_psubscribe (RedisRequest *request,
                  GPtrArray    *args)
{
  subscribe (request, args, REDIS_PATTERNS);
}

/* Returns: (transfer full): GBytes: the names to unsubscribe from */
static GPtrArray *
get_names (RedisRequest *request,
           GPtrArray    *args,
           RedisTopic    topic)
{
  GHashTable *names = redis_connection_get_names (request->connection, topic);
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GHashTableIter iter;
  gpointer name;

  for (guint i = 1; i < args->len; i++)
    g_ptr_array_add (array, g_bytes_ref (args->pdata[i]));

  g_hash_table_iter_init (&iter, names);
  while (args->len == 1 && g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (array, g_bytes_ref (name));

  return array;
}

static void
unsubscribe (RedisRequest *request,
             GPtrArray    *args,
             RedisTopic    topic)
{
  RedisPubsub *pubsub = redis_request_get_pubsub (request);
  g_autoptr (GPtrArray) names = NULL;
  RespWriter *writer;

  if (redis_connection_hold (request->connection, request, args))
    return;

  names = get_names (request, args, topic);
  writer = redis_request_begin_reply (request);
  for (guint i = 0; i < names->len; i++)
    {
      redis_pubsub_unsubscribe (pubsub, request->connection, topic, names->pdata[i]);
      add_subscription (writer, request, names->pdata[i]);
    }
  if (names->len == 0)
    add_subscription (writer, request, NULL);
  redis_request_end_reply (request);
}

void
redis_unsubscribe (RedisRequest *request,
                   GPtrArray    *args)
{
  unsubscribe (request, args, REDIS_CHANNELS);
}

void
redis_punsubscribe (RedisRequest *request,
                    GPtrArray    *args)
{
  unsubscribe (request, args, REDIS_PATTERNS);
}

/* Runs in the main thread. The message, if anybody subscribes, has been delivered just before. */
static void
publish_cb (const GError *error,
            gpointer      user_data)
{
  RedisRequest *request = user_data;
  guint n_receivers = redis_pubsub_take_n_receivers (redis_request_get_pubsub (request), (guint) request->option);

  if (error == NULL)
    redis_request_reply_integer (request, n_receivers);
  else
    redis_request_fail (request, error);
}

void
redis_publish (RedisRequest *request,
               GPtrArray    *args)
{
  RedisPubsub *pubsub = redis_request_get_pubsub (request);
  guint shard = redis_pubsub_find_shard (pubsub, args->pdata[1]);

  request->option = shard;
  kv_notifier_proxy_call_publish_with_reply (redis_pubsub_get_notifier (pubsub, shard), args->pdata[1], args->pdata[2],
                                             NULL, publish_cb, request);
}

void
redis_pubsub_channels (RedisRequest *request,
                       GPtrArray    *args)
{
  g_autoptr (GPtrArray) channels = NULL;
  RespWriter *writer;

  if (args->len > 3)
    {
      gsize length;
      const char *name = g_bytes_get_data (args->pdata[1], &length);

      redis_request_reply_error (request,
                                 "ERR unknown subcommand or wrong number of arguments for '%.*s'. "
                                 "Try PUBSUB HELP.", (int) length, name);
      return;
    }

  channels = redis_pubsub_list_channels (redis_request_get_pubsub (request),
                                         args->len == 3 ? args->pdata[2] : NULL);
  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, channels->len);
  for (guint i = 0; i < channels->len; i++)
    resp_writer_add_bulk (writer, channels->pdata[i]);
  redis_request_end_reply (request);
}

void
redis_pubsub_numsub (RedisRequest *request,
                     GPtrArray    *args)
{
  RedisPubsub *pubsub = redis_request_get_pubsub (request);
  RespWriter *writer = redis_request_begin_reply (request);

  resp_writer_add_array (writer, 2 * (args->len - 2));
  for (guint i = 2; i < args->len; i++)
    {
      resp_writer_add_bulk (writer, args->pdata[i]);
      resp_writer_add_integer (writer, redis_pubsub_get_n_subscribers (pubsub, args->pdata[i]));
    }
  redis_request_end_reply (request);
}

void
redis_pubsub_numpat (RedisRequest *request,
                     GPtrArray    *args G_GNUC_UNUSED)
{
  RedisPubsub *pubsub = redis_request_get_pubsub (request);

  redis_request_reply_integer (request, redis_pubsub_get_n_names (pubsub, REDIS_PATTERNS));
}

void
redis_pubsub_help (RedisRequest *request,
                   GPtrArray    *args G_GNUC_UNUSED)
{
  static const char * const lines[] =
  {
    "PUBSUB CHANNELS [<pattern>]: the channels that have subscribers",
    "PUBSUB NUMPAT: how many patterns have subscribers",
    "PUBSUB NUMSUB [<channel> ...]: how many subscribers channels have",
    "PUBSUB HELP: this help",
  };

  redis_request_reply_lines (request, lines, G_N_ELEMENTS (lines));
}
