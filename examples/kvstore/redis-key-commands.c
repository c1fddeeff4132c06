/* redis-key-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-key-commands.h"

#include "redis-command.h"

/* The callbacks run in the main thread. */

static void
remove_cb (guint         removed,
           const GError *error,
           gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_integer (request, removed);
  else
    redis_request_fail (request, error);
}

void
redis_del (RedisRequest *request,
           GPtrArray    *args)
{
  kv_store_proxy_call_remove_with_reply (redis_request_get_store (request),
                                         redis_request_get_database (request),
                                         redis_args_from (args, 1),
                                         NULL, remove_cb, request);
}

static void
count_cb (guint         found,
          const GError *error,
          gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_integer (request, found);
  else
    redis_request_fail (request, error);
}

void
redis_exists (RedisRequest *request,
              GPtrArray    *args)
{
  kv_store_proxy_call_count_with_reply (redis_request_get_store (request),
                                        redis_request_get_database (request),
                                        redis_args_from (args, 1),
                                        NULL, count_cb, request);
}

static void
type_cb (guint         found,
         const GError *error,
         gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_status (request, found > 0 ? "string" : "none");
  else
    redis_request_fail (request, error);
}

void
redis_type (RedisRequest *request,
            GPtrArray    *args)
{
  kv_store_proxy_call_count_with_reply (redis_request_get_store (request),
                                        redis_request_get_database (request),
                                        redis_args_from (args, 1),
                                        NULL, type_cb, request);
}

/* Returns: the flag of an option of EXPIRE, or none if there is no such option */
static KvExpireFlags
get_expire_flag (GBytes *option)
{
  static const struct { const char *name; KvExpireFlags flag; } options[] =
  {
    { "nx", KV_EXPIRE_FLAGS_IF_NONE },
    { "xx", KV_EXPIRE_FLAGS_IF_ANY },
    { "gt", KV_EXPIRE_FLAGS_IF_LATER },
    { "lt", KV_EXPIRE_FLAGS_IF_SOONER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      if (redis_arg_is (option, options[i].name))
        return options[i].flag;
    }

  return KV_EXPIRE_FLAGS_NONE;
}

static gboolean
parse_expire_options (RedisRequest  *request,
                      GPtrArray     *args,
                      KvExpireFlags *flags)
{
  *flags = KV_EXPIRE_FLAGS_NONE;
  for (guint i = 3; i < args->len; i++)
    {
      KvExpireFlags flag = get_expire_flag (args->pdata[i]);
      gsize length;
      const char *text = g_bytes_get_data (args->pdata[i], &length);

      if (flag == KV_EXPIRE_FLAGS_NONE)
        {
          redis_request_reply_error (request, "ERR Unsupported option %.*s", (int) length, text);
          return FALSE;
        }

      *flags |= flag;
    }

  if ((*flags & KV_EXPIRE_FLAGS_IF_NONE) && (*flags & ~KV_EXPIRE_FLAGS_IF_NONE))
    {
      redis_request_reply_error (request, "ERR NX and XX, GT or LT options at the same time are not compatible");
      return FALSE;
    }

  if ((*flags & KV_EXPIRE_FLAGS_IF_LATER) && (*flags & KV_EXPIRE_FLAGS_IF_SOONER))
    {
      redis_request_reply_error (request, "ERR GT and LT options at the same time are not compatible");
      return FALSE;
    }

  return TRUE;
}

static void
changed_cb (gboolean      changed,
            const GError *error,
            gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_integer (request, changed);
  else
    redis_request_fail (request, error);
}

static void
expire (RedisRequest *request,
        GPtrArray    *args,
        gint64        unit)
{
  KvExpireFlags flags;
  gint64 time;

  if (!parse_expire_options (request, args, &flags) ||
      !redis_arg_get_number (request, args->pdata[2], &time))
    return;

  if (time > G_MAXINT64 / unit || time < G_MININT64 / unit)
    {
      redis_request_reply_error (request, "ERR invalid expire time in '%s' command",
                                 request->command->name);
      return;
    }

  kv_store_proxy_call_expire_with_reply (redis_request_get_store (request),
                                         redis_request_get_database (request),
                                         args->pdata[1], time * unit, flags,
                                         NULL, changed_cb, request);
}

void
redis_expire (RedisRequest *request,
              GPtrArray    *args)
{
  expire (request, args, 1000);
}

void
redis_pexpire (RedisRequest *request,
               GPtrArray    *args)
{
  expire (request, args, 1);
}

void
redis_persist (RedisRequest *request,
               GPtrArray    *args)
{
  kv_store_proxy_call_persist_with_reply (redis_request_get_store (request),
                                          redis_request_get_database (request), args->pdata[1],
                                          NULL, changed_cb, request);
}

static void
ttl_cb (gint64        ttl,
        const GError *error,
        gpointer      user_data)
{
  RedisRequest *request = user_data;
  gint64 unit = request->option;

  if (error != NULL)
    redis_request_fail (request, error);
  else
    redis_request_reply_integer (request, ttl < 0 ? ttl : (ttl + unit / 2) / unit);
}

static void
get_ttl (RedisRequest *request,
         GPtrArray    *args,
         gint64        unit)
{
  request->option = unit;
  kv_store_proxy_call_get_ttl_with_reply (redis_request_get_store (request),
                                          redis_request_get_database (request), args->pdata[1],
                                          NULL, ttl_cb, request);
}

void
redis_ttl (RedisRequest *request,
           GPtrArray    *args)
{
  get_ttl (request, args, 1000);
}

void
redis_pttl (RedisRequest *request,
            GPtrArray    *args)
{
  get_ttl (request, args, 1);
}

static void
keys_cb (GPtrArray    *keys,
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
  resp_writer_add_array (writer, keys->len);
  for (guint i = 0; i < keys->len; i++)
    resp_writer_add_bulk (writer, keys->pdata[i]);
  redis_request_end_reply (request);
}

void
redis_keys (RedisRequest *request,
            GPtrArray    *args)
{
  kv_store_proxy_call_list_keys_with_reply (redis_request_get_store (request),
                                            redis_request_get_database (request), args->pdata[1],
                                            NULL, keys_cb, request);
}

static void
size_cb (guint64       n_keys,
         const GError *error,
         gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_integer (request, n_keys);
  else
    redis_request_fail (request, error);
}

void
redis_dbsize (RedisRequest *request,
              GPtrArray    *args G_GNUC_UNUSED)
{
  kv_store_proxy_call_get_size_with_reply (redis_request_get_store (request),
                                           redis_request_get_database (request),
                                           NULL, size_cb, request);
}

static void
flush_cb (const GError *error,
          gpointer      user_data)
{
  RedisRequest *request = user_data;

  if (error == NULL)
    redis_request_reply_status (request, "OK");
  else
    redis_request_fail (request, error);
}

void
redis_flushall (RedisRequest *request,
                GPtrArray    *args)
{
  if (args->len > 2 ||
      (args->len == 2 && !redis_arg_is (args->pdata[1], "async") && !redis_arg_is (args->pdata[1], "sync")))
    {
      redis_request_reply_error (request, "ERR syntax error");
      return;
    }

  kv_store_proxy_call_flush_with_reply (redis_request_get_store (request), NULL, flush_cb, request);
}
