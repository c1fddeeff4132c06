/* redis-command.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-command.h"

#include <string.h>

#include "kv-number.h"
#include "redis-connection.h"

/* How much of a client's input an error message repeats. */
#define MAX_QUOTED 128

gboolean
redis_arg_is (GBytes     *arg,
              const char *word)
{
  gsize length;
  const char *text = g_bytes_get_data (arg, &length);

  return length == strlen (word) && g_ascii_strncasecmp (text, word, length) == 0;
}

/* Returns: %FALSE if it is not valid: then the request has been answered */
gboolean
redis_arg_get_number (RedisRequest *request,
                      GBytes       *arg,
                      gint64       *number)
{
  gsize length;
  const char *text = g_bytes_get_data (arg, &length);

  if (kv_number_parse (text, length, number))
    return TRUE;

  redis_request_reply_error (request, "ERR value is not an integer or out of range");

  return FALSE;
}

/* Returns: (transfer full): GBytes: the arguments from @first on */
GPtrArray *
redis_args_from (GPtrArray *args,
                 guint      first)
{
  GPtrArray *rest = g_ptr_array_new_full (args->len - first, (GDestroyNotify) g_bytes_unref);

  for (guint i = first; i < args->len; i++)
    g_ptr_array_add (rest, g_bytes_ref (args->pdata[i]));

  return rest;
}

const RedisCommand *
redis_command_find (const RedisCommand *commands,
                    GBytes             *name)
{
  for (const RedisCommand *command = commands; command->name != NULL; command++)
    {
      if (redis_arg_is (name, command->name))
        return command;
    }

  return NULL;
}

/* As a C string, it ends at a NUL. */
static void
append_quoted (GString *text,
               GBytes  *arg,
               gsize    max_length)
{
  gsize length;
  const char *data = g_bytes_get_data (arg, &length);

  length = strnlen (data != NULL ? data : "", MIN (length, max_length));
  g_string_append_c (text, '\'');
  g_string_append_len (text, data, length);
  g_string_append_c (text, '\'');
}

static void
reply_unknown (RedisRequest *request,
               GPtrArray    *args)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GString) rest = g_string_new (NULL);

  append_quoted (name, args->pdata[0], MAX_QUOTED);
  for (guint i = 1; i < args->len && rest->len < MAX_QUOTED; i++)
    {
      append_quoted (rest, args->pdata[i], MAX_QUOTED - rest->len);
      g_string_append_c (rest, ' ');
    }

  redis_request_reply_error (request, "ERR unknown command %s, with args beginning with: %s",
                             name->str, rest->str);
}

static void
reply_unknown_subcommand (RedisRequest       *request,
                          const RedisCommand *command,
                          GBytes             *subcommand)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *command_name = g_ascii_strup (command->name, -1);

  append_quoted (name, subcommand, MAX_QUOTED);
  redis_request_reply_error (request, "ERR unknown subcommand %s. Try %s HELP.", name->str, command_name);
}

static gboolean
takes (const RedisCommand *command,
       guint               n_args)
{
  return command->arity >= 0 ? n_args == (guint) command->arity : n_args >= (guint) -command->arity;
}

/* In RESP2, a client that subscribes could not tell other replies from messages. */
static gboolean
may_run (RedisRequest *request)
{
  static const char * const allowed[] =
  {
    "host:", "ping", "post", "psubscribe", "punsubscribe", "quit", "reset", "subscribe",
    "unsubscribe", NULL
  };

  return redis_connection_get_n_names (request->connection) == 0 ||
         g_strv_contains (allowed, request->command->name);
}

static void
reply_not_allowed (RedisRequest *request,
                   const char   *name)
{
  redis_request_reply_error (request,
                             "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / "
                             "PING / QUIT / RESET are allowed in this context", name);
}

/* Runs or rejects a client's request. */
void
redis_command_run (RedisRequest *request,
                   GPtrArray    *args)
{
  const RedisCommand *command = redis_command_find (redis_commands, args->pdata[0]);
  const RedisCommand *subcommand = NULL;
  g_autofree char *full_name = NULL;

  if (command == NULL)
    {
      reply_unknown (request, args);
      return;
    }

  if (command->subcommands != NULL && args->len > 1)
    {
      subcommand = redis_command_find (command->subcommands, args->pdata[1]);
      if (subcommand == NULL)
        {
          reply_unknown_subcommand (request, command, args->pdata[1]);
          return;
        }
    }

  request->command = subcommand != NULL ? subcommand : command;
  if (subcommand != NULL)
    full_name = g_strconcat (command->name, "|", subcommand->name, NULL);

  if (!takes (request->command, args->len))
    redis_request_reply_error (request, "ERR wrong number of arguments for '%s' command",
                               full_name != NULL ? full_name : command->name);
  else if (!may_run (request))
    reply_not_allowed (request, full_name != NULL ? full_name : command->name);
  else
    request->command->run (request, args);
}
