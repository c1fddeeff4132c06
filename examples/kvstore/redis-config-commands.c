/* redis-config-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-config-commands.h"

#include "kv-glob.h"
#include "kv-store-service.h"
#include "redis-command.h"
#include "redis-connection.h"
#include "resp-reader.h"

#define NOTIFY_KEYSPACE_EVENTS "notify-keyspace-events"

static void
add_parameter (GPtrArray  *parameters,
               const char *name,
               char       *value)
{
  g_ptr_array_add (parameters, g_strdup (name));
  g_ptr_array_add (parameters, value);
}

static void
add_number (GPtrArray  *parameters,
            const char *name,
            guint       number)
{
  add_parameter (parameters, name, g_strdup_printf ("%u", number));
}

/* Returns: (transfer full): each name with its value behind it */
static GPtrArray *
list_parameters (RedisRequest *request)
{
  RedisServer *server = redis_connection_get_server (request->connection);
  RedisNotifyFlags flags = redis_pubsub_get_flags (redis_request_get_pubsub (request));
  GPtrArray *parameters = g_ptr_array_new_with_free_func (g_free);

  add_parameter (parameters, "appendonly", g_strdup ("no"));
  add_parameter (parameters, "bind", g_strdup ("127.0.0.1"));
  add_parameter (parameters, "client-output-buffer-limit",
                 g_strdup_printf ("normal 0 0 0 slave 0 0 0 pubsub %d 0 0",
                                  REDIS_MAX_UNSENT_PUSHES));
  add_number (parameters, "databases", KV_STORE_N_DATABASES);
  add_number (parameters, "maxclients", redis_server_get_stats (server)->max_connections);
  add_number (parameters, "maxmemory", 0);
  add_parameter (parameters, NOTIFY_KEYSPACE_EVENTS, redis_notify_flags_to_string (flags));
  add_number (parameters, "port", redis_server_get_port (server));
  add_number (parameters, "proto-max-bulk-len", RESP_MAX_BULK_LENGTH);
  add_parameter (parameters, "save", g_strdup (""));
  add_number (parameters, "timeout", 0);

  return parameters;
}

/* One of @args, after the names of the command, is a pattern that matches @name. */
static gboolean
is_asked_for (GPtrArray  *args,
              const char *name)
{
  for (guint i = 2; i < args->len; i++)
    {
      gsize length;
      const char *pattern = g_bytes_get_data (args->pdata[i], &length);

      if (kv_glob_match (pattern, length, name, strlen (name), TRUE))
        return TRUE;
    }

  return FALSE;
}

/* Runs after earlier requests, because one of them may be CONFIG SET. */
void
redis_config_get (RedisRequest *request,
                  GPtrArray    *args)
{
  g_autoptr (GPtrArray) parameters = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  RespWriter *writer;

  if (redis_connection_hold (request->connection, request, args))
    return;

  parameters = list_parameters (request);
  for (guint i = 0; i < parameters->len; i += 2)
    {
      if (!is_asked_for (args, parameters->pdata[i]))
        continue;
      g_ptr_array_add (found, parameters->pdata[i]);
      g_ptr_array_add (found, parameters->pdata[i + 1]);
    }

  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, found->len);
  for (guint i = 0; i < found->len; i++)
    resp_writer_add_string (writer, found->pdata[i]);
  redis_request_end_reply (request);
}

static void
reply_not_set (RedisRequest *request,
               const char   *name,
               const char   *reason)
{
  redis_request_reply_error (request,
                             "ERR CONFIG SET failed (possibly related to argument '%s') - %s",
                             name, reason);
}

/* Replies why a parameter cannot be set. */
static void
reply_not_settable (RedisRequest *request,
                    GBytes       *arg)
{
  g_autoptr (GPtrArray) parameters = list_parameters (request);
  gsize length;
  const char *data = g_bytes_get_data (arg, &length);

  for (guint i = 0; i < parameters->len; i += 2)
    {
      if (redis_arg_is (arg, parameters->pdata[i]))
        {
          reply_not_set (request, parameters->pdata[i], "can't set immutable config");
          return;
        }
    }

  redis_request_reply_error (request,
                             "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
                             (int) length, data);
}

/* A change of the events of all shards. */
typedef struct
{
  RedisRequest *request; /* (unowned): the request is not answered yet */
  guint n_pending;
  GError *error;         /* (owned) (nullable): of the first shard that has failed */
} EventsChange;

static void
events_change_end (EventsChange *self)
{
  if (--self->n_pending > 0)
    return;

  if (self->error == NULL)
    {
      redis_pubsub_set_flags (redis_request_get_pubsub (self->request), self->request->option);
      redis_request_reply_status (self->request, "OK");
    }
  else
    {
      redis_request_fail (self->request, self->error);
    }
  g_clear_error (&self->error);
  g_free (self);
}

/* Runs in the main thread, after the last event that the shard has emitted with the flags before,
 * and before the first one with the new flags. */
static void
events_set_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  EventsChange *change = user_data;
  RedisPubsub *pubsub = redis_request_get_pubsub (change->request);

  if (kv_notifier_proxy_set_events_finish (KV_NOTIFIER_PROXY (source), result,
                                           change->error == NULL ? &change->error : NULL))
    {
      for (guint i = 0; i < redis_pubsub_get_n_shards (pubsub); i++)
        {
          if (redis_pubsub_get_notifier (pubsub, i) == KV_NOTIFIER_PROXY (source))
            redis_pubsub_set_shard_flags (pubsub, i, (RedisNotifyFlags) change->request->option);
        }
    }
  events_change_end (change);
}

static void
set_events (RedisRequest     *request,
            RedisNotifyFlags  flags)
{
  RedisPubsub *pubsub = redis_request_get_pubsub (request);
  EventsChange *change = g_new0 (EventsChange, 1);

  request->option = flags;
  change->request = request;
  change->n_pending = redis_pubsub_get_n_shards (pubsub);
  for (guint i = 0; i < redis_pubsub_get_n_shards (pubsub); i++)
    kv_notifier_proxy_set_events_async (redis_pubsub_get_notifier (pubsub, i), redis_notify_flags_get_events (flags),
                                        NULL, events_set_cb, change);
}

/* The parameters are checked in order, so the first error is the one that is replied. */
void
redis_config_set (RedisRequest *request,
                  GPtrArray    *args)
{
  RedisNotifyFlags flags;

  if (args->len % 2 != 0)
    {
      redis_request_reply_error (request, "ERR syntax error");
      return;
    }

  for (guint i = 2; i < args->len; i += 2)
    {
      if (!redis_arg_is (args->pdata[i], NOTIFY_KEYSPACE_EVENTS))
        {
          reply_not_settable (request, args->pdata[i]);
          return;
        }

      if (i > 2)
        {
          reply_not_set (request, NOTIFY_KEYSPACE_EVENTS, "duplicate parameter");
          return;
        }
    }

  if (!redis_notify_flags_parse (args->pdata[3], &flags))
    {
      reply_not_set (request, NOTIFY_KEYSPACE_EVENTS,
                     "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
      return;
    }

  set_events (request, flags);
}

void
redis_config_help (RedisRequest *request,
                   GPtrArray    *args G_GNUC_UNUSED)
{
  static const char * const lines[] =
  {
    "CONFIG GET <pattern>: the parameters that match, and their values",
    "CONFIG SET <name> <value>: changes notify-keyspace-events, the only parameter that can change",
    "CONFIG HELP: this help",
  };

  redis_request_reply_lines (request, lines, G_N_ELEMENTS (lines));
}
