/* redis-command.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

/**
 * RedisCommandFunc:
 * @request: the request, which the command answers now or later
 * @args: GBytes: the arguments, the command's name first
 *
 * Runs a command. The number of arguments has been checked.
 */
typedef void (*RedisCommandFunc) (RedisRequest *request,
                                  GPtrArray    *args);

/* A command. Each table of commands ends with one that has no name. */
struct _RedisCommand
{
  const char *name;                 /* in lower case */
  int arity;                        /* the number of arguments with the name; negative: the minimum */
  RedisCommandFunc run;
  const char *flags;                /* as COMMAND INFO has them */
  int first_key, last_key, key_step;
  const char *group;
  const char *since;                /* the version of Redis that had it first */
  const char *summary;
  const RedisCommand *subcommands;  /* (nullable) */
};

extern const RedisCommand redis_commands[];

const RedisCommand *redis_command_find       (const RedisCommand *commands,
                                              GBytes             *name);
void                redis_command_run        (RedisRequest       *request,
                                              GPtrArray          *args);

gboolean            redis_arg_is             (GBytes             *arg,
                                              const char         *word);
gboolean            redis_arg_get_number     (RedisRequest       *request,
                                              GBytes             *arg,
                                              gint64             *number);
GPtrArray          *redis_args_from          (GPtrArray          *args,
                                              guint               first);

G_END_DECLS
