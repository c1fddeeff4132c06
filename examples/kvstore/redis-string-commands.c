/* redis-string-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-string-commands.h"

#include "redis-command.h"

/* The callbacks run in the main thread. */

static void
value_cb (GBytes       *value,
          const GError *error,
          gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_bulk (request, value);
  else
    redis_request_fail (request, error);
}

void
redis_get (RedisRequest *request,
           GPtrArray    *args)
{
  kv_store_proxy_call_get_with_reply (redis_request_get_store (request),
                                      redis_request_get_database (request), args->pdata[1],
                                      NULL, value_cb, request);
}

typedef struct
{
  KvSetFlags flags;
  GBytes *time;         /* the argument of EX or PX, or NULL */
  gint64 time_unit;     /* in milliseconds */
} SetOptions;

/* Takes the option at @index, and its argument if it has one.
 *
 * Returns: %FALSE if there is no such option, or it conflicts with another one */
static gboolean
parse_set_option (GPtrArray  *args,
                  guint      *index,
                  SetOptions *options)
{
  GBytes *option = args->pdata[*index];
  gboolean seconds = redis_arg_is (option, "ex");

  if (redis_arg_is (option, "nx") && !(options->flags & KV_SET_FLAGS_IF_PRESENT))
    {
      options->flags |= KV_SET_FLAGS_IF_ABSENT;
    }
  else if (redis_arg_is (option, "xx") && !(options->flags & KV_SET_FLAGS_IF_ABSENT))
    {
      options->flags |= KV_SET_FLAGS_IF_PRESENT;
    }
  else if (redis_arg_is (option, "get"))
    {
      options->flags |= KV_SET_FLAGS_GET_PREVIOUS;
    }
  else if (redis_arg_is (option, "keepttl") && options->time == NULL)
    {
      options->flags |= KV_SET_FLAGS_KEEP_TTL;
    }
  else if ((seconds || redis_arg_is (option, "px")) && *index + 1 < args->len &&
           !(options->flags & KV_SET_FLAGS_KEEP_TTL) &&
           (options->time == NULL || options->time_unit == (seconds ? 1000 : 1)))
    {
      options->time = args->pdata[++*index];
      options->time_unit = seconds ? 1000 : 1;
    }
  else
    {
      return FALSE;
    }

  return TRUE;
}

static gboolean
get_set_ttl (RedisRequest     *request,
             const SetOptions *options,
             gint64           *ttl)
{
  gint64 number;

  if (!redis_arg_get_number (request, options->time, &number))
    return FALSE;

  if (number <= 0 || number > G_MAXINT64 / options->time_unit)
    {
      redis_request_reply_error (request, "ERR invalid expire time in 'set' command");
      return FALSE;
    }

  *ttl = number * options->time_unit;

  return TRUE;
}

static void
set_cb (gboolean      stored,
        GBytes       *previous,
        const GError *error,
        gpointer      user_data)
{
  RedisRequest *request = user_data;
  gboolean get = request->option != 0;

  if (error != NULL)
    redis_request_fail (request, error);
  else if (get)
    redis_request_reply_bulk (request, previous);
  else if (stored)
    redis_request_reply_status (request, "OK");
  else
    redis_request_reply_bulk (request, NULL);
}

void
redis_set (RedisRequest *request,
           GPtrArray    *args)
{
  SetOptions options = { 0 };
  gint64 ttl = 0;

  for (guint i = 3; i < args->len; i++)
    {
      if (!parse_set_option (args, &i, &options))
        {
          redis_request_reply_error (request, "ERR syntax error");
          return;
        }
    }

  if (options.time != NULL && !get_set_ttl (request, &options, &ttl))
    return;

  request->option = (options.flags & KV_SET_FLAGS_GET_PREVIOUS) != 0;
  kv_store_proxy_call_set_with_reply (redis_request_get_store (request),
                                      redis_request_get_database (request),
                                      args->pdata[1], args->pdata[2], ttl, options.flags,
                                      NULL, set_cb, request);
}

void
redis_getdel (RedisRequest *request,
              GPtrArray    *args)
{
  kv_store_proxy_call_take_with_reply (redis_request_get_store (request),
                                       redis_request_get_database (request), args->pdata[1],
                                       NULL, value_cb, request);
}

static void
length_cb (guint64       length,
           const GError *error,
           gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_integer (request, length);
  else
    redis_request_fail (request, error);
}

void
redis_append (RedisRequest *request,
              GPtrArray    *args)
{
  kv_store_proxy_call_append_with_reply (redis_request_get_store (request),
                                         redis_request_get_database (request),
                                         args->pdata[1], args->pdata[2],
                                         NULL, length_cb, request);
}

void
redis_strlen (RedisRequest *request,
              GPtrArray    *args)
{
  kv_store_proxy_call_get_length_with_reply (redis_request_get_store (request),
                                             redis_request_get_database (request), args->pdata[1],
                                             NULL, length_cb, request);
}

static void
increment_cb (gint64        value,
              const GError *error,
              gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_integer (request, value);
  else
    redis_request_fail (request, error);
}

static void
increment (RedisRequest *request,
           GBytes       *key,
           gint64        delta)
{
  kv_store_proxy_call_increment_with_reply (redis_request_get_store (request),
                                            redis_request_get_database (request), key, delta,
                                            NULL, increment_cb, request);
}

void
redis_incr (RedisRequest *request,
            GPtrArray    *args)
{
  increment (request, args->pdata[1], 1);
}

void
redis_decr (RedisRequest *request,
            GPtrArray    *args)
{
  increment (request, args->pdata[1], -1);
}

void
redis_incrby (RedisRequest *request,
              GPtrArray    *args)
{
  gint64 delta;

  if (redis_arg_get_number (request, args->pdata[2], &delta))
    increment (request, args->pdata[1], delta);
}

void
redis_decrby (RedisRequest *request,
              GPtrArray    *args)
{
  gint64 delta;

  if (!redis_arg_get_number (request, args->pdata[2], &delta))
    return;

  if (delta == G_MININT64)
    redis_request_reply_error (request, "ERR decrement would overflow");
  else
    increment (request, args->pdata[1], -delta);
}

static void
mget_cb (GPtrArray    *values,
         const GError *error,
         gpointer      user_data)
{
  RedisRequest *request = user_data;
  RespWriter *writer;

  if (error != NULL)
    {
      redis_request_fail (request, error);
      return;
    }

  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, values->len);
  for (guint i = 0; i < values->len; i++)
    resp_writer_add_bulk (writer, ((KvFound *) values->pdata[i])->value);
  redis_request_end_reply (request);
}

void
redis_mget (RedisRequest *request,
            GPtrArray    *args)
{
  kv_store_proxy_call_get_many_with_reply (redis_request_get_store (request),
                                           redis_request_get_database (request),
                                           redis_args_from (args, 1),
                                           NULL, mget_cb, request);
}

static void
mset_cb (const GError *error,
         gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_status (request, "OK");
  else
    redis_request_fail (request, error);
}

void
redis_mset (RedisRequest *request,
            GPtrArray    *args)
{
  GPtrArray *pairs;

  if (args->len % 2 == 0)
    {
      redis_request_reply_error (request, "ERR wrong number of arguments for 'mset' command");
      return;
    }

  pairs = g_ptr_array_new_full (args->len / 2, (GDestroyNotify) kv_pair_free);
  for (guint i = 1; i < args->len; i += 2)
    g_ptr_array_add (pairs, kv_pair_new (args->pdata[i], args->pdata[i + 1]));

  kv_store_proxy_call_set_many_with_reply (redis_request_get_store (request),
                                           redis_request_get_database (request), pairs,
                                           NULL, mset_cb, request);
}
