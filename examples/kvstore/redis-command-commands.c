/* redis-command-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-command-commands.h"

#include "redis-command.h"

/* COMMAND: the list of commands. redis-cli uses it for completion and help. */

static guint
count_commands (const RedisCommand *commands)
{
  guint n = 0;

  while (commands[n].name != NULL)
    n++;

  return n;
}

void
redis_command_count (RedisRequest *request,
                     GPtrArray    *args G_GNUC_UNUSED)
{
  redis_request_reply_integer (request, count_commands (redis_commands));
}

void
redis_command_list (RedisRequest *request,
                    GPtrArray    *args)
{
  RespWriter *writer;

  if (args->len > 2)
    {
      redis_request_reply_error (request, "ERR syntax error");
      return;
    }

  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, count_commands (redis_commands));
  for (guint i = 0; redis_commands[i].name != NULL; i++)
    resp_writer_add_string (writer, redis_commands[i].name);
  redis_request_end_reply (request);
}

static void
add_info (RespWriter         *writer,
          const RedisCommand *command)
{
  g_auto (GStrv) flags = NULL;

  if (command == NULL)
    {
      resp_writer_add_bulk (writer, NULL);
      return;
    }

  flags = g_strsplit (command->flags, " ", -1);
  resp_writer_add_array (writer, 10);
  resp_writer_add_string (writer, command->name);
  resp_writer_add_integer (writer, command->arity);
  resp_writer_add_array (writer, g_strv_length (flags));
  for (guint i = 0; flags[i] != NULL; i++)
    resp_writer_add_status (writer, flags[i]);
  resp_writer_add_integer (writer, command->first_key);
  resp_writer_add_integer (writer, command->last_key);
  resp_writer_add_integer (writer, command->key_step);

  /* Access categories, tips, key specifications and subcommands: none. */
  for (guint i = 0; i < 4; i++)
    resp_writer_add_array (writer, 0);
}

void
redis_command (RedisRequest *request,
               GPtrArray    *args G_GNUC_UNUSED)
{
  RespWriter *writer = redis_request_begin_reply (request);

  resp_writer_add_array (writer, count_commands (redis_commands));
  for (guint i = 0; redis_commands[i].name != NULL; i++)
    add_info (writer, &redis_commands[i]);
  redis_request_end_reply (request);
}

void
redis_command_info (RedisRequest *request,
                    GPtrArray    *args)
{
  RespWriter *writer;

  if (args->len == 2)
    {
      redis_command (request, args);
      return;
    }

  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, args->len - 2);
  for (guint i = 2; i < args->len; i++)
    add_info (writer, redis_command_find (redis_commands, args->pdata[i]));
  redis_request_end_reply (request);
}

static void
add_docs (RespWriter         *writer,
          const RedisCommand *command)
{
  const char * const pairs[] =
  {
    "summary", command->summary,
    "since", command->since,
    "group", command->group,
  };

  resp_writer_add_string (writer, command->name);
  resp_writer_add_array (writer, G_N_ELEMENTS (pairs));
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    resp_writer_add_string (writer, pairs[i]);
}

void
redis_command_docs (RedisRequest *request,
                    GPtrArray    *args)
{
  g_autoptr (GPtrArray) commands = g_ptr_array_new ();
  RespWriter *writer;

  for (guint i = 2; i < args->len; i++)
    {
      const RedisCommand *command = redis_command_find (redis_commands, args->pdata[i]);

      if (command != NULL)
        g_ptr_array_add (commands, (gpointer) command);
    }

  for (guint i = 0; args->len == 2 && redis_commands[i].name != NULL; i++)
    g_ptr_array_add (commands, (gpointer) &redis_commands[i]);

  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, 2 * commands->len);
  for (guint i = 0; i < commands->len; i++)
    add_docs (writer, commands->pdata[i]);
  redis_request_end_reply (request);
}

void
redis_command_help (RedisRequest *request,
                    GPtrArray    *args G_GNUC_UNUSED)
{
  static const char * const lines[] =
  {
    "COMMAND: what there is to know of all commands",
    "COMMAND COUNT: how many commands there are",
    "COMMAND LIST: their names",
    "COMMAND INFO [<name> ...]: what there is to know of some",
    "COMMAND DOCS [<name> ...]: what they do",
    "COMMAND HELP: this help",
  };

  redis_request_reply_lines (request, lines, G_N_ELEMENTS (lines));
}
