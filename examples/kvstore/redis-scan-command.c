/* redis-scan-command.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "redis-scan-command.h"

#include "redis-command.h"

#define DEFAULT_COUNT 10

typedef struct
{
  GBytes *pattern;          /* (owned) */
  gint64 count;
  gboolean other_type;      /* a type that no key has */
} ScanOptions;

/* Accepts digits only: releases of Redis differ in what else they accept.
 *
 * Returns: %FALSE if it is not valid: then the request has been answered */
static gboolean
parse_cursor (RedisRequest *request,
              GBytes       *arg,
              guint64      *cursor)
{
  gsize length;
  const char *data = g_bytes_get_data (arg, &length);
  g_autofree char *text = g_strndup (data, length);

  if (length > 0 && strlen (text) == length &&
      g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, cursor, NULL))
    return TRUE;

  redis_request_reply_error (request, "ERR invalid cursor");

  return FALSE;
}

/* Returns: %FALSE if an option is not valid: then the request has been answered */
static gboolean
parse_option (RedisRequest *request,
              GBytes       *name,
              GBytes       *value,
              ScanOptions  *options)
{
  if (value != NULL && redis_arg_is (name, "count"))
    {
      if (!redis_arg_get_number (request, value, &options->count))
        return FALSE;
      if (options->count >= 1)
        return TRUE;
    }
  else if (value != NULL && redis_arg_is (name, "match"))
    {
      g_bytes_unref (options->pattern);
      options->pattern = g_bytes_ref (value);
      return TRUE;
    }
  else if (value != NULL && redis_arg_is (name, "type"))
    {
      options->other_type = !redis_arg_is (value, "string");
      return TRUE;
    }

  redis_request_reply_error (request, "ERR syntax error");

  return FALSE;
}

/* Runs in the main thread. */
static void
scan_cb (guint64       next,
         GPtrArray    *keys,
         const GError *error,
         gpointer      user_data)
{
  RedisRequest *request = user_data;
  gboolean other_type = request->option != 0;
  g_autofree char *cursor = NULL;
  RespWriter *writer;
  guint n_keys;

  if (error != NULL)
    {
      redis_request_fail (request, error);
      return;
    }

  n_keys = other_type ? 0 : keys->len;
  cursor = g_strdup_printf ("%" G_GUINT64_FORMAT, next);
  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, 2);
  resp_writer_add_string (writer, cursor);
  resp_writer_add_array (writer, n_keys);
  for (guint i = 0; i < n_keys; i++)
    resp_writer_add_bulk (writer, keys->pdata[i]);
  redis_request_end_reply (request);
}

void
redis_scan (RedisRequest *request,
            GPtrArray    *args)
{
  ScanOptions options = { g_bytes_new_static ("*", 1), DEFAULT_COUNT, FALSE };
  gboolean valid;
  guint64 cursor;

  valid = parse_cursor (request, args->pdata[1], &cursor);
  for (guint i = 2; valid && i < args->len; i += 2)
    {
      GBytes *value = i + 1 < args->len ? args->pdata[i + 1] : NULL;

      valid = parse_option (request, args->pdata[i], value, &options);
    }

  if (valid)
    {
      request->option = options.other_type;
      kv_store_proxy_call_scan_with_reply (redis_request_get_store (request),
                                           redis_request_get_database (request),
                                           cursor, options.pattern, options.count,
                                           NULL, scan_cb, request);
    }

  g_bytes_unref (options.pattern);
}
